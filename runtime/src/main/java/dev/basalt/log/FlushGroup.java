package dev.basalt.log;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * The threads that wait until the log is durable: one of them, the leader, flushes for all (group
 * commit: D. J. DeWitt et al., <em>Implementation Techniques for Main Memory Database Systems</em>,
 * SIGMOD 1984).
 *
 * <p>Threads that commit all the time would miss each other: those that a flush has made durable
 * come back with their next commits just after the next flush has begun, which then is for the
 * others alone. So a leader waits for a moment until as many threads are here as were here for the
 * last flush or came during it. A thread that is alone waits for nobody, and one that has stopped
 * committing is waited for once.
 */
final class FlushGroup {
  /** The part of a flush's time that a leader waits for others at most. */
  private static final int SHARE = 4;

  private static final long GATHER_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(1);

  private final LongSupplier clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition flushed = lock.newCondition();

  /* All guarded by the lock. */

  private boolean leading;

  /** How many threads wait, with the leader, for this flush or the next. */
  private int waiting;

  /** How many of them the flush in progress is for. */
  private int covered;

  /** Counts flushes, so that a thread knows whether one has begun since it came. */
  private long round;

  private long beganNanos;
  private long tookNanos;

  /** How many waited for the last flush or came during it. */
  private int expected;

  FlushGroup() {
    this(System::nanoTime);
  }

  FlushGroup(LongSupplier clock) {
    this.clock = clock;
  }

  /**
   * Joins the group, after what is to be durable was appended.
   *
   * @param isDurable whether it is durable; changes only in {@link #handOver}
   * @return {@code true} if the caller is the leader now, who calls {@link #gather}, flushes and
   *     {@linkplain #handOver hands over}; {@code false} once it is durable
   */
  boolean lead(BooleanSupplier isDurable) {
    lock.lock();
    try {
      long came = round;
      waiting++;
      while (leading && !isDurable.getAsBoolean()) {
        flushed.awaitUninterruptibly();
      }
      if (isDurable.getAsBoolean()) {
        if (came == round) {
          waiting--; // the flush that did it has not counted this thread
        }
        return false;
      }
      if (came != round) {
        waiting++; // the flush that has counted it has failed
      }
      leading = true;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** How many threads wait, with the leader. */
  int size() {
    lock.lock();
    try {
      return waiting;
    } finally {
      lock.unlock();
    }
  }

  /** Called by the leader: from here on it is known for whom it flushes. */
  @SuppressWarnings("ThreadPriorityCheck") // who is waited for may need this processor
  void gather() {
    long came = clock.getAsLong();
    while (!begin(came)) {
      Thread.yield();
    }
  }

  /** Begins the flush unless somebody is missing and there is still time. */
  private boolean begin(long cameNanos) {
    lock.lock();
    try {
      long now = clock.getAsLong();
      if (waiting < expected && now - cameNanos < Math.min(tookNanos / SHARE, GATHER_NANOS_MAX)) {
        return false;
      }
      round++;
      covered = waiting;
      beganNanos = now;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Ends the leader's turn.
   *
   * @param whatIsDurable makes it known what the flush has made durable
   */
  void handOver(Runnable whatIsDurable) {
    lock.lock();
    try {
      whatIsDurable.run();
      tookNanos = clock.getAsLong() - beganNanos;
      expected = waiting;
      waiting -= covered;
      leading = false;
      flushed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
