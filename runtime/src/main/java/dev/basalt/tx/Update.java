package dev.basalt.tx;

import dev.basalt.error.PoolFullException;
import dev.basalt.error.StaleTransactionException;
import dev.basalt.format.ObjectFormat;
import dev.basalt.memory.OffsetMap;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A read-write transaction while its body runs. It reads the state of one commit, its snapshot, and
 * writes to copies of its own; nothing of it is in the heap before the commit.
 *
 * <p>Invariant: what is copied has been read. So if nothing that was read has changed when the
 * commit holds the commit lock, the update is as if it had run at that moment.
 */
public final class Update extends LazySnapshotTx {
  private static final long SIZE_MAX = 1L << 31;

  /*
   * Not part of the workspace, which has become old: storing young objects into old ones costs the
   * collector a fence and a card each.
   */
  private final List<Workspace.Copy> copies = new ArrayList<>();

  /** Handles of objects that get a reference; while they live the objects are not reclaimed. */
  private final List<Object> pins = new ArrayList<>();

  private final List<Runnable> hooks = new ArrayList<>();

  /**
   * The object looked at last: what lies before {@link #recentEnd} of it is in {@link #recentWords}
   * or, if that is null, is in the set of reads and to be read in place.
   */
  private long recent;

  private int recentEnd;
  private long @Nullable [] recentWords;

  private @Nullable Listener listener;
  private @Nullable RuntimeException doom;
  private boolean ended;

  private boolean alone;

  /** Whether the pool had no room for it. */
  private boolean full;

  /** What the object layer does at the end of an update. */
  public interface Listener {
    /** Called before the commit; may still create and change objects. */
    void beforeCommit();

    /**
     * Called when the commit cannot fail any more and nobody sees it yet, under the commit lock.
     */
    void committing();

    /** Called once the commit is visible. */
    void committed();

    /** Called when the update has ended without a commit. */
    void aborted();
  }

  /**
   * Begins an update.
   *
   * @param snapshot what it reads, or null for one that runs under the commit lock
   */
  Update(
      TransactionManager manager,
      Snapshots.@Nullable Snapshot snapshot,
      long version,
      Workspace work) {
    super(manager, snapshot, version, work);
  }

  // ---- reading

  @Override
  public long word(long object, int wordOffset) {
    if (object == recent && wordOffset < recentEnd) {
      long[] own = recentWords;
      return own != null ? own[wordOffset >> 3] : memory.wordAt(object, wordOffset, version, this);
    }
    return find(object, wordOffset);
  }

  private long find(long object, int wordOffset) {
    if (Pending.is(object)) {
      throw new UncommittedObjectException(object);
    }
    Workspace.Copy own = ownCopy(object, wordOffset);
    if (own != null) {
      return own.words[(wordOffset - Blocks.start(own.block)) >> 3];
    }
    int block = Blocks.blockOf(wordOffset);
    // Has been read afterwards, not before: the snapshot may have to move forward for it.
    long word = memory.wordAt(object, wordOffset, version, this);
    work.reads.put(object + Blocks.start(block), object);
    if (block == 0) {
      remember(object, Blocks.SIZE, null);
    }
    return word;
  }

  private void remember(long object, int end, long @Nullable [] words) {
    recent = object;
    inPlace = words == null ? object : NOWHERE;
    recentEnd = end;
    recentWords = words;
  }

  /** The update's copy of an object or of the block that holds a word. */
  private Workspace.@Nullable Copy ownCopy(long object, int wordOffset) {
    if (work.index.size() == 0) {
      return null;
    }
    int at = (int) work.index.get(object, 0);
    if (at != 0) {
      Workspace.Copy copy = copies.get(at - 1);
      if (wordOffset >> 3 < copy.words.length) {
        remember(object, copy.words.length * Long.BYTES, copy.words);
        return copy;
      }
    }
    int block = Blocks.blockOf(wordOffset);
    at = block == 0 ? 0 : (int) work.index.get(object + Blocks.start(block), 0);
    return at == 0 ? null : copies.get(at - 1);
  }

  /** Forgets everything; what follows reads the latest state. Called under the commit lock. */
  void restartAtLatest() {
    work.clear();
    copies.clear();
    pins.clear();
    hooks.clear();
    remember(NOWHERE, 0, null);
    version = manager.published();
  }

  void setFull() {
    full = true;
  }

  boolean isFull() {
    return full;
  }

  /** The gate is closed behind this update. */
  void setAlone() {
    alone = true;
  }

  boolean isAlone() {
    return alone;
  }

  @Override
  public long constantWord(long object, int wordOffset) {
    if (object == recent && recentWords != null && wordOffset < recentEnd) {
      return recentWords[wordOffset >> 3];
    }
    Workspace.Copy own = Pending.is(object) ? null : ownCopy(object, wordOffset);
    if (own != null) {
      return own.words[(wordOffset - Blocks.start(own.block)) >> 3];
    }
    if (Pending.is(object)) {
      throw new UncommittedObjectException(object);
    }
    manager.heap().verify(object, wordOffset + Long.BYTES);
    if (memory.getLongAcquire(object + ObjectFormat.VERSION) == 0) {
      throw new UncommittedObjectException(object);
    }
    return memory.getLong(object + wordOffset);
  }

  @Override
  public MemorySegment constantBytes(long object, int from, long length) {
    long[] own = ownWords(object);
    if (own != null) {
      return MemorySegment.ofArray(own).asSlice(from, length);
    }
    manager.heap().verify(object + from, length);
    return memory.slice(object + from, length);
  }

  // ---- writing

