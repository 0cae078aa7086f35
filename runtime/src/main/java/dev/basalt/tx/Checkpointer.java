package dev.basalt.tx;

import dev.basalt.format.Geometry;
import dev.basalt.log.Log;
import dev.basalt.log.SuperblockStore;
import dev.basalt.memory.Allocator;
import dev.basalt.memory.Heap;
import dev.basalt.memory.PageWriter;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import jdk.jfr.FlightRecorder;

/**
 * Carries committed changes home, so that the log can be cut. Fuzzy: commits go on meanwhile.
 *
 * <ol>
 *   <li>Under the commit lock: note the log's end and the last commit, take the set of dirty pages.
 *   <li>Copy a batch of pages. They may hold parts of later commits; so the log is made durable up
 *       to its present end before the batch is written home. A page at home is never ahead of the
 *       durable log.
 *   <li>Write the sums of these pages home likewise, in the pages of the chunk table that hold
 *       them.
 *   <li>When all are written: sync, then a superblock with the noted end as the log's start, sync.
 *   <li>Cut the log there. Replay from there repeats every later commit, whole, over whatever part
 *       of it the pages had caught.
 *   <li>Give some of the space back that was free when this began, and cut off the free end.
 * </ol>
 *
 * <p>Lock order: checkpoint lock, then commit lock.
 */
public final class Checkpointer {
  private static final double DUE_AT_FILL = 0.5;
  private static final long DUE_AFTER_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int DROP_BATCH_PAGES = 4096;

  private final Heap heap;
  private final Allocator allocator;
  private final Log log;
  private final SuperblockStore superblocks;
  private final CommitLock commitLock;
  private final Snapshots snapshots;
  private final int copiedPagesMax;
  private volatile long lastNanos = System.nanoTime();
  private final ReentrantLock checkpointLock = new ReentrantLock();
  private final CheckpointProgress progress = new CheckpointProgress();

  Checkpointer(TransactionManager.Parts parts, CommitLock commitLock, Snapshots snapshots) {
    this.heap = parts.heap();
    this.allocator = parts.allocator();
    this.log = parts.log();
    this.superblocks = parts.superblocks();
    this.copiedPagesMax = Math.clamp(parts.memoryMax() / Geometry.PAGE_SIZE, 1, Integer.MAX_VALUE);
    this.commitLock = commitLock;
    this.snapshots = snapshots;
  }

  /** Writes everything home that was committed before the call, and cuts the log. */
  public void checkpoint() {
    checkpointLock.lock();
    try {
      log.checkNotFailed();
      if (!run()) {
        checkIntact(); // everything is at home, but only if what was written is still there
      }
    } finally {
      checkpointLock.unlock();
    }
  }

  /** Writes home what is left. A file in which nothing was changed may be gone by now. */
  void checkpointAtEnd() {
    checkpointLock.lock();
    try {
      log.checkNotFailed();
      boolean _ = run();
    } finally {
      checkpointLock.unlock();
    }
  }

  /**
   * Checkpoints unless that has become unnecessary while another thread's checkpoint was waited
   * for.
   *
   * @param enough whether it is unnecessary
   * @return whether this thread has waited or worked
   */
  boolean checkpointUnless(BooleanSupplier enough) {
    if (enough.getAsBoolean()) {
      return false;
    }
    checkpointLock.lock();
    try {
      log.checkNotFailed();
      if (!enough.getAsBoolean()) {
        boolean _ = run();
      }
      return true;
    } finally {
      checkpointLock.unlock();
    }
  }

  /**
   * Runs something while no other thread runs a checkpoint.
   *
   * @param <R> the result's type
   * @param body what to run; may call {@link #checkpoint}
   * @return its result
   */
  <R> R withoutCheckpoints(Supplier<R> body) {
    checkpointLock.lock();
    try {
      return body.get();
    } finally {
      checkpointLock.unlock();
    }
  }

  /** Runs a checkpoint; says whether there was anything to write. */
  private boolean run() {
    long logStart;
    long sequence;
    int[] pages;
    commitLock.lock();
    try {
      logStart = log.end();
      sequence = snapshots.published();
      pages = heap.dirty().take();
      allocator.checkpointBegins();
    } finally {
      commitLock.unlock();
    }
    boolean isAtHome = pages.length == 0 && superblocks.current().logStart() == logStart;
    if (isAtHome && !heap.bad().isUnsynced()) {
      return false;
    }
    CheckpointEvent event = FlightRecorder.isInitialized() ? CheckpointEvent.begun() : null;
    progress.begin(pages.length);
    try {
      heap.medium().checkIntact();
      PageWriter.writeHome(heap, pages, this::beforeBatch);
      long badPages = heap.bad().changes();
      heap.medium().sync();
      heap.bad().synced(badPages);
      superblocks.moveLogStart(logStart, sequence);
    } catch (RuntimeException | Error e) {
      progress.fail(e);
      throw log.fail(e);
    }
    long logBytes = logStart - log.start();
    if (event != null) {
      event.commit(heap.medium().name(), pages.length, logBytes);
    }
    log.cut(logStart);
    lastNanos = System.nanoTime();
    progress.complete(logBytes);
    allocator.discardFree(this::cutOff);
    dropColdCopies();
    return true;
  }

  /** Gives all free space back that can be spared, now. */
  public void discard() {
    checkpointLock.lock();
    try {
      checkpoint();
      allocator.discardAllFree(this::cutOff);
    } finally {
      checkpointLock.unlock();
    }
  }

  /** Cuts the pool off, where it is free in every state that the log may be replayed from. */
  private boolean cutOff(long size) {
    try {
      superblocks.recordSmallerSize(size);
      boolean done = heap.shrink(size);
      if (!done) {
        superblocks.recordSize(heap.size());
      }
      return done;
    } catch (RuntimeException | Error e) {
      throw log.fail(e);
    }
  }

  /** Makes the log fail if the medium is not what was opened. */
  void checkIntact() {
    try {
      heap.medium().checkIntact();
    } catch (RuntimeException e) {
      throw log.fail(e);
    }
  }

  private void beforeBatch(int pagesDone) {
    progress.written(pagesDone);
    log.awaitDurable(log.end());
  }

  /** Gives memory back when more pages have private copies than the pool may keep. */
  private void dropColdCopies() {
    if (heap.dirty().copiedCount() <= copiedPagesMax) {
      return;
    }
    int page = 0;
    while (page >= 0) {
      commitLock.lock();
      try {
        page = heap.dropCopies(page, DROP_BATCH_PAGES);
      } finally {
        commitLock.unlock();
      }
    }
  }

  /** Whether a checkpoint is due: the log is half full, many pages are dirty, or it is time. */
  boolean isDue() {
    return isFull() || nanosUntilDue() <= 0;
  }

  private boolean isFull() {
    return isFull(log.end());
  }

  /**
   * Whether a checkpoint is due, not because of the time.
   *
   * @param logEnd the end of the log, which a commit knows without asking
   */
  boolean isFull(long logEnd) {
    return logEnd - log.start() > log.capacity() * DUE_AT_FILL
        || heap.dirty().count() > copiedPagesMax / 2;
  }

  /** When the next checkpoint is due at the latest; never if the log is empty. */
  long nanosUntilDue() {
    return log.used() == 0 ? Long.MAX_VALUE : DUE_AFTER_NANOS - (System.nanoTime() - lastNanos);
  }

  /** The changed pages that may be in memory. */
  int copiedPagesMax() {
    return copiedPagesMax;
  }

  /**
   * What checkpoints have done and are doing.
   *
   * @return the progress
   */
  public CheckpointProgress progress() {
    return progress;
  }
}
