package dev.basalt.tx;

import dev.basalt.log.Log;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pool's own thread: runs checkpoints that are due, for ASYNC pools makes the log durable no
 * later than an interval after a commit, and looks after what is not urgent while that is wanted.
 * It sleeps while there is nothing to do; the first transaction after that wakes it.
 *
 * <p>No commit is missed: {@link #asleep} is set before the thread looks at the log, and a commit
 * looks at it after it has changed the log. Both are volatile, so one of them sees the other.
 */
final class Background implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(Background.class);

  /** How often things are looked after that are not urgent. */
  private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** The pause after something went wrong that did not make the pool fail. */
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Log log;
  private final Checkpointer checkpointer;
  private final Runnable tick;
  private final BooleanSupplier tickWanted;

  /** When {@link #tick} is to run; used by the thread only. */
  private long tickAtNanos = System.nanoTime() + TICK_NANOS;

  private final boolean syncLog;
  private final long intervalNanos;
  private final PoolThread thread;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition wakeUp = lock.newCondition();

  /** Set under {@link #lock}. */
  private volatile boolean checkpointWanted;

  /** Whether the next commit has to wake the thread. */
  private volatile boolean asleep;

  private volatile boolean stopping;

  Background(
      Log log,
      Checkpointer checkpointer,
      Runnable tick,
      BooleanSupplier tickWanted,
      boolean syncLog,
      long syncIntervalNanos) {
    this.log = log;
    this.checkpointer = checkpointer;
    this.tick = tick;
    this.tickWanted = tickWanted;
    this.syncLog = syncLog;
    this.intervalNanos = syncIntervalNanos;
    this.thread = new PoolThread("basalt-background", this::run);
  }

  void start() {
    thread.start();
  }

  /**
   * Takes notice of a commit; what is due at a time, the thread sees by itself.
   *
   * @param logEnd where its record ends
   */
  void committed(long logEnd) {
    if (checkpointer.isFull(logEnd)) {
      if (!checkpointWanted) { // or every commit would meet here until the checkpoint is done
        requestCheckpoint();
      }
    } else if (asleep) {
      wake();
    }
  }

  private void requestCheckpoint() {
    lock.lock();
    try {
      checkpointWanted = true;
      wakeUp.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Makes the thread look anew at what there is to do. */
  void wake() {
    lock.lock();
    try {
      asleep = false;
      wakeUp.signal();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    while (!stopping) {
      try {
        boolean checkpoint = awaitWork();
        if (stopping || log.isFailed()) {
          continue;
        }
        if (checkpoint) {
          checkpointer.checkpoint();
        } else if (syncLog) {
          log.awaitDurable(log.end());
        }
        if (tickNanos() <= 0) {
          tickAtNanos = System.nanoTime() + TICK_NANOS;
          tick.run();
        }
      } catch (InterruptedException e) {
        LOGGER.debug("the background thread goes on after an interrupt");
      } catch (RuntimeException | Error e) {
        if (log.isFailed()) {
          LOGGER.error("the pool has failed in the background; updates are refused from now on", e);
        } else {
          LOGGER.error("background work has failed and is tried again", e);
          LockSupport.parkNanos(RETRY_NANOS);
        }
      }
    }
  }

  private long tickNanos() {
    return tickAtNanos - System.nanoTime();
  }

  /** Waits for work; says whether it is a checkpoint. */
  private boolean awaitWork() throws InterruptedException {
    lock.lock();
    try {
      long syncAt = 0;
      while (!stopping && !(checkpointWanted && !log.isFailed())) {
        asleep = true;
        boolean unsynced = syncLog && log.isUnsynced();
        long checkpointNanos = checkpointer.nanosUntilDue();
        long tickNanos = tickWanted.getAsBoolean() ? tickNanos() : Long.MAX_VALUE;
        if (log.isFailed()) {
          wakeUp.await();
        } else if (checkpointNanos <= 0 || tickNanos <= 0) {
          break;
        } else if (unsynced) {
          asleep = false;
          long now = System.nanoTime();
          syncAt = syncAt == 0 ? now + intervalNanos : syncAt;
          if (syncAt - now <= 0) {
            break;
          }
          long _ = wakeUp.awaitNanos(Math.min(syncAt - now, Math.min(checkpointNanos, tickNanos)));
        } else {
          asleep = syncLog || checkpointNanos == Long.MAX_VALUE;
          long _ = wakeUp.awaitNanos(Math.min(checkpointNanos, tickNanos));
        }
      }
      asleep = false;
      boolean wanted = checkpointer.isDue(); // the wish may be older than the last checkpoint
      checkpointWanted = false;
      return wanted;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    stopping = true;
    wake();
    thread.awaitEnd();
  }
}
