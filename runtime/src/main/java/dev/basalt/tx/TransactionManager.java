package dev.basalt.tx;

import dev.basalt.error.BasaltException;
import dev.basalt.error.CorruptPoolException;
import dev.basalt.error.PoolClosedException;
import dev.basalt.error.PoolFullException;
import dev.basalt.error.ReadOnlyPoolException;
import dev.basalt.log.Log;
import dev.basalt.log.SuperblockStore;
import dev.basalt.medium.Mapping;
import dev.basalt.medium.MappingFault;
import dev.basalt.memory.Allocator;
import dev.basalt.memory.Heap;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Begins and ends the transactions of one pool: any number of updates and views side by side.
 *
 * <p>Locks, in their order: the gate's turn ({@link Gate}), the checkpoint lock, the commit lock
 * ({@link CommitLock}: checking, appending, copying into place, publishing; never held during I/O
 * that waits for a disk).
 */
public final class TransactionManager implements Mapping.SlowRead {
  /** Conflicts after which an update's body runs alone. */
  private static final int CONFLICTS_MAX = 4;

  /** How often an update runs again because the pool was full. */
  private static final int RELIEFS_MAX = 8;

  private static final long BACKOFF_NANOS = 2_000;

  private final Heap heap;
  private final Allocator allocator;
  private final Log log;
  private final boolean syncCommits;
  private final boolean readOnly;
  private final Snapshots snapshots;
  private final VersionStore versions = new VersionStore();
  private final Gate gate;
  private final Checkpointer checkpointer;
  private final Throttle throttle;
  private final CommitPath commitPath;
  private final Workspaces workspaces;
  private final @Nullable Background background;
  private final SnapshotWatch watch;
  private @Nullable LimboSweep sweep;
  private @Nullable Relief relief;
  private @Nullable LastResort lastResort;
  private @Nullable SweepThread sweepThread;
  private final Abandoned abandoned = new Abandoned(this);

  /** Set by the object layer before the first transaction. */
  private Object owner = this;

  private Sizes sizes = (tx, object) -> 0;

  private volatile boolean closed;

  private final LongAdder aborts = new LongAdder();
  private final LongAdder conflicts = new LongAdder();
  private final LongAdder loneRuns = new LongAdder();

  /** What the object layer knows of objects. */
  public interface Sizes {
    /**
     * The bytes of an object.
     *
     * @param tx reads it
     * @param object the object
     * @return its size with the header
     */
    long sizeOf(Tx tx, long object);
  }

  /**
   * What an update or view does.
   *
   * @param <R> the result's type
   * @param <X> what it throws
   */
  public interface Body<R extends @Nullable Object, X extends Throwable> {
    /**
     * Does it.
     *
     * @return the result
     * @throws X if it fails
     */
    R run() throws X;
  }

  /**
   * What the manager works on.
   *
   * @param heap the recovered heap
   * @param allocator its allocator
   * @param log the open log
   * @param superblocks the superblock in force
   * @param sequence the last commit in the heap
   * @param syncCommits whether a commit is durable before it returns
   * @param readOnly whether updates are refused and nothing is written
   * @param memoryMax bytes of changed pages that may be kept in memory
   * @param syncIntervalNanos how often the log is made durable if commits do not see to it
   */
  public record Parts(
      Heap heap,
      Allocator allocator,
      Log log,
      SuperblockStore superblocks,
      long sequence,
      boolean syncCommits,
      boolean readOnly,
      long memoryMax,
      long syncIntervalNanos) {}

  /**
   * Creates the manager of an open pool.
   *
   * @param parts what it works on
   */
  public TransactionManager(Parts parts) {
    this.heap = parts.heap;
    this.allocator = parts.allocator;
    this.log = parts.log;
    this.syncCommits = parts.syncCommits;
    this.readOnly = parts.readOnly;
    this.snapshots = new Snapshots(log.words(), parts.sequence);
    this.workspaces = new Workspaces(heap, parts.sequence);
    CommitLock commitLock = new CommitLock(log.words());
    this.gate = new Gate(commitLock);
    this.checkpointer = new Checkpointer(parts, commitLock, snapshots);
    this.throttle = new Throttle(log, heap.dirty(), checkpointer.copiedPagesMax(), checkpointer);
    this.commitPath = new CommitPath(parts, snapshots, versions, gate, checkpointer, throttle);
    this.watch = new SnapshotWatch(heap.medium().name(), snapshots);
    this.background =
        readOnly
            ? null
            : new Background(log, checkpointer, this::tick, !syncCommits, parts.syncIntervalNanos);
  }

