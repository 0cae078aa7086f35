package dev.basalt.tx;

import dev.basalt.error.StaleTransactionException;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A running transaction as the object layer sees it: a way to read objects. An object is read in
 * words of 8 bytes, counted in bytes from its start; a smaller field is part of a word. Used by one
 * thread.
 */
public abstract sealed class Tx permits View, Update, Still {
  final TransactionManager manager;
  final Thread thread = Thread.currentThread();

  /** The transaction of another pool around this one; set by {@link ThreadTx}. */
  @Nullable Tx outer;

  private @Nullable Object attachment;

  Tx(TransactionManager manager) {
    this.manager = manager;
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

  /** Throws unless the caller is the transaction's thread. */
  final void checkThread() {
    if (Thread.currentThread() != thread) {
      throw new StaleTransactionException(
          "the transaction belongs to " + thread + ", not to " + Thread.currentThread());
    }
  }
}
