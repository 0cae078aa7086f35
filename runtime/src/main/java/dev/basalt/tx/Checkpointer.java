package dev.basalt.tx;

import dev.basalt.format.Geometry;
import dev.basalt.log.Log;
import dev.basalt.log.SuperblockStore;
import dev.basalt.memory.Allocator;
import dev.basalt.memory.Heap;
import dev.basalt.memory.PageWriter;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Carries committed changes home, so that the log can be cut. Fuzzy: commits go on meanwhile.
 *
 * <ol>
 *   <li>Under the commit lock: note the log's end and the last commit, take the set of dirty pages.
 *   <li>Copy a batch of pages. They may hold parts of later commits; so the log is made durable up
 *       to its present end before the batch is written home. A page at home is never ahead of the
 *       durable log.
 *   <li>When all are written: sync, then a superblock with the noted end as the log's start, sync.
 *   <li>Cut the log there. Replay from there repeats every later commit, whole, over whatever part
 *       of it the pages had caught.
 *   <li>Give some of the space back that was free when this began.
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
  private final ReentrantLock commitLock;
  private final Snapshots snapshots;
  private final int copiedPagesMax;
  private volatile long lastNanos = System.nanoTime();
  private final ReentrantLock checkpointLock = new ReentrantLock();
  private final LongAdder checkpoints = new LongAdder();
  private final LongAdder pagesWritten = new LongAdder();

  Checkpointer(TransactionManager.Parts parts, ReentrantLock commitLock, Snapshots snapshots) {
    this.heap = parts.heap();
    this.allocator = parts.allocator();
    this.log = parts.log();
    this.superblocks = parts.superblocks();
    this.copiedPagesMax = (int) Math.min(parts.memoryMax() / Geometry.PAGE_SIZE, Integer.MAX_VALUE);
    this.commitLock = commitLock;
    this.snapshots = snapshots;
  }

  /** Writes everything home that was committed before the call, and cuts the log. */
  public void checkpoint() {
    checkpointLock.lock();
    try {
      log.checkNotFailed();
      run();
    } finally {
      checkpointLock.unlock();
    }
  }

  /**
   * Runs something while no other thread runs a checkpoint.
   *
   * @param body what to run; may call {@link #checkpoint}
   */
  void withoutCheckpoints(Runnable body) {
    checkpointLock.lock();
    try {
      body.run();
    } finally {
      checkpointLock.unlock();
    }
  }

  private void run() {
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
    if (pages.length == 0 && superblocks.current().logStart() == logStart) {
      return;
    }
    CheckpointEvent event = new CheckpointEvent();
    event.begin();
    try {
      PageWriter.writeHome(heap, pages, () -> log.awaitDurable(log.end()));
      heap.medium().sync();
      superblocks.moveLogStart(logStart, sequence);
    } catch (RuntimeException | Error e) {
      throw log.fail(e);
    }
    event.pool = heap.medium().name();
    event.pages = pages.length;
    event.logBytes = logStart - log.start();
    event.commit();
    log.cut(logStart);
    lastNanos = System.nanoTime();
    allocator.discardFree();
    dropColdCopies();
    checkpoints.increment();
    pagesWritten.add(pages.length);
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
    return log.used() > log.capacity() * DUE_AT_FILL
        || heap.dirty().count() > copiedPagesMax / 2
        || (log.used() > 0 && System.nanoTime() - lastNanos > DUE_AFTER_NANOS);
  }

  /**
   * How many checkpoints have moved the log's start.
   *
   * @return the number since the pool was opened
   */
  public long checkpoints() {
    return checkpoints.sum();
  }

  /**
   * How many pages were written home.
   *
   * @return the number since the pool was opened
   */
  public long pagesWritten() {
    return pagesWritten.sum();
  }
}