  /**
   * Makes the object layer known; called once, before the first transaction.
   *
   * @param newOwner what {@link #owner} answers
   * @param newSizes tells how large objects are
   */
  public void setObjects(Object newOwner, Sizes newSizes) {
    this.owner = newOwner;
    this.sizes = newSizes;
  }

  /**
   * The object layer above.
   *
   * @return what {@link #setObjects} was given
   */
  public Object owner() {
    return owner;
  }

  long sizeOf(Tx tx, long object) {
    return sizes.sizeOf(tx, object);
  }

  // ---- the thread's transaction

  /**
   * The transaction of the calling thread in this pool.
   *
   * @return the transaction, or {@code null} if there is none
   */
  public @Nullable Tx current() {
    return amongThose(ThreadTx.innermost());
  }

  /**
   * The one of this pool among a thread's transactions.
   *
   * @param innermost what {@link #innermost} answered
   * @return the transaction, or {@code null} if there is none
   */
  public @Nullable Tx amongThose(@Nullable Tx innermost) {
    return innermost == null || innermost.manager == this ? innermost : ThreadTx.current(this);
  }

  /**
   * The innermost transaction of the calling thread in any pool.
   *
   * @return the transaction, or {@code null} if there is none
   */
  public static @Nullable Tx innermost() {
    return ThreadTx.innermost();
  }

  // ---- views

  /**
   * Runs a body in a view of its own.
   *
   * @param <R> the result's type
   * @param <X> what the body throws
   * @param body the body
   * @return its result
   * @throws X what the body throws, unchanged
   */
  public <R extends @Nullable Object, X extends Throwable> R view(Body<R, X> body) throws X {
    View view = openView();
    ThreadTx.enter(view);
    try {
      return body.run();
    } catch (UncommittedObjectException e) {
      throw nothingStored(e);
    } catch (InternalError e) {
      throw fault(e);
    } finally {
      ThreadTx.leave(view);
      view.close();
    }
  }

  /**
   * A view that is not the thread's transaction, for one operation.
   *
   * @return the view, to be closed
   */
  public View openView() {
    Snapshots.Snapshot snapshot = snapshots.takeView();
    if (closed) {
      snapshot.close();
      throw closed();
    }
    return new View(this, versions, snapshot);
  }

  /**
   * Reads a word of an object as the latest commit left it, where the word in place did not serve:
   * because the object is being changed, or because nothing is there.
   *
   * @param object the object's offset
   * @param wordOffset bytes from its start, a multiple of 8
   * @return the word
   */
  @Override
  public long readSlow(long object, int wordOffset) {
    if (Pending.is(object)) {
      throw new UncommittedObjectException(object);
    }
    while (true) {
      long version = heap.versionAcquire(object);
      if (version == 0) {
        heap.checkOpen();
        throw new UncommittedObjectException(object);
      } else if (version > 0) {
        long word = heap.getLong(object + wordOffset);
        VarHandle.loadLoadFence();
        if (heap.getLong(object) == version) {
          return word;
        }
      } else {
        checkCommitInProgress(object, version);
        try (View view = openView()) {
          return view.word(object, wordOffset);
        }
      }
    }
  }

  /**
   * Throws if no commit in progress can be the reason for what an object's version says.
   *
   * @param object the object
   * @param version what was read from it: 0, or marked as applying
   * @throws CorruptPoolException if the version is not true
   */
  public void checkCommitInProgress(long object, long version) {
    if (!snapshots.isApplying() && heap.versionAcquire(object) == version) {
      heap.checkOpen();
      log.checkNotFailed();
      throw new CorruptPoolException(
          version == 0
              ? "%s: nothing is stored at %d".formatted(name(), object)
              : "%s: the object at %d claims to be in the middle of a commit (version %x)"
                  .formatted(name(), object, version));
    }
  }

