package dev.basalt.tx;

import dev.basalt.log.Log;
import dev.basalt.log.SuperblockStore;
import dev.basalt.memory.Allocator;
import dev.basalt.memory.Heap;
import java.util.concurrent.atomic.AtomicLong;
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
public final class TransactionManager {
  /** Thread numbers are smaller. */
  private static final int THREAD_BITS = 40;

  private static final AtomicLong MANAGERS = new AtomicLong();

  private final long key = MANAGERS.incrementAndGet() << THREAD_BITS;
  private final Heap heap;
  private final Allocator allocator;
  private final Log log;
  private final boolean readOnly;
  private final Snapshots snapshots;
  private final VersionStore versions = new VersionStore();
  private final Gate gate;
  private final Checkpointer checkpointer;
  private final Throttle throttle;
  private final CommitPath commitPath;
  private final Faults faults;
  private final LatestWords latestWords;
  private final Relief relief;
  private final Updates updates;
  private final UpdateRuns updateRuns;
  private final @Nullable Background background;
  private final SnapshotWatch watch;
  private @Nullable LimboSweep sweep;
  private @Nullable SweepThread sweepThread;
  private final Abandoned abandoned = new Abandoned(this);
  private final Idleness idleness = new Idleness(this, this::wakeBackground);

  /** Set by the object layer before the first transaction. */
  private Object owner = this;

  private Sizes sizes = (tx, object) -> 0;

