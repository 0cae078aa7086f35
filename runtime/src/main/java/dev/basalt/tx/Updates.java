package dev.basalt.tx;

import dev.basalt.error.PoolFullException;
import dev.basalt.error.ReadOnlyPoolException;
import dev.basalt.log.Log;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Begins and ends the updates of one pool. */
final class Updates {
  private final TransactionManager manager;
  private final boolean readOnly;
  private final boolean syncCommits;
  private final Log log;
  private final Snapshots snapshots;
  private final Gate gate;
  private final CommitPath commitPath;
  private final Workspaces workspaces;
  private final @Nullable Background background;
  private final LongAdder aborts = new LongAdder();
  private final LongAdder conflicts = new LongAdder();

  Updates(
      TransactionManager manager,
      TransactionManager.Parts parts,
      Snapshots snapshots,
      Gate gate,
      CommitPath commitPath,
      @Nullable Background background) {
    this.manager = manager;
    this.readOnly = parts.readOnly();
    this.syncCommits = parts.syncCommits();
    this.log = parts.log();
    this.snapshots = snapshots;
    this.gate = gate;
    this.commitPath = commitPath;
    this.workspaces = new Workspaces(parts.heap(), parts.sequence());
    this.background = background;
  }

  private String name() {
    return manager.name();
  }

  /**
   * Begins an update and makes it the thread's transaction.
   *
   * @return the update; ended by {@link #commit} or {@link #abort}
   * @throws ReadOnlyPoolException inside a view
   */
  Update begin() {
    if (readOnly) {
      throw new ReadOnlyPoolException(name() + " is open for reading only");
    }
    switch (manager.current()) {
      case View view ->
          throw new ReadOnlyPoolException(name() + ": an update cannot begin inside a view");
      case Update update ->
          throw new IllegalStateException(name() + ": this cannot be done inside an update");
      case Still _ -> throw new AssertionError("never a thread's transaction");
      case null -> {}
    }
    Workspace work = workspaces.take();
    Snapshots.Snapshot snapshot = snapshots.takeUpdate(work.seen);
    try {
      if (manager.isClosed()) {
        throw manager.faults().closed();
      }
      log.checkNotFailed();
      Update update = new Update(manager, snapshot, snapshot.version(), work);
      ThreadTx.enter(update);
      return update;
    } catch (RuntimeException | Error e) {
      snapshot.close();
      workspaces.giveBack(work);
      throw e;
    }
  }

  /**
   * Commits an update and ends it. It is visible to all, and durable if the pool is SYNC, when this
   * returns; then its hooks have run.
   *
   * @param update the thread's update
   * @throws dev.basalt.error.ConflictException if what it has read has changed; then it is aborted
   * @throws RuntimeException if it cannot be committed; then it is aborted
   */
  void commit(Update update) {
    update.checkUsable();
    List<Runnable> hooks;
    long position;
    try {
      position = publish(update);
      hooks = update.hooks();
    } catch (RuntimeException | Error e) {
      if (e instanceof PoolFullException) {
        update.setFull();
      }
      abortUnlessEnded(update);
      throw e;
    }
    Update.Listener listener = update.listener();
    end(update);
    if (listener != null) {
      listener.committed();
    }
    if (position != CommitPath.NOTHING) {
      TransactionEvents.commit(name(), position);
      tellBackground(position);
      if (syncCommits) {
        log.awaitDurable(position);
      }
    } else if (syncCommits && !hooks.isEmpty()) {
      log.awaitDurable(log.end()); // what the update has read may not be durable yet
    }
    CommitHooks.<RuntimeException>run(hooks);
  }

  private long publish(Update update) {
    if (update.isConflicted()) {
      throw update.conflict("it had a conflict before");
    }
    RuntimeException doom = update.doom();
    if (doom != null) {
      throw doom;
    }
    Update.Listener listener = update.listener();
    if (listener != null) {
      listener.beforeCommit();
    }
    return update.hasChanges() ? commitPath.publish(update) : CommitPath.NOTHING;
  }

  private void tellBackground(long logEnd) {
    if (background != null) {
      background.committed(logEnd);
    }
  }

  /**
   * Ends an update without a trace.
   *
   * @param update the thread's update; nothing happens if it has ended
   */
  void abort(Update update) {
    if (!update.hasEnded()) {
      update.checkUsable();
      abortUnlessEnded(update);
    }
  }

  void abortUnlessEnded(Update update) {
    if (update.hasEnded()) {
      return;
    }
    (update.isConflicted() ? conflicts : aborts).increment();
    try {
      // First: once their blocks are free, other objects may have these handles' places.
      Update.Listener listener = update.listener();
      if (listener != null) {
        listener.aborted();
      }
    } finally {
      update.cancelReservations();
      end(update);
    }
  }

  private void end(Update update) {
    ThreadTx.leave(update);
    update.end();
    if (update.isAlone()) {
      gate.open();
    }
    workspaces.giveBack(update.work());
  }

  /**
   * Commits something that runs under the commit lock.
   *
   * @param spareNodes nodes that the body may add to limbo
   * @param body what to do; may run more than once, and starts afresh each time
   */
  void runLocked(LimboNodes spareNodes, Consumer<Update> body) {
    log.checkNotFailed();
    Update update = new Update(manager, null, snapshots.published(), workspaces.take());
    try {
      commitPath.publishLocked(update, spareNodes, () -> body.accept(update));
    } catch (UncommittedObjectException e) {
      throw manager.faults().nothingStored(e);
    } finally {
      update.end();
      workspaces.giveBack(update.work());
    }
    tellBackground(log.end());
  }

  /** How many ended without a commit, conflicts not counted. */
  long aborts() {
    return aborts.sum();
  }

  /** How many had a conflict with another. */
  long conflicts() {
    return conflicts.sum();
  }

  /** No update will begin any more. */
  void close() {
    workspaces.close();
  }
}