  /**
   * Throws if an object's version is newer than all commits, and no commit in progress can be the
   * reason.
   *
   * @param object the object
   * @param version what was read from it
   * @throws CorruptPoolException if the version is not true
   */
  public void checkNotAhead(long object, long version) {
    if (version > snapshots.published()
        && !snapshots.isApplying()
        && version > snapshots.published()) {
      heap.checkOpen();
      throw new CorruptPoolException(
          "%s: the object at %d claims to be of commit %d, but the last one is %d"
              .formatted(name(), object, version, snapshots.published()));
    }
  }

  // ---- updates

  /**
   * Runs a body as an update of its own, again as long as it has conflicts with others. A body that
   * has had a few runs alone, so that every update comes to its end.
   *
   * @param <R> the result's type
   * @param <X> what the body throws
   * @param body the body
   * @return its result
   * @throws X what the body throws, unchanged; the update is aborted
   * @throws ReadOnlyPoolException inside a view
   */
  public <R extends @Nullable Object, X extends Throwable> R update(Body<R, X> body) throws X {
    int reliefs = 0;
    @Nullable PoolFullException full = null;
    for (int conflictCount = 0; ; conflictCount++) {
      Update update = beginUpdate();
      try {
        if (conflictCount > 0) {
          update.settle(); // so that it has no conflict because of a block that it has not read
        }
        if (conflictCount >= CONFLICTS_MAX && gate.close(update)) {
          update.setAlone();
          loneRuns.increment();
          TransactionEvents.runAlone(name());
        }
        R result = body.run();
        commit(update);
        return result;
      } catch (UncommittedObjectException e) {
        if (!update.isConflicted()) {
          throw nothingStored(e);
        }
      } catch (InternalError e) {
        throw fault(e);
      } catch (PoolFullException e) {
        if (!update.isConflicted() && !(update.isFull() && reliefs < RELIEFS_MAX)) {
          throw e;
        }
        full = update.isConflicted() ? null : e;
      } catch (Throwable e) {
        // Whatever the body has made of a conflict, it is to run again.
        if (!update.isConflicted()) {
          throw e;
        }
      } finally {
        abort(update);
      }
      if (full != null) {
        makeRoomAfter(full, reliefs++);
        full = null;
        continue;
      }
      TransactionEvents.conflict(name(), conflictCount + 1);
      if (conflictCount >= CONFLICTS_MAX) {
        endAbandoned(); // one of them may hold what this update wants to store
      }
      backOff(conflictCount);
    }
  }

  /** An update without its snapshot delays nothing any more. */
  private void makeRoomAfter(PoolFullException full, int reliefs) {
    boolean progress = relief != null && relief.makeRoom();
    LastResort resort = lastResort;
    if (!progress && resort != null) {
      progress = resort.makeRoom();
    }
    if (!progress && reliefs > 0) {
      throw full;
    }
  }

  private static void backOff(int conflictCount) {
    long limit = BACKOFF_NANOS << Math.min(conflictCount, 2 * CONFLICTS_MAX);
    long nanos = ThreadLocalRandom.current().nextLong(limit);
    if (conflictCount < 2) {
      for (long end = System.nanoTime() + nanos; System.nanoTime() < end; ) {
        Thread.onSpinWait();
      }
    } else {
      LockSupport.parkNanos(nanos);
    }
  }

