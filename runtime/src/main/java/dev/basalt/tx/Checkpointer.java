package dev.basalt.tx;

import dev.basalt.log.Log;
import dev.basalt.log.SuperblockStore;
import dev.basalt.memory.Heap;
import dev.basalt.memory.PageWriter;
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
 * </ol>
 *
 * <p>Lock order: checkpoint lock, then commit lock.
 */
public final class Checkpointer {
  private final Heap heap;
  private final Log log;
  private final SuperblockStore superblocks;
  private final ReentrantLock commitLock;
  private final Snapshots snapshots;
  private final ReentrantLock checkpointLock = new ReentrantLock();
  private final LongAdder checkpoints = new LongAdder();
  private final LongAdder pagesWritten = new LongAdder();

  Checkpointer(
      Heap heap,
      Log log,
      SuperblockStore superblocks,
      ReentrantLock commitLock,
      Snapshots snapshots) {
    this.heap = heap;
    this.log = log;
    this.superblocks = superblocks;
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

  private void run() {
    long logStart;
    long sequence;
    int[] pages;
    commitLock.lock();
    try {
      logStart = log.end();
      sequence = snapshots.published();
      pages = heap.dirty().take();
    } finally {
      commitLock.unlock();
    }
    if (pages.length == 0 && superblocks.current().logStart() == logStart) {
      return;
    }
    try {
      PageWriter.writeHome(heap, pages, () -> log.awaitDurable(log.end()));
      heap.medium().sync();
      superblocks.moveLogStart(logStart, sequence);
    } catch (RuntimeException | Error e) {
      throw log.fail(e);
    }
    log.cut(logStart);
    checkpoints.increment();
    pagesWritten.add(pages.length);
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
