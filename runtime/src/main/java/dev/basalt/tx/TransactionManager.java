package dev.basalt.tx;

import dev.basalt.error.CorruptPoolException;
import dev.basalt.error.PoolClosedException;
import dev.basalt.error.ReadOnlyPoolException;
import dev.basalt.log.Log;
import dev.basalt.log.SuperblockStore;
import dev.basalt.medium.MappingFault;
import dev.basalt.memory.Allocator;
import dev.basalt.memory.Heap;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Begins and ends the transactions of one pool. One update runs at a time, any number of views
 * beside it.
 *
 * <p>Locks, in their order: {@link #updateLock} (an update, from begin to publication), the
 * checkpoint lock, {@link #commitLock} (appending, copying into place, publishing; never held
 * during I/O that waits for a disk).
 */
public final class TransactionManager {
  private final Heap heap;
  private final Allocator allocator;
  private final Log log;
  private final boolean syncCommits;
  private final boolean readOnly;
  private final Snapshots snapshots;
  private final VersionStore versions = new VersionStore();
  private final ReentrantLock updateLock = new ReentrantLock();
  private final ReentrantLock commitLock = new ReentrantLock();
  private final Checkpointer checkpointer;
  private final CommitPath commitPath;
  private final @Nullable Background background;

  @SuppressWarnings("ThreadLocalUsage") // one per pool: a thread may use several pools
  private final ThreadLocal<@Nullable Tx> current = new ThreadLocal<>();

  /** Set once, under {@link #updateLock}. */
  private volatile boolean closed;

  private final LongAdder aborts = new LongAdder();

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
    this.snapshots = new Snapshots(parts.sequence);
    this.checkpointer = new Checkpointer(parts, commitLock, snapshots);
    this.commitPath = new CommitPath(parts, snapshots, versions, commitLock, checkpointer);
    this.background =
        readOnly ? null : new Background(log, checkpointer, !syncCommits, parts.syncIntervalNanos);
  }

  /**
   * The transaction of the calling thread.
   *
   * @return the transaction, or {@code null} if there is none
   */
  public @Nullable Tx current() {
    return current.get();
  }

  /**
   * Begins a view and makes it the thread's transaction.
   *
   * @return the view; ended by {@link #end(View)}
   */
  public View beginView() {
    View view = openView();
    current.set(view);
    RunningTransactions.begun(this);
    return view;
  }

  /**
   * Ends the thread's view.
   *
   * @param view the view
   */
  public void end(View view) {
    current.remove();
    RunningTransactions.ended(this);
    view.close();
  }

  /**
   * A view that is not the thread's transaction, for one operation.
   *
   * @return the view, to be closed
   */
  public View openView() {
    Snapshots.Snapshot snapshot = snapshots.take();
    if (closed) {
      snapshot.close();
      throw closed();
    }
    return new View(heap, versions, snapshot);
  }

  /**
   * Reads a word of an object as the latest commit left it. Needs no snapshot: the word counts if
   * the object has the same version before and after.
   *
   * @param object the object's offset
   * @param wordOffset bytes from its start, a multiple of 8
   * @return the word
   */
  public long latestWord(long object, int wordOffset) {
    while (true) {
      long version = heap.versionAcquire(object);
      if (version > 0) {
        long word = heap.getLong(object + wordOffset);
        VarHandle.loadLoadFence();
        if (heap.getLong(object) == version) {
          return word;
        }
      } else if (version == 0) {
        heap.checkOpen();
        throw new UncommittedObjectException();
      } else if (snapshots.isQuiet() && heap.versionAcquire(object) == version) {
        // No commit is in progress that could end this.
        heap.checkOpen();
        throw new CorruptPoolException(
            "%s: the object at %d claims to be in the middle of a commit (version %x)"
                .formatted(heap.medium().name(), object, version));
      }
      Thread.onSpinWait();
    }
  }

  /**
   * Begins an update and makes it the thread's transaction. Waits while another one runs.
   *
   * @return the update; ended by {@link #commit} or {@link #abort}
   * @throws ReadOnlyPoolException inside a view
   */
  public Update beginUpdate() {
    if (readOnly) {
      throw new ReadOnlyPoolException(heap.medium().name() + " is open for reading only");
    }
    switch (current.get()) {
      case View view ->
          throw new ReadOnlyPoolException(
              heap.medium().name() + ": an update cannot begin inside a view");
      case Update update ->
          throw new IllegalStateException(
              heap.medium().name() + ": this cannot be done inside an update");
      case null -> {}
    }
    updateLock.lock();
    try {
      if (closed) {
        throw closed();
      }
      log.checkNotFailed();
      Update update = new Update(heap, allocator);
      current.set(update);
      RunningTransactions.begun(this);
      return update;
    } catch (RuntimeException | Error e) {
      updateLock.unlock();
      throw e;
    }
  }

  /**
   * Commits an update and ends it. It is visible to all, and durable if the pool is SYNC, when this
   * returns; then its hooks have run.
   *
   * @param update the thread's update
   * @throws RuntimeException if it cannot be committed; then it is aborted
   */
  public void commit(Update update) {
    long position = commitWithoutWaiting(update);
    if (syncCommits && update.hasChanges()) {
      log.awaitDurable(position);
    }
    update.hooks().forEach(Runnable::run);
  }

  /**
   * Commits an update and ends it, but does not wait for it to be durable and runs no hooks.
   *
   * @param update the thread's update
   * @return the log position up to which the log must be durable for the update to be
   */
  long commitWithoutWaiting(Update update) {
    update.checkUsable();
    try {
      Update.Listener listener = update.listener();
      if (update.doom() != null) {
        throw update.doom();
      }
      if (listener != null) {
        listener.beforeCommit();
      }
      if (update.hasChanges()) {
        commitPath.publish(update);
      }
    } catch (RuntimeException | Error e) {
      abortUnlessEnded(update);
      throw e;
    }
    long position = log.end();
    update.end();
    try {
      if (update.listener() != null) {
        update.listener().committed();
      }
    } finally {
      release();
    }
    if (background != null && checkpointer.isDue()) {
      background.requestCheckpoint();
    }
    return position;
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

  private void abortUnlessEnded(Update update) {
    if (update.hasEnded()) {
      return;
    }
    update.end();
    try {
      update.cancelReservations();
      Update.Listener listener = update.listener();
      if (listener != null) {
        listener.aborted();
      }
      aborts.increment();
    } finally {
      release();
    }
  }

  private void release() {
    current.remove();
    RunningTransactions.ended(this);
    updateLock.unlock();
  }

  /**
   * Reads the heap while no update runs.
   *
   * @param <R> the result's type
   * @param body what to do; must not begin a transaction
   * @return its result
   */
  public <R> R betweenUpdates(Supplier<R> body) {
    updateLock.lock();
    try {
      return body.get();
    } finally {
      updateLock.unlock();
    }
  }

  /** Returns once everything committed so far is durable. */
  public void sync() {
    log.awaitDurable(log.end());
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
   * Aborted updates since the pool was opened.
   *
   * @return the number
   */
  public long aborts() {
    return aborts.sum();
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
    return MappingFault.translate(heap.medium(), heap.size(), error);
  }

  private PoolClosedException closed() {
    return new PoolClosedException(heap.medium().name() + " is closed");
  }

  /**
   * Throws inside a transaction of the pool.
   *
   * @throws IllegalStateException if the thread has a transaction
   */
  public void checkOutsideTransaction() {
    if (current.get() != null) {
      throw new IllegalStateException(
          heap.medium().name() + " cannot be closed inside a transaction");
    }
  }

  /** Starts what runs in the background; the pool is whole now. */
  public void start() {
    if (background != null) {
      background.start();
    }
  }

  /**
   * Waits for the running update and views, refuses new ones, and carries everything home unless
   * the log has failed.
   */
  public void close() {
    updateLock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
    } finally {
      updateLock.unlock();
    }
    snapshots.awaitNone();
    if (background != null) {
      background.close();
      if (!log.isFailed()) {
        checkpointer.checkpoint();
      }
    }
    commitPath.close();
  }
}