  /**
   * Begins an update and makes it the thread's transaction.
   *
   * @return the update; ended by {@link #commit} or {@link #abort}
   * @throws ReadOnlyPoolException inside a view
   */
  public Update beginUpdate() {
    if (readOnly) {
      throw new ReadOnlyPoolException(name() + " is open for reading only");
    }
    switch (current()) {
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
      if (closed) {
        throw closed();
      }
      log.checkNotFailed();
      Update update = new Update(this, snapshot, snapshot.version(), work);
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
  public void commit(Update update) {
    update.checkUsable();
    List<Runnable> hooks;
    long position;
    try {
      position = publish(update);
      hooks = update.work().hooks.isEmpty() ? List.of() : List.copyOf(update.work().hooks);
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
    return update.work().hasChanges() ? commitPath.publish(update) : CommitPath.NOTHING;
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
  public void abort(Update update) {
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

  /** Aborts the updates of threads that have ended without ending them. */
  public void endAbandoned() {
    abandoned.endAll();
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
   * Commits something that runs under the commit lock, so that it sees the latest state and has no
   * conflicts. It must be short, and is not durable when this returns.
   *
   * @param body what to do; may run more than once, and starts afresh each time
   */
  public void runLocked(Consumer<Update> body) {
    runLocked(commitPath.limboNodes(), body);
  }

  /** As {@link #runLocked(Consumer)}, with nodes that the body may add to limbo. */
  void runLocked(LimboNodes spareNodes, Consumer<Update> body) {
    log.checkNotFailed();
    Update update = new Update(this, null, published(), workspaces.take());
    try {
      commitPath.publishLocked(update, spareNodes, () -> body.accept(update));
    } catch (UncommittedObjectException e) {
      throw nothingStored(e);
    } finally {
      update.end();
      workspaces.giveBack(update.work());
    }
    tellBackground(log.end());
  }

  /**
   * Reads the heap while nothing is committed.
   *
   * @param <R> the result's type
   * @param body what to do; must be short and not begin a transaction
   * @return its result
   */
  public <R> R locked(Supplier<R> body) {
    return gate.locked(body);
  }

  /**
   * Reads the heap while nothing is committed and nothing is written home, however long it takes.
   * Views go on.
   *
   * @param <R> the result's type
   * @param body what to do; must not begin an update
   * @return its result
   */
  public <R> R betweenUpdates(Supplier<R> body) {
    gate.closeForAll();
    try {
      return checkpointer.withoutCheckpoints(body);
    } finally {
      gate.openForLarge();
    }
  }

  /**
   * Does what is to be done from time to time.
   *
   * @return whether it is to be done again though nothing is committed meanwhile
   */
  private boolean tick() {
    if (!versions.isEmpty()) {
      commitPath.trimVersions();
    }
    endAbandoned();
    watch.look();
    ThreadTx.lookAround();
    checkIntact();
    return !versions.isEmpty();
  }

  /** Returns once everything committed so far is durable. */
  public void sync() {
    log.awaitDurable(log.end());
    checkIntact();
  }

  /** Where no flush of the log asks whether the medium is still what was opened, this does. */
  private void checkIntact() {
    if (heap.isShared()) {
      log.checkNotFailed();
      checkpointer.checkIntact();
    }
  }

  /**
   * The checkpointer.
   *
   * @return the checkpointer
   */
  public Checkpointer checkpointer() {
    return checkpointer;
  }

  /**
   * What slows commits down.
   *
   * @return the throttle
   */
  public Throttle throttle() {
    return throttle;
  }

  /**
   * The log.
   *
   * @return the log
   */
  public Log log() {
    return log;
  }

  /**
   * The heap.
   *
   * @return the heap
   */
  public Heap heap() {
    return heap;
  }

  /**
   * Commits since the pool was opened.
   *
   * @return the number
   */
  public long commits() {
    return commitPath.commits();
  }

  /**
   * Updates that ended without a commit since the pool was opened, conflicts not counted.
   *
   * @return the number
   */
  public long aborts() {
    return aborts.sum();
  }

  /**
   * How often an update had a conflict with another since the pool was opened.
   *
   * @return the number
   */
  public long conflicts() {
    return conflicts.sum();
  }

  /**
   * How often an update's body ran alone, after too many conflicts.
   *
   * @return the number
   */
  public long loneRuns() {
    return loneRuns.sum();
  }

  /** The earlier states of objects. */
  VersionStore versions() {
    return versions;
  }

  /** The allocator. */
  Allocator allocator() {
    return allocator;
  }

  /** What to call the pool in messages. */
  String name() {
    return heap.medium().name();
  }

  /**
   * The number of the latest visible commit.
   *
   * @return the number
   */
  public long published() {
    return snapshots.published();
  }

  /**
   * The memory that earlier states of objects take for the sake of running views.
   *
   * @return bytes
   */
  public long versionStoreBytes() {
    return versions.bytes();
  }

  /**
   * The oldest snapshot in use.
   *
   * @return its commit number, or {@link Snapshots#NONE}
   */
  public long oldestSnapshot() {
    return snapshots.oldest();
  }

  /**
   * Whether {@link #close} has begun.
   *
   * @return {@code true} if no transaction can begin any more
   */
  public boolean isClosed() {
    return closed;
  }

  /**
   * What to throw for an error that came out of an access to the heap.
   *
   * @param error the error
   * @return the exception that says what happened
   */
  public RuntimeException fault(InternalError error) {
    return MappingFault.translate(heap.medium(), error);
  }

  /**
   * What to throw for an error that came out of an access to an object.
   *
   * @param error the error
   * @param object where the object lies
   * @param length how many of its bytes can have been touched
   * @return the exception that says what happened, and where
   */
  public RuntimeException fault(InternalError error, long object, long length) {
    if (MappingFault.isFault(error)) {
      try {
        heap.findUnreadable(object, length);
      } catch (BasaltException e) {
        e.addSuppressed(error);
        return e;
      }
    }
    return fault(error);
  }

  /** Who may meet an object that is about to be stored has seen to it; so this one is missing. */
  private CorruptPoolException nothingStored(UncommittedObjectException e) {
    return new CorruptPoolException("%s: nothing is stored at %d".formatted(name(), e.object()), e);
  }

  private PoolClosedException closed() {
    return new PoolClosedException(name() + " is closed");
  }

  /**
   * Throws inside a transaction of the pool.
   *
   * @throws IllegalStateException if the thread has a transaction
   */
  public void checkOutsideTransaction() {
    if (current() != null) {
      throw new IllegalStateException(
          heap.medium().name() + " cannot be closed inside a transaction");
    }
  }

  /**
   * Reserves a block for an object of an update.
   *
   * @throws PoolFullException if there is no room, and none can be made
   */
  long reserve(long bytes) {
    try {
      return allocator.reserve(bytes);
    } catch (PoolFullException e) {
      Relief help = relief;
      if (help == null) {
        throw e;
      }
      return help.reserve(bytes, e);
    }
  }

  /** Makes room in a pool that is full though limbo is empty; called outside transactions. */
  public interface LastResort {
    /**
     * Makes room.
     *
     * @return whether there is some
     */
    boolean makeRoom();
  }

  /**
   * Sets what is tried last in a full pool; called before the first transaction.
   *
   * @param newResort makes room
   */
  public void setLastResort(LastResort newResort) {
    this.lastResort = newResort;
  }

  /** Makes known who empties limbo; called once, before the first transaction. */
  void setSweep(LimboSweep newSweep) {
    this.sweep = newSweep;
    this.relief = new Relief(allocator, newSweep);
    commitPath.setSweep(newSweep);
  }

  /** Begins to empty limbo in the background. */
  public void startSweeping() {
    LimboSweep limbo = sweep;
    if (limbo != null && !readOnly && sweepThread == null) {
      sweepThread = new SweepThread(name(), limbo);
      limbo.setThread(sweepThread);
      sweepThread.start();
    }
  }

  /** Starts what runs in the background; the pool is whole now. */
  public void start() {
    if (background != null) {
      background.start();
    }
  }

  /**
   * Waits for the running updates and views, refuses new ones, and carries everything home unless
   * the log has failed. Updates whose threads have ended are aborted.
   */
  public void close() {
    closed = true;
    snapshots.awaitNone(this::endAbandoned);
    if (sweepThread != null) {
      sweepThread.close();
    }
    if (background != null) {
      background.close();
      if (!log.isFailed()) {
        checkpointer.checkpointAtEnd();
      }
    }
    workspaces.close();
  }
}
