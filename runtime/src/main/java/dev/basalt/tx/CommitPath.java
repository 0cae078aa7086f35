package dev.basalt.tx;

import dev.basalt.format.Geometry;
import dev.basalt.log.Log;
import dev.basalt.log.RecordBuilder;
import dev.basalt.memory.Allocator;
import dev.basalt.memory.Heap;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes an update from the end of its body until everybody sees it. What can be done before is done
 * before the commit lock is taken; under it the update is checked, numbered, appended to the log,
 * put in place and published. An update that does no more than overwrite small objects is put in
 * place after the lock is free, beside the commits that follow: see {@link #publishAhead}.
 */
final class CommitPath {
  /** Copying more than this takes longer than others should wait. */
  private static final long BIG_BYTES = 64 << 10;

  /** What a commit returns that had nothing to write. */
  static final long NOTHING = -1;

  private final Heap heap;
  private final Allocator allocator;
  private final Log log;
  private final Snapshots snapshots;
  private final VersionStore versions;
  private final Gate gate;
  private final Checkpointer checkpointer;
  private final Throttle throttle;
  private final LimboNodes limboNodes;
  private final long sequenceBefore;

  /** Set before the first commit. */
  private @Nullable LimboSweep sweep;

  CommitPath(
      TransactionManager.Parts parts,
      Snapshots snapshots,
      VersionStore versions,
      Gate gate,
      Checkpointer checkpointer,
      Throttle throttle) {
    this.heap = parts.heap();
    this.allocator = parts.allocator();
    this.log = parts.log();
    this.snapshots = snapshots;
    this.versions = versions;
    this.gate = gate;
    this.checkpointer = checkpointer;
    this.throttle = throttle;
    this.limboNodes = new LimboNodes(allocator);
    this.sequenceBefore = parts.sequence();
  }

  void setSweep(LimboSweep newSweep) {
    this.sweep = newSweep;
  }

  private void tellSweep(Commit commit) {
    if (sweep != null) {
      commit.tell(sweep);
    }
  }

  /** What became of an attempt under the commit lock. */
  private enum Outcome {
    DONE,
    /** Other commits have filled the log; nothing has happened. */
    LOG_FULL,
    /** Other commits have used the spare nodes of limbo; nothing has happened. */
    NO_LIMBO_NODES,
    /** The record is too long for the log; nothing has happened. */
    TOO_LONG,
    /** Commits are faster than checkpoints; nothing has happened. */
    TOO_FAST
  }

  /**
   * Commits an update.
   *
   * @return the log position up to which the log must be durable for the update to be, or {@link
   *     #NOTHING}
   * @throws dev.basalt.error.ConflictException if what it has read has changed
   */
  long publish(Update update) {
    Commit commit = new Commit(heap, allocator, limboNodes, update);
    commit.encode();
    if (commit.isNothing()) {
      // What was written is what is in place; so it must be that which was read, too.
      update.validate();
      return NOTHING;
    }
    int nodes = LimboNodes.nodesFor(commit.limboEntriesMax());
    long length = Math.min(commit.record().length(), log.capacity() / 2);
    boolean ahead = length <= BIG_BYTES && commit.onlyOverwrites();
    boolean paced = false;
    while (true) {
      limboNodes.ensure(nodes);
      Outcome outcome;
      if (ahead) {
        gate.lockCommitAhead(update);
      } else {
        gate.lockCommit(update);
      }
      try {
        // Here, because the log's end has come over with the lock.
        outcome =
            paced || throttle.isAtEase(length)
                ? tryPublish(update, commit, nodes, ahead)
                : Outcome.TOO_FAST;
      } finally {
        gate.unlockCommit();
      }
      switch (outcome) {
        case DONE -> {
          if (ahead) {
            putInPlace(update, commit);
          }
          tellSweep(commit);
          return commit.logEnd();
        }
        case TOO_FAST -> {
          throttle.makeRoom(length);
          paced = true;
        }
        case LOG_FULL -> checkpointer.checkpoint();
        case TOO_LONG -> {
          return publishSpilled(update, nodes, () -> commit);
        }
        case NO_LIMBO_NODES -> {}
      }
    }
  }

  private Outcome tryPublish(Update update, Commit commit, int nodes, boolean ahead) {
    log.checkNotFailed();
    update.validate();
    if (commit.spareNodes().size() < nodes) {
      return Outcome.NO_LIMBO_NODES;
    }
    long sequence = snapshots.published() + 1;
    commit.plan(sequence);
    RecordBuilder record = commit.record();
    if (log.mustSpill(record.length())) {
      commit.unplan();
      return Outcome.TOO_LONG;
    }
    if (!log.hasRoomFor(record.length())) {
      commit.unplan();
      return Outcome.LOG_FULL;
    }
    commit(update, commit, ahead, () -> commit.setLogEnd(log.append(record, sequence)));
    return Outcome.DONE;
  }

  /**
   * Commits an update whose body runs under the commit lock, so that it sees the latest state and
   * cannot have a conflict. It changes nothing that others read.
   *
   * @param update the update, which has no snapshot
   * @param spareNodes nodes that the body may add to limbo
   * @param body what it does; runs again if there was no room for it
   */
  void publishLocked(Update update, LimboNodes spareNodes, Runnable body) {
    int nodes = 0;
    Outcome outcome;
    do {
      spareNodes.ensure(nodes);
      throttle.makeRoom(RecordBuilder.EMPTY_BYTES);
      gate.lockSweep(update);
      try {
        Commit commit = runLocked(update, spareNodes, body);
        if (commit.isNothing()) {
          return;
        }
        nodes = update.work().limboNodes + LimboNodes.nodesFor(commit.limboEntriesMax());
        outcome = tryPublish(update, commit, nodes, false);
      } finally {
        gate.unlockCommit();
      }
      if (outcome == Outcome.LOG_FULL) {
        checkpointer.checkpoint();
      } else if (outcome == Outcome.TOO_LONG) {
        long _ = publishSpilled(update, nodes, () -> runLocked(update, spareNodes, body));
        return;
      }
    } while (outcome != Outcome.DONE);
  }

  private Commit runLocked(Update update, LimboNodes spareNodes, Runnable body) {
    update.restartAtLatest();
    body.run();
    Commit commit = new Commit(heap, allocator, spareNodes, update);
    commit.encode();
    return commit;
  }

  /**
   * A commit too large for the log: its entries go to free space of the heap, are synced, and the
   * log gets a short record that says where. A checkpoint follows at once, so the space is free
   * again when this returns. Nothing else is committed meanwhile, because the record holds counts
   * and bitmaps as they will be; no other checkpoint runs, and the marks of that space are taken
   * away, so that none of its pages is written home over the entries.
   */
  private long publishSpilled(Update update, int nodes, Supplier<Commit> ready) {
    gate.closeForLarge(update);
    try {
      limboNodes.ensure(nodes);
      Commit commit;
      gate.lockCommit(update);
      try {
        log.checkNotFailed();
        commit = ready.get();
        update.validate();
        commit.plan(snapshots.published() + 1);
      } finally {
        gate.unlockCommit();
      }
      long end =
          checkpointer.withoutCheckpoints(
              () -> {
                spill(update, commit);
                return log.end();
              });
      tellSweep(commit);
      return end;
    } finally {
      gate.openForLarge();
    }
  }

  private void spill(Update update, Commit commit) {
    RecordBuilder record = commit.record();
    MemorySegment entries = record.entries();
    long bytes = Geometry.wholeChunks(entries.byteSize());
    long place = allocator.takeChunks(bytes);
    try {
      heap.dirty().forget(place, bytes);
      // The space may have been freed by a commit that a power cut can still undo.
      log.awaitDurable(log.end());
      writeSpill(place, entries);
      if (!log.hasRoomFor(RecordBuilder.SPILLED_BYTES)) {
        checkpointer.checkpoint();
      }
      gate.lockCommit(update);
      try {
        long sequence = snapshots.published() + 1;
        commit(update, commit, false, () -> log.appendSpilled(record, place, sequence));
      } finally {
        gate.unlockCommit();
      }
      checkpointer.checkpoint();
    } finally {
      allocator.giveBackChunks(place, bytes);
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

  /**
   * Appends to the log, with which the commit has happened, puts in place, if not ahead of that,
   * and publishes; a failure from here on is one of the pool.
   */
  private void commit(Update update, Commit commit, boolean ahead, Runnable append) {
    try {
      append.run();
      snapshots.beginApplying();
      if (ahead) {
        publishAhead(update, commit);
      } else {
        applyAndPublish(update, commit);
      }
      update.work().seen = commit.sequence();
      if (!versions.isEmpty()) {
        if (commit.hasCounted()) {
          VarHandle.fullFence(); // who has read what was in place before is seen now
        }
        versions.trim(snapshots.look(update.work().registered));
      }
    } catch (RuntimeException | Error e) {
      snapshots.giveUp();
      throw log.fail(e);
    }
  }

  private void applyAndPublish(Update update, Commit commit) {
    boolean big = commit.record().length() > BIG_BYTES;
    update.releaseSnapshot();
    commit.clearNew();
    if (!big) {
      snapshots.announce();
    }
    commit.keepImages(versions, snapshots, big);
    commit.markApplying();
    commit.apply(() -> beforeStamps(update, big));
    snapshots.publish(commit.sequence());
  }

  /**
   * Publishes a commit as soon as nobody can take what it overwrites for the latest state. The next
   * one need not wait for the copying.
   */
  private void publishAhead(Update update, Commit commit) {
    snapshots.announce();
    commit.keepImages(versions, snapshots, false);
    commit.markApplying();
    snapshots.publishAhead(commit.sequence(), Objects.requireNonNull(update.snapshot()));
  }

  /** What is left to do, without the commit lock, of a commit that was published ahead. */
  private void putInPlace(Update update, Commit commit) {
    try {
      commit.apply(VarHandle::storeStoreFence);
    } catch (RuntimeException | Error e) {
      throw log.fail(e); // first, so that who finds an object left applying knows why
    } finally {
      update.releaseSnapshot();
    }
  }

  /** All bytes are in place, so those of new objects may be found. */
  private void beforeStamps(Update update, boolean big) {
    VarHandle.storeStoreFence();
    Update.Listener listener = update.listener();
    if (listener != null) {
      listener.committing();
    }
    if (big) {
      snapshots.announce();
    }
  }

  /** Drops states that no snapshot needs any more. */
  void trimVersions() {
    gate.locked(
        () -> {
          versions.trim(snapshots.look(new Snapshots.Registered()));
          return true;
        });
  }

  LimboNodes limboNodes() {
    return limboNodes;
  }

  long commits() {
    return snapshots.published() - sequenceBefore;
  }
}
