package dev.basalt.tx;

import dev.basalt.error.PoolFullException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pool's thread that empties limbo. It is one of its own, because the other one waits for the
 * disk, for seconds during a checkpoint. It sleeps while there is nothing to do; the first commit
 * after that which unlinks something wakes it.
 *
 * <p>No such commit is missed: {@link #asleep} is set before the thread looks at {@link #fresh},
 * and a commit sets that first and looks whether the thread sleeps afterwards.
 *
 * <p>What waits for a snapshot is looked at now and then, one entry of it. What waits for a handle
 * is looked at after a collection of the JVM; whether there was one is asked once a second.
 */
final class SweepThread implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(SweepThread.class);

  /** Commits collect for so long before they are looked at: so that not each wakes the thread. */
  private static final long GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private static final long DELAY_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long HANDLES_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** How long the commit lock is left to others between two steps: about as long as one takes. */
  private static final long GIVE_WAY_NANOS = TimeUnit.MICROSECONDS.toNanos(10);

  /** To be put to sleep takes several times as long. */
  private static final boolean SPINS = Runtime.getRuntime().availableProcessors() > 1;

  /** The same while nothing is found but what handles hold: that need not be soon. */
  private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final String pool;
  private final LimboSweep sweep;
  private final PoolThread thread;

  /** Whether something was unlinked since the thread began to look. */
  private volatile boolean fresh;

  private volatile boolean asleep;
  private volatile boolean stopping;

  /** Until when what snapshots delay is left alone; used by the thread only. */
  private long delayNanos = GATHER_NANOS;

  SweepThread(String pool, LimboSweep sweep) {
    this.pool = pool;
    this.sweep = sweep;
    this.thread = new PoolThread("basalt-sweep", this::run);
  }

  void start() {
    fresh = sweep.count() > 0;
    thread.start();
  }

  /** Takes notice of a commit that has put something into limbo. */
  void unlinked() {
    if (!fresh) {
      fresh = true;
    }
    wake();
  }

  /** Something is to be looked at again. */
  void wake() {
    if (asleep) {
      asleep = false;
      thread.unpark();
    }
  }

  private void run() {
    try {
      while (!stopping) {
        if (awaitWork()) {
          sweepAll();
        }
      }
    } catch (RuntimeException | Error e) {
      if (!stopping) {
        LOGGER.error(
            "{}: nothing is reclaimed in the background until it is opened again", pool, e);
      }
    }
  }

  private void sweepAll() {
    try {
      while (!stopping && sweep.step()) {
        giveWay();
      }
    } catch (PoolFullException e) {
      LOGGER.debug("{}: no room for a node of limbo; tried again later", pool);
      fresh = true;
      LockSupport.parkNanos(DELAY_NANOS_MAX);
    }
  }

  private void giveWay() {
    if (sweep.isIdle()) {
      LockSupport.parkNanos(IDLE_NANOS);
    } else if (SPINS) {
      for (long end = System.nanoTime() + GIVE_WAY_NANOS; System.nanoTime() < end; ) {
        Thread.onSpinWait();
      }
    } else {
      LockSupport.parkNanos(GIVE_WAY_NANOS);
    }
  }

  /** Waits a while, or for a commit; whether there may be something to do. */
  private boolean awaitWork() {
    LockSupport.parkNanos(GATHER_NANOS);
    if (!fresh && !sweep.hasHeldDue()) {
      if (sweep.isDelayed()) {
        LockSupport.parkNanos(delayNanos);
        delayNanos = Math.min(2 * delayNanos, DELAY_NANOS_MAX);
        return true;
      }
      sleep();
    }
    if (fresh) {
      fresh = false;
      delayNanos = GATHER_NANOS;
      return true;
    }
    return sweep.hasHeldDue();
  }

  private void sleep() {
    asleep = true;
    if (!fresh && !stopping) {
      if (sweep.hasHeld()) {
        LockSupport.parkNanos(HANDLES_NANOS);
      } else {
        LockSupport.park();
      }
    }
    asleep = false;
  }

  @Override
  public void close() {
    stopping = true;
    thread.unpark();
    thread.awaitEnd();
  }
}
