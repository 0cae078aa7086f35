package dev.basalt.tx;

import dev.basalt.format.Geometry;
import dev.basalt.log.Log;
import dev.basalt.log.RecordBuilder;
import dev.basalt.memory.Allocator;
import dev.basalt.memory.Heap;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Takes an update from the decision to commit until everybody sees it. Guarded by the pool's update
 * lock; what must not happen beside a checkpoint's start is under the commit lock.
 */
final class CommitPath {
  private final Heap heap;
  private final Allocator allocator;
  private final Log log;
  private final Snapshots snapshots;
  private final VersionStore versions;
  private final ReentrantLock commitLock;
  private final Checkpointer checkpointer;
  private final Throttle throttle;
  private final Limbo limbo;
  private final RecordBuilder record = new RecordBuilder();
  private final LongAdder commits = new LongAdder();

  CommitPath(
      TransactionManager.Parts parts,
      Snapshots snapshots,
      VersionStore versions,
      ReentrantLock commitLock,
      Checkpointer checkpointer,
      Throttle throttle) {
    this.heap = parts.heap();
    this.allocator = parts.allocator();
    this.log = parts.log();
    this.snapshots = snapshots;
    this.versions = versions;
    this.commitLock = commitLock;
    this.checkpointer = checkpointer;
    this.throttle = throttle;
    this.limbo = new Limbo(heap);
  }

  void publish(Update update) {
    Commit commit = new Commit(heap, allocator, limbo, update, snapshots.published() + 1);
    commit.plan();
    commit.build(record);
    if (log.mustSpill(record.length())) {
      checkpointer.withoutCheckpoints(() -> publishSpilled(commit));
    } else {
      throttle.makeRoom(record.length());
      appendAndApply(commit, () -> log.append(record, commit.sequence()));
    }
    commits.increment();
  }

  /**
   * A commit too large for the log: its entries go to free space of the heap, are synced, and the
   * log gets a short record that says where. A checkpoint follows at once, so the space is free
   * again when this returns. No other checkpoint runs meanwhile, and the marks of that space are
   * taken away, so that none of its pages is written home over the entries.
   */
  private void publishSpilled(Commit commit) {
    MemorySegment entries = record.entries();
    long bytes = Geometry.wholeChunks(entries.byteSize());
    long place = allocator.reserve(bytes);
    try {
      heap.dirty().forget(place, bytes);
      // The space may have been freed by a commit that a power cut can still undo.
      log.awaitDurable(log.end());
      writeSpill(place, entries);
      if (!log.hasRoomFor(RecordBuilder.SPILLED_BYTES)) {
        checkpointer.checkpoint();
      }
      appendAndApply(commit, () -> log.appendSpilled(record, place, commit.sequence()));
      checkpointer.checkpoint();
    } finally {
      allocator.cancel(place, bytes);
    }
  }

  private void writeSpill(long place, MemorySegment entries) {
    try {
      heap.medium().write(place, entries);
      heap.medium().sync();
    } catch (RuntimeException | Error e) {
      throw log.fail(e);
    }
  }

  private void appendAndApply(Commit commit, Runnable append) {
    commitLock.lock();
    try {
      append.run();
      try {
        putInPlace(commit);
      } catch (RuntimeException | Error e) {
        snapshots.announce(snapshots.published());
        throw log.fail(e);
      }
    } finally {
      commitLock.unlock();
    }
  }

  private void putInPlace(Commit commit) {
    snapshots.announce(commit.sequence());
    long oldest = snapshots.oldest();
    commit.keepImages(versions, oldest);
    commit.apply(record.entries());
    snapshots.publish(commit.sequence());
    versions.trim(oldest);
  }

  long commits() {
    return commits.sum();
  }

  void close() {
    record.close();
  }
}
