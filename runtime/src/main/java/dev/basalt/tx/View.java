package dev.basalt.tx;

import dev.basalt.error.StaleTransactionException;
import dev.basalt.format.ObjectFormat;
import dev.basalt.medium.Mapping;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * A read-only transaction on one snapshot. Never waits for a writer and never fails because of one.
 */
public final class View extends Tx implements AutoCloseable {
  private final Mapping memory;
  private final VersionStore store;
  private final Snapshots.Snapshot snapshot;

  View(TransactionManager manager, VersionStore store, Snapshots.Snapshot snapshot) {
    super(manager, snapshot.version(), true);
    this.memory = manager.heap().memory();
    this.store = store;
    this.snapshot = snapshot;
  }

  /**
   * {@inheritDoc}
   *
   * <p>The word in place counts if the object's version is not newer than the snapshot after it was
   * loaded. Otherwise a commit has overwritten the object, or is doing so, and has put what this
   * snapshot needs into the version store first.
   */
  @Override
  public long word(long object, int wordOffset) {
    return memory.wordAt(object, wordOffset, version, this);
  }

  @Override
  public long readSlow(long object, int wordOffset) {
    if (Pending.is(object)) {
      throw new UncommittedObjectException(object);
    }
    long current = manager.heap().versionAcquire(object);
    long[] whole = store.find(object, version);
    if (whole != null) {
      return whole[wordOffset >> 3];
    }
    long[] header = store.find(Blocks.headerKey(object), version);
    if (header == null) {
      throw nothingAt(object, current);
    }
    return wordOffset < ObjectFormat.SIZE
        ? header[wordOffset >> 3]
        : wordOfBlock(object, wordOffset);
  }

  /**
   * A word of a large object of which another block, or this one, was overwritten. If the store has
   * no image of the block after the word was loaded, nobody had begun to overwrite it by then.
   */
  private long wordOfBlock(long object, int wordOffset) {
    long word = memory.getLong(object + wordOffset);
    VarHandle.loadLoadFence();
    long[] block = store.find(Blocks.key(object, Blocks.blockOf(wordOffset)), version);
    return block == null ? word : block[Blocks.wordInBlock(wordOffset)];
  }

  private RuntimeException nothingAt(long object, long current) {
    memory.check(object, Long.BYTES);
    return current == 0
        ? new UncommittedObjectException(object)
        : new StaleTransactionException(
            "%s: the object at %d was stored after this view began; read it in a new view"
                .formatted(manager.name(), object));
  }

  @Override
  public long constantWord(long object, int wordOffset) {
    if (Pending.is(object)) {
      throw new UncommittedObjectException(object);
    }
    manager.heap().verify(object, wordOffset + Long.BYTES);
    if (manager.heap().versionAcquire(object) == 0) {
      throw new UncommittedObjectException(object);
    }
    return memory.getLong(object + wordOffset);
  }

  @Override
  public MemorySegment constantBytes(long object, int from, long length) {
    manager.heap().verify(object + from, length);
    return memory.slice(object + from, length);
  }

  @Override
  public void close() {
    snapshot.close();
  }

  /** Ends a view that is the thread's transaction. */
  public void leave() {
    ThreadTx.leave(this);
    close();
  }
}