  private volatile boolean closed;

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
    this.readOnly = parts.readOnly;
    this.snapshots = new Snapshots(log.words(), parts.sequence);
    this.faults = new Faults(heap, log, snapshots);
    this.latestWords = new LatestWords(this);
    CommitLock commitLock = new CommitLock(log.words(), snapshots);
    this.gate = new Gate(commitLock);
    this.checkpointer = new Checkpointer(parts, commitLock, snapshots);
    this.throttle = new Throttle(log, heap.dirty(), checkpointer.copiedPagesMax(), checkpointer);
    this.commitPath = new CommitPath(parts, snapshots, versions, gate, checkpointer, throttle);
    this.watch = new SnapshotWatch(heap.medium().name(), snapshots);
    this.background =
        readOnly
            ? null
            : new Background(
                log,
                checkpointer,
                this::tick,
                this::isTickWanted,
                !parts.syncCommits,
                parts.syncIntervalNanos);
    this.relief = new Relief(allocator);
    this.updates = new Updates(this, parts, snapshots, gate, commitPath, background);
    this.updateRuns = new UpdateRuns(this, updates, gate, relief);
  }

  /**
   * Makes the object layer known; called once, before the first transaction.
   *
   * @param newOwner what {@link #owner} answers
   * @param newSizes tells how large objects are
   * @param idle takes whether a thread may read as it does outside transactions, because none is in
   *     a transaction of this pool, or because nothing ever changes; only sets a field, which a
   *     thread may read plainly
   */
  public void setObjects(Object newOwner, Sizes newSizes, Consumer<Boolean> idle) {
    this.owner = newOwner;
    this.sizes = newSizes;
    if (readOnly) {
      idle.accept(true); // nothing changes, so a view has nothing to see that others do not
    } else {
      idleness.setListener(idle);
    }
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

  /**
   * A number that is this pool's alone: with a thread's number added, that of the thread's
   * transactions in this pool.
   *
   * @return the number
   */
  public long key() {
    return key;
  }

  Idleness idleness() {
    return idleness;
  }

  // ---- the thread's transaction

  /**
   * The transaction of the calling thread in this pool.
   *
   * @return the transaction, or {@code null} if there is none
   */
  public @Nullable Tx current() {
    return ThreadTx.current(this);
  }

  /**
   * The transaction that is found first if a thread's is looked for: mostly the innermost one of
   * the thread, but it may be another thread's.
   *
   * @param threadId the number of the calling thread
   * @return the transaction, or {@code null} if the thread has none
   */
  public static @Nullable Tx first(long threadId) {
    return ThreadTx.first(threadId);
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
    View view = enterView();
    try {
      return body.run();
    } catch (UncommittedObjectException | InternalError e) {
      throw faults.ofView(e);
    } finally {
      view.leave();
    }
  }

  /**
   * A view that is the thread's transaction.
   *
   * @return the view, to be {@linkplain View#leave left} by the same thread
   */
  public View enterView() {
    View view = openView();
    ThreadTx.enter(view);
    return view;
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
      throw faults.closed();
    }
    return new View(this, versions, snapshot);
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
   * @throws dev.basalt.error.ReadOnlyPoolException inside a view
   */
  public <R extends @Nullable Object, X extends Throwable> R update(Body<R, X> body) throws X {
    return updateRuns.run(body);
  }

  /**
   * Begins an update and makes it the thread's transaction.
   *
   * @return the update; ended by {@link #commit} or {@link #abort}
   * @throws dev.basalt.error.ReadOnlyPoolException inside a view
   */
  public Update beginUpdate() {
    return updates.begin();
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
    updates.commit(update);
  }

  /**
   * Ends an update without a trace.
   *
   * @param update the thread's update; nothing happens if it has ended
   */
  public void abort(Update update) {
    updates.abort(update);
  }

  void abortUnlessEnded(Update update) {
    updates.abortUnlessEnded(update);
  }

  /** Aborts the updates of threads that have ended without ending them. */
  public void endAbandoned() {
    abandoned.endAll();
  }

  /**
   * Commits something that runs under the commit lock, so that it sees the latest state and has no
   * conflicts. It must be short, and is not durable when this returns.
   *
   * @param body what to do; may run more than once, and starts afresh each time
   */
  public void runLocked(Consumer<Update> body) {
    updates.runLocked(commitPath.limboNodes(), body);
  }

  /** As {@link #runLocked(Consumer)}, with nodes that the body may add to limbo. */
  void runLocked(LimboNodes spareNodes, Consumer<Update> body) {
    updates.runLocked(spareNodes, body);
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

  /** Does what is to be done from time to time. */
  private void tick() {
    if (!versions.isEmpty()) {
      commitPath.trimVersions();
    }
    endAbandoned();
    watch.look();
    idleness.look();
    checkIntact();
  }

  private boolean isTickWanted() {
    return !idleness.isIdle() || !versions.isEmpty();
  }

  private void wakeBackground() {
    if (background != null) {
      background.wake();
    }
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
   * What has become of updates since the pool was opened.
   *
   * @param commits those that have changed something
   * @param aborts those that ended without a commit, conflicts not counted
   * @param conflicts how often one had a conflict with another
   * @param loneRuns how often a body ran alone, after too many conflicts
   */
  public record Counts(long commits, long aborts, long conflicts, long loneRuns) {}

  /**
   * Counts what has become of updates.
   *
   * @return the counts of now
   */
  public Counts counts() {
    return new Counts(
        commitPath.commits(), updates.aborts(), updates.conflicts(), updateRuns.loneRuns());
  }

  /**
   * What to throw when the pool's memory is not as it must be.
   *
   * @return the maker of exceptions
   */
  public Faults faults() {
    return faults;
  }

  /**
   * Reads words outside transactions.
   *
   * @return the reader
   */
  public LatestWords latestWords() {
    return latestWords;
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

  /** Reserves a block for an object of an update; makes room if there is none. */
  long reserve(long bytes) {
    return relief.reserve(bytes);
  }

  /**
   * What is done when the pool is full.
   *
   * @return the relief
   */
  public Relief relief() {
    return relief;
  }

  /** Makes known who empties limbo; called once, before the first transaction. */
  void setSweep(LimboSweep newSweep) {
    this.sweep = newSweep;
    relief.setSweep(newSweep);
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
    updates.close();
  }
}
