package dev.basalt.tx;

import dev.basalt.error.ConflictException;
import dev.basalt.format.ObjectFormat;
import dev.basalt.medium.Mapping;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A transaction whose snapshot moves: it reads in place, and keeps what it has read. Meeting
 * something newer than its snapshot, it moves the snapshot forward if what it has read is still as
 * it was; else it has a conflict (S. Riegel, P. Felber, C. Fetzer, <em>A Lazy Snapshot Algorithm
 * with Eager Validation</em>, DISC 2006).
 *
 * <p>Invariant: everything that was read in place is in the set of reads and was so at the
 * snapshot; so nobody sees a mixture of two states.
 */
abstract sealed class LazySnapshotTx extends Tx permits Update {
  final Mapping memory;
  final Workspace work;
  private final Snapshots.@Nullable Snapshot snapshot;
  private boolean snapshotHeld = true;
  private boolean conflicted;

  /**
   * Begins a transaction of the calling thread.
   *
   * @param snapshot what it reads, or null for one that runs under the commit lock
   */
  LazySnapshotTx(
      TransactionManager manager,
      Snapshots.@Nullable Snapshot snapshot,
      long version,
      Workspace work) {
    super(manager, version, false);
    this.memory = manager.heap().memory();
    this.snapshot = snapshot;
    this.work = work;
  }

  /** The word is newer than the snapshot, or being changed, or not there. */
  @Override
  public long readSlow(long object, int wordOffset) {
    while (true) {
      awaitReadable(object);
      long before = memory.getLongAcquire(object + ObjectFormat.VERSION);
      long word = memory.getLong(object + wordOffset);
      VarHandle.loadLoadFence();
      if (before > 0
          && before <= version
          && memory.getLong(object + ObjectFormat.VERSION) == before) {
        return word;
      }
    }
  }

  /** Returns when the object is not being changed and is not newer than the snapshot. */
  private void awaitReadable(long object) {
    for (int spins = 0; ; spins++) {
      long current = memory.getLongAcquire(object + ObjectFormat.VERSION);
      if (current > 0 && current <= version) {
        return;
      } else if (current > 0) {
        moveForward(object, current);
      } else if (current == 0) {
        memory.check(object, Long.BYTES);
        if (snapshot != null) {
          validate();
        }
        throw new UncommittedObjectException(object);
      } else {
        manager.faults().checkCommitInProgress(object, current);
      }
      Spin.once(spins);
    }
  }

  /** Moves the snapshot to a commit after which all know of it. */
  void settle() {
    if (snapshot != null) {
      moveTo(snapshot.settle());
    }
  }

  private void moveTo(long latest) {
    validate();
    if (snapshot != null) {
      snapshot.moveTo(latest);
    }
    version = latest;
    work.seen = latest;
  }

  /** Moves the snapshot to the latest commit, if all that was read is still as it was. */
  private void moveForward(long object, long needed) {
    long latest = manager.published();
    if (latest < needed) {
      manager.faults().checkNotAhead(object, needed);
      return; // it is about to be published
    }
    moveTo(latest);
  }

  /**
   * Checks that nothing that was read has changed since the snapshot. Under the commit lock: that
   * the update is as if it ran now.
   *
   * @throws ConflictException if something has
   */
  void validate() {
    if (!work.reads.allMatch(this::isUnchanged)) {
      throw conflict("another update has changed what this one has read");
    }
  }

  /**
   * Copies words of an object as they are at the snapshot.
   *
   * @param object the object
   * @param start where the words lie in the pool
   * @param words takes them
   */
  final void copyOut(long object, long start, long[] words) {
    MemorySegment target = MemorySegment.ofArray(words);
    manager.heap().verify(object, ObjectFormat.SIZE);
    manager.heap().verify(start, target.byteSize());
    while (true) {
      awaitReadable(object);
      long before = memory.getLongAcquire(object + ObjectFormat.VERSION);
      memory.copyOut(start, target);
      VarHandle.loadLoadFence();
      if (before > 0
          && before <= version
          && memory.getLong(object + ObjectFormat.VERSION) == before) {
        return;
      }
    }
  }

  private boolean isUnchanged(long start, long object) {
    long current = memory.getLongAcquire(object + ObjectFormat.VERSION);
    if (current > 0 && current <= version) {
      return true;
    }
    VersionStore store = manager.versions();
    int block = Blocks.blockOf((int) (start - object));
    return store.lastUnnoted() <= version
        && store.lastChange(Blocks.headerKey(object)) > version
        && store.lastChange(Blocks.key(object, block)) <= version;
  }

  /**
   * Gives the update up: its body is to run again.
   *
   * @param why what the exception says
   * @return the exception to throw
   */
  public ConflictException conflict(String why) {
    conflicted = true;
    return new ConflictException(manager.name() + ": " + why + "; run the transaction again");
  }

  boolean isConflicted() {
    return conflicted;
  }

  /** The snapshot, unless the update runs under the commit lock. */
  Snapshots.@Nullable Snapshot snapshot() {
    return snapshot;
  }

  /** Lets go of the snapshot; allowed twice. */
  void releaseSnapshot() {
    if (snapshot != null && snapshotHeld) {
      snapshotHeld = false;
      snapshot.close();
    }
  }
}
