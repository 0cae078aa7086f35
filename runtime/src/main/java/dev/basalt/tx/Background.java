package dev.basalt.tx;

import dev.basalt.log.Log;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pool's own thread: runs checkpoints that were asked for and, for ASYNC pools, makes the log
 * durable every few milliseconds.
 */
final class Background implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(Background.class);

  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Log log;
  private final Checkpointer checkpointer;
  private final Runnable tick;
  private long lastTickNanos = System.nanoTime();
  private final boolean syncLog;
  private final long intervalNanos;
  private final Thread thread;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition wakeUp = lock.newCondition();

  /** Guarded by {@link #lock}. */
  private boolean checkpointWanted;

  private volatile boolean stopping;

  Background(
      Log log, Checkpointer checkpointer, Runnable tick, boolean syncLog, long syncIntervalNanos) {
    this.log = log;
    this.checkpointer = checkpointer;
    this.tick = tick;
    this.syncLog = syncLog;
    this.intervalNanos = syncLog ? syncIntervalNanos : IDLE_NANOS;
    this.thread = Thread.ofPlatform().daemon().name("basalt-background").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  void requestCheckpoint() {
    lock.lock();
    try {
      checkpointWanted = true;
      wakeUp.signal();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    while (!stopping) {
      try {
        boolean checkpoint = await();
        if (stopping || log.isFailed()) {
          continue;
        }
        if (checkpoint) {
          checkpointer.checkpoint();
        } else if (syncLog) {
          log.awaitDurable(log.end());
        }
        if (System.nanoTime() - lastTickNanos >= IDLE_NANOS) {
          lastTickNanos = System.nanoTime();
          tick.run();
        }
      } catch (InterruptedException e) {
        LOGGER.debug("the background thread goes on after an interrupt");
      } catch (RuntimeException | Error e) {
        LOGGER.error("the pool has failed in the background; updates are refused from now on", e);
      }
    }
  }

  /** Waits for work; says whether a checkpoint is wanted. */
  private boolean await() throws InterruptedException {
    lock.lock();
    try {
      long nanos = intervalNanos;
      while (!checkpointWanted && !stopping && nanos > 0) {
        nanos = wakeUp.awaitNanos(nanos);
      }
      boolean wanted = checkpointWanted || checkpointer.isDue();
      checkpointWanted = false;
      return wanted;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    stopping = true;
    requestCheckpoint();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
