package dev.basalt.tx;

import dev.basalt.error.PoolFullException;
import dev.basalt.error.StaleTransactionException;
import dev.basalt.format.ObjectFormat;
import dev.basalt.memory.Allocator;
import dev.basalt.memory.Heap;
import dev.basalt.memory.OffsetMap;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A read-write transaction while its body runs: its copies of the objects that it writes, the
 * objects that it creates, and the changes of reference counts. Nothing of it is in the heap before
 * the commit.
 *
 * <p>An update runs while it holds the pool's update lock, so what it reads in place cannot change
 * under it.
 */
public final class Update extends Tx {
  private static final long SIZE_MAX = 1L << 31;

  private final Heap heap;
  private final Allocator allocator;
  private final Thread thread = Thread.currentThread();

  /** Object to index in {@link #copies}, plus 1. */
  private final OffsetMap index = new OffsetMap();

  private final List<Copy> copies = new ArrayList<>();

  /** Reserved block to the size that was asked for. */
  private final OffsetMap reserved = new OffsetMap();

  private final OffsetMap freed = new OffsetMap();
  private final OffsetMap countChanges = new OffsetMap();
  private final RawWords rawWords;
  private final List<Runnable> hooks = new ArrayList<>();
  private @Nullable Listener listener;
  private @Nullable RuntimeException doom;
  private boolean ended;

  /** An object as this update has it. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Copy(long object, long[] words, boolean isNew) {}

  /** What the object layer does at the end of an update. */
  public interface Listener {
    /** Called before the commit; may still create and change objects. */
    void beforeCommit();

    /** Called once the commit is visible. */
    void committed();

    /** Called when the update has ended without a commit. */
    void aborted();
  }

  Update(Heap heap, Allocator allocator) {
    this.heap = heap;
    this.allocator = allocator;
    this.rawWords = new RawWords(heap);
  }

  @Override
  public long word(long object, int wordOffset) {
    long[] own = ownWords(object);
    return own != null ? own[wordOffset >> 3] : heap.getLong(object + wordOffset);
  }

  @Override
  public MemorySegment constantBytes(long object, int from, long length) {
    long[] own = ownWords(object);
    return own != null
        ? MemorySegment.ofArray(own).asSlice(from, length)
        : heap.slice(object + from, length);
  }

  /**
   * The object's words as this update has changed or created them.
   *
   * @param object the object
   * @return the words, which may be changed but for the two of the header, or {@code null} if the
   *     update has not written to the object
   */
  public long @Nullable [] ownWords(long object) {
    if (index.size() == 0) {
      return null;
    }
    int at = (int) index.get(object, 0);
    return at == 0 ? null : copies.get(at - 1).words;
  }

  /**
   * Copies an object, so that it can be changed.
   *
   * @param object an object that has no copy yet
   * @param bytes its size
   * @return the words of the copy
   */
  public long[] copy(long object, long bytes) {
    checkUsable();
    MemorySegment _ = heap.slice(object, bytes); // a damaged length shows before it takes memory
    long[] words = new long[words(bytes)];
    heap.copyOut(object, MemorySegment.ofArray(words));
    add(new Copy(object, words, false));
    return words;
  }

  /**
   * Creates an object of zeroes.
   *
   * @param classId its class
   * @param bytes its size with the header
   * @return its offset
   * @throws PoolFullException if there is no room
   */
  public long create(int classId, long bytes) {
    checkUsable();
    long[] words = new long[words(bytes)];
    words[ObjectFormat.CLASS_ID >> 3] = classId;
    long size = (long) words.length * Long.BYTES;
    long object = allocator.reserve(size);
    reserved.put(object, size);
    add(new Copy(object, words, true));
    return object;
  }

  private int words(long bytes) {
    if (bytes > SIZE_MAX) {
      throw new PoolFullException(
          "%s: an object of %d bytes is larger than the greatest possible of %d"
              .formatted(heap.medium().name(), bytes, SIZE_MAX));
    }
    return (int) ((bytes + Long.BYTES - 1) / Long.BYTES);
  }

  private void add(Copy copy) {
    copies.add(copy);
    index.put(copy.object, copies.size());
  }

  /**
   * Releases an object's block. The caller knows that nothing leads to it.
   *
   * @param object the object, not written by this update
   */
  public void free(long object) {
    checkUsable();
    freed.put(object, 0);
  }

  /**
   * Counts a reference more or less to an object.
   *
   * @param object the object referred to
   * @param delta how many more
   */
  public void changeCount(long object, int delta) {
    countChanges.add(object, delta);
  }

  /**
   * Runs a hook after the update is durable.
   *
   * @param hook the hook
   */
  public void onCommit(Runnable hook) {
    checkUsable();
    hooks.add(hook);
  }

  /**
   * The listener of this update.
   *
   * @return the listener, or {@code null} if none was set
   */
  public @Nullable Listener listener() {
    return listener;
  }

  /**
   * Sets who is told about the end of this update.
   *
   * @param newListener the listener
   */
  public void setListener(Listener newListener) {
    this.listener = newListener;
  }

  /**
   * Throws unless this update is running and the caller is its thread.
   *
   * @throws StaleTransactionException if it has ended or belongs to another thread
   */
  public void checkUsable() {
    if (ended) {
      throw new StaleTransactionException("the transaction has ended");
    }
    if (Thread.currentThread() != thread) {
      throw new StaleTransactionException(
          "the transaction belongs to " + thread + ", not to " + Thread.currentThread());
    }
  }

  /**
   * Makes a commit impossible: the update has failed half-way through an operation.
   *
   * @param cause what a commit throws
   */
  public void doom(RuntimeException cause) {
    if (doom == null) {
      doom = cause;
    }
  }

  @Nullable RuntimeException doom() {
    return doom;
  }

  boolean hasChanges() {
    return !copies.isEmpty()
        || freed.size() > 0
        || countChanges.size() > 0
        || rawWords.map().size() > 0;
  }

  /**
   * Reads a word of the pool header as this update has it.
   *
   * @param offset where it lies
   * @return the word
   */
  public long rawWord(long offset) {
    return rawWords.get(offset);
  }

  /**
   * Sets a word of the pool header.
   *
   * @param offset where it lies
   * @param value the word
   */
  public void putRawWord(long offset, long value) {
    rawWords.put(offset, value);
  }

  RawWords rawWords() {
    return rawWords;
  }

  List<Copy> copies() {
    return copies;
  }

  OffsetMap countChanges() {
    return countChanges;
  }

  OffsetMap reserved() {
    return reserved;
  }

  OffsetMap freed() {
    return freed;
  }

  List<Runnable> hooks() {
    return hooks;
  }

  void end() {
    ended = true;
  }

  /**
   * Whether the update was committed or aborted.
   *
   * @return {@code true} once it has ended
   */
  public boolean hasEnded() {
    return ended;
  }

  /** Gives back everything that was reserved. */
  void cancelReservations() {
    reserved.forEach(allocator::cancel);
    reserved.clear();
  }
}