  /**
   * The words of an object that this update has created.
   *
   * @param object the object
   * @return its words, which may be changed but for the two of the header, or {@code null} if the
   *     update has not created it
   */
  public long @Nullable [] ownWords(long object) {
    int at = (int) work.index.get(object, 0);
    if (at == 0) {
      return null;
    }
    Workspace.Copy copy = copies.get(at - 1);
    return copy.isNew() ? copy.words : null;
  }

  /**
   * Whether this update has created an object.
   *
   * @param object its offset
   * @return whether nobody else can see it
   */
  public boolean hasCreated(long object) {
    return work.reserved.get(object, 0) != 0;
  }

  /**
   * Writes a word of an object.
   *
   * @param object the object
   * @param wordOffset bytes from its start, a multiple of 8, behind the header
   * @param word the word
   */
  public void putWord(long object, int wordOffset, long word) {
    if (object == recent && wordOffset < recentEnd) {
      long[] own = recentWords;
      if (own != null) {
        own[wordOffset >> 3] = word;
        return;
      }
    }
    Workspace.Copy own = ownCopy(object, wordOffset);
    if (own == null) {
      own = copy(object, wordOffset);
    }
    own.words[(wordOffset - Blocks.start(own.block)) >> 3] = word;
  }

  /** Copies an object, or the block of it that holds a word. */
  private Workspace.Copy copy(long object, int wordOffset) {
    long bytes = manager.sizeOf(this, object);
    boolean large = Blocks.isLarge(bytes);
    int block = large ? Blocks.blockOf(wordOffset) : 0;
    long start = object + Blocks.start(block);
    long length = Math.min(bytes - Blocks.start(block), Blocks.SIZE);
    MemorySegment _ = memory.slice(start, length); // a damaged length shows before it does harm
    long[] words = new long[words(length)];
    copyOut(object, start, words);
    work.reads.put(start, object);
    Workspace.Copy copy =
        new Workspace.Copy(
            object, block, words, large ? Workspace.Kind.BLOCK : Workspace.Kind.WHOLE);
    add(copy);
    return copy;
  }

  /**
   * Copies the whole of an object, or more of its block, whatever its size; for changes of its
   * layout, which nothing else runs beside.
   *
   * @param object the object
   * @param bytes how many, within its block
   * @return the words of the copy
   */
  public long[] copyWhole(long object, long bytes) {
    MemorySegment _ = memory.slice(object, bytes);
    long[] words = new long[words(bytes)];
    work.reads.put(object, object);
    copyOut(object, object, words);
    add(new Workspace.Copy(object, 0, words, Workspace.Kind.WHOLE));
    return words;
  }

  private void add(Workspace.Copy copy) {
    copies.add(copy);
    work.index.put(copy.offset(), copies.size());
    if (copy.block == 0) {
      remember(copy.object, copy.words.length * Long.BYTES, copy.words);
    }
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
    long object = reserve(size);
    work.reserved.put(object, size);
    add(new Workspace.Copy(object, 0, words, Workspace.Kind.NEW));
    return object;
  }

  private long reserve(long size) {
    try {
      return manager.reserve(size);
    } catch (PoolFullException e) {
      full = true;
      throw e;
    }
  }

  private int words(long bytes) {
    if (bytes > SIZE_MAX) {
      throw new PoolFullException(
          "%s: an object of %d bytes is larger than the greatest possible of %d"
              .formatted(manager.name(), bytes, SIZE_MAX));
    }
    return (int) ((bytes + Long.BYTES - 1) / Long.BYTES);
  }

  /**
   * Releases an object's block. The caller knows that nothing leads to it.
   *
   * @param object the object, not written by this update
   */
  public void free(long object) {
    work.freed.put(object, 0);
  }

  /**
   * Counts a reference more or less to an object.
   *
   * @param object the object referred to
   * @param delta how many more
   */
  public void changeCount(long object, int delta) {
    work.countChanges.add(object, delta);
  }

  /**
   * Keeps a handle alive until the update has ended, because the update refers to its object now.
   *
   * @param handle the handle
   */
  public void pin(Object handle) {
    pins.add(handle);
  }

  /**
   * Reads a word of the pool header as this update has it.
   *
   * @param offset where it lies
   * @return the word
   */
  public long rawWord(long offset) {
    return work.rawWords.get(offset);
  }

  /**
   * Sets a word of the pool header. The caller sees to it that no other update does.
   *
   * @param offset where it lies
   * @param value the word
   */
  public void putRawWord(long offset, long value) {
    work.rawWords.put(offset, value);
  }

  // ---- the end

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
    checkThread();
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

  /**
   * Runs a body as part of this update. What it has done before it throws cannot be taken back
   * alone, so then this update cannot be committed any more.
   *
   * @param <R> the result's type
   * @param <X> what the body throws
   * @param body the body
   * @return its result
   * @throws X what the body throws, unchanged
   */
  public <R extends @Nullable Object, X extends Throwable> R join(
      TransactionManager.Body<R, X> body) throws X {
    checkUsable();
    try {
      return body.run();
    } catch (Throwable e) {
      doom(new IllegalStateException("an update inside this update has failed", e));
      throw e;
    }
  }

  @Nullable RuntimeException doom() {
    return doom;
  }

  /** Whether committing this changes the pool. */
  boolean hasChanges() {
    return !copies.isEmpty() || work.hasChanges();
  }

  /** Objects as this update has them: all that it has created or written. */
  List<Workspace.Copy> copies() {
    return copies;
  }

  /** What is to run after the commit. */
  List<Runnable> hooks() {
    return hooks;
  }

  Workspace work() {
    return work;
  }

  RawWords rawWords() {
    return work.rawWords;
  }

  /** Ends the update for its body; it has no snapshot from now on. */
  void end() {
    ended = true;
    releaseSnapshot();
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
    OffsetMap reserved = work.reserved;
    reserved.forEach(manager.allocator()::cancel);
    reserved.clear();
  }
}
