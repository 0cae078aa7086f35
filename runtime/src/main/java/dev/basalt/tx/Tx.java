package dev.basalt.tx;

import dev.basalt.error.StaleTransactionException;
import dev.basalt.medium.Mapping;
import dev.basalt.medium.ObjectWords;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A running transaction as the object layer sees it: a way to read objects. An object is read in
 * words of 8 bytes, counted in bytes from its start; a smaller field is part of a word. Used by one
 * thread.
 */
public abstract sealed class Tx extends ObjectWords implements Mapping.SlowRead
    permits View, LazySnapshotTx, Still {
  final TransactionManager manager;
  final Thread thread = Thread.currentThread();

  /** The thread's number, which {@link ThreadTx} has at hand. */
  final long threadId = thread.threadId();

  /** The next in the chain of {@link ThreadTx}, which alone sets it. */
  @Nullable Tx neighbour;

  /** The newest commit that this transaction sees. */
  long version;

  /** No object has this place. */
  static final long NOWHERE = 1;

  /** The object whose words in its first block are to be read in place. */
  long inPlace = NOWHERE;

  /** Of the thread and the pool: see {@link TransactionManager#key}. */
  private final long key;

  /** The same if this is a view, of which every word is to be read in place first. */
  private final long viewKey;

  private @Nullable Object attachment;

  /**
   * Begins a transaction of the calling thread.
   *
   * @param allInPlace whether every word is to be read in place first
   */
  Tx(TransactionManager manager, long version, boolean allInPlace) {
    super(manager.heap().memory());
    this.manager = manager;
    this.version = version;
    this.key = manager.key() + threadId;
    this.viewKey = allInPlace ? key : 0;
  }

  /**
   * The transactions of the pool that this one reads.
   *
   * @return the manager
   */
  public final TransactionManager manager() {
    return manager;
  }

  /**
   * What the object layer keeps with this transaction.
   *
   * @return what was attached last, or {@code null}
   */
  public @Nullable Object attachment() {
    return attachment;
  }

  /**
   * Keeps something with this transaction.
   *
   * @param newAttachment what to keep
   */
  public void attach(Object newAttachment) {
    this.attachment = newAttachment;
  }

  /**
   * The newest commit that this transaction sees now; an update may move forward.
   *
   * @return its number
   */
  public final long version() {
    return version;
  }

  /**
   * Whether {@link #word} would do no more than to read the word in place, and see whether it
   * {@link #isUpTo} {@link #version}. Field accesses ask, because {@code word} has become too large
   * to be inlined.
   *
   * @param asking the {@link TransactionManager#key} of the object's pool and the thread's number
   * @param object the object's offset
   * @param wordOffset bytes from its start
   * @return whether the word may be read in place; false if this is a transaction of another pool
   *     or thread
   */
  public final boolean readsInPlace(long asking, long object, int wordOffset) {
    return viewKey == asking || (object == inPlace && wordOffset < Blocks.SIZE && key == asking);
  }

  /**
   * Reads a word of an object.
   *
   * @param object the object's offset
   * @param wordOffset bytes from its start, a multiple of 8
   * @return the word as this transaction sees it
   */
  public abstract long word(long object, int wordOffset);

  /**
   * Reads a word of an object that never changes once the object is stored, such as its class id.
   *
   * @param object the object's offset
   * @param wordOffset bytes from its start, a multiple of 8
   * @return the word
   */
  public abstract long constantWord(long object, int wordOffset);

  /**
   * Bytes of an object that never change once it is stored, such as a string's.
   *
   * @param object the object's offset
   * @param from bytes from its start
   * @param length how many
   * @return the bytes, valid until the transaction ends
   */
  public abstract MemorySegment constantBytes(long object, int from, long length);

  /**
   * Makes sure that an object is as it was written, before its words are read. Those who read
   * {@linkplain #constantWord constant} parts need not ask.
   *
   * @param object the object's offset
   * @param bytes its size with the header
   * @throws dev.basalt.error.CorruptPoolException if it lies in a damaged page
   */
  public void verify(long object, long bytes) {
    if (!Pending.is(object)) {
      manager.heap().verify(object, bytes);
    }
  }

  /** Throws unless the caller is the transaction's thread. */
  final void checkThread() {
    if (Thread.currentThread() != thread) {
      throw new StaleTransactionException(
          "the transaction belongs to " + thread + ", not to " + Thread.currentThread());
    }
  }
}
