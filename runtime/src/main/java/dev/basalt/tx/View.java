package dev.basalt.tx;

import dev.basalt.error.StaleTransactionException;
import dev.basalt.memory.Heap;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * A read-only transaction on one snapshot. Never waits for a writer and never fails because of one.
 */
public final class View extends Tx implements AutoCloseable {
  private final Heap heap;
  private final VersionStore store;
  private final Snapshots.Snapshot snapshot;

  View(Heap heap, VersionStore store, Snapshots.Snapshot snapshot) {
    this.heap = heap;
    this.store = store;
    this.snapshot = snapshot;
  }

  /**
   * The commit whose state the view sees.
   *
   * @return its number
   */
  public long version() {
    return snapshot.version();
  }

  /**
   * {@inheritDoc}
   *
   * <p>The word in place counts if the object's version is not newer than the snapshot, both before
   * and after it was loaded. Otherwise a commit has overwritten the object, or is doing so, and has
   * put what this snapshot needs into the version store first.
   */
  @Override
  public long word(long object, int wordOffset) {
    long version = heap.versionAcquire(object);
    if (isVisible(version)) {
      long word = heap.getLong(object + wordOffset);
      VarHandle.loadLoadFence();
      if (heap.getLong(object) == version) {
        return word;
      }
    }
    return stored(object)[wordOffset >> 3];
  }

  /**
   * An applying object has a negative version word, one that is not committed yet the version 0.
   */
  private boolean isVisible(long version) {
    return version > 0 && version <= snapshot.version();
  }

  private long[] stored(long object) {
    long[] words = store.find(object, snapshot.version());
    if (words == null) {
      heap.checkOpen();
      throw heap.versionAcquire(object) == 0
          ? new UncommittedObjectException()
          : new StaleTransactionException(
              "%s: the object at %d was stored after this view began; read it in a new view"
                  .formatted(heap.medium().name(), object));
    }
    return words;
  }

  @Override
  public MemorySegment constantBytes(long object, int from, long length) {
    return heap.slice(object + from, length);
  }

  @Override
  public void close() {
    snapshot.close();
  }
}
