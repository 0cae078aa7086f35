package dev.basalt.tx;

import dev.basalt.log.Log;
import dev.basalt.memory.DirtyPages;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/*
 * A checkpoint is due when half of the log, or of the memory for changed pages, is in use. If commits
 * still fill the third quarter before it is done, they are faster than the disk. Left alone they would
 * run into the end of the log at full speed and stop there for the rest of the checkpoint. Instead they
 * are slowed down over the last quarter, first a little and then more: the delay of a commit is
 *
 *     2 * (how far into the last quarter) * (the part of the quarter that it takes) * T
 *
 * where T is the time of a checkpoint. Over the whole quarter that adds up to T, however large or small
 * the commits are: so the quarter lasts at least as long as a checkpoint, which began two quarters ago.
 * Sleeps shorter than the timer's precision are saved up.
 */

/** Slows commits down before the log, or the memory for changed pages, is full. Thread-safe. */
public final class Throttle {
  private static final double SLOW_FROM = 0.75;
  private static final double QUARTER = 1 - SLOW_FROM;

  /** The time of a checkpoint before there has been one. */
  private static final long CHECKPOINT_NANOS_MIN = TimeUnit.MILLISECONDS.toNanos(10);

  private static final long SLEEP_NANOS_MIN = TimeUnit.MICROSECONDS.toNanos(100);
  private static final long SLEEP_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(100);

  private final Log log;
  private final DirtyPages dirty;
  private final long dirtyPagesMax;
  private final long slowFromBytes;
  private final long slowFromPages;
  private final Checkpointer checkpointer;
  private final AtomicLong dirtyBefore = new AtomicLong();
  private final AtomicLong owedNanos = new AtomicLong();
  private final LongAdder waits = new LongAdder();
  private final LongAdder delayNanos = new LongAdder();

  Throttle(Log log, DirtyPages dirty, long dirtyPagesMax, Checkpointer checkpointer) {
    this.log = log;
    this.dirty = dirty;
    this.dirtyPagesMax = dirtyPagesMax;
    this.slowFromBytes = (long) (SLOW_FROM * log.capacity());
    this.slowFromPages = (long) (SLOW_FROM * dirtyPagesMax);
    this.checkpointer = checkpointer;
  }

  /**
   * Whether there is so much room that a commit needs not ask for it. Called under the commit lock.
   *
   * @param length the record's length in bytes
   */
  boolean isAtEase(long length) {
    return log.used() + length <= slowFromBytes && dirty.count() <= slowFromPages;
  }

  /**
   * Returns when the log has room for a record; later if a checkpoint needs time. Not called under
   * the commit lock.
   *
   * @param length the record's length in bytes, at most the log's capacity
   */
  void makeRoom(long length) {
    sleep(logDelayNanos(length) + memoryDelayNanos());
    boolean waited = false;
    if (dirty.count() > dirtyPagesMax) {
      waited = checkpointer.checkpointUnless(() -> dirty.count() <= dirtyPagesMax);
    }
    while (!log.hasRoomFor(length)) {
      waited |= checkpointer.checkpointUnless(() -> log.hasRoomFor(length));
    }
    if (waited) {
      waits.increment();
    }
  }

  private long logDelayNanos(long length) {
    double capacity = log.capacity();
    double fill = (log.used() + length) / capacity;
    return fill <= SLOW_FROM ? 0 : delayNanos(fill, length / capacity, checkpointNanos());
  }

  /** What the commits since the last call have changed is not known before: it is owed now. */
  private long memoryDelayNanos() {
    long now = dirty.count();
    long before = dirtyBefore.getAndSet(Math.max(now, slowFromPages)); // less has cost nothing
    if (now <= slowFromPages) {
      return 0;
    }
    double more = Math.max(0, now - Math.max(before, slowFromPages));
    return delayNanos(now / (double) dirtyPagesMax, more / dirtyPagesMax, checkpointNanos());
  }

  private long checkpointNanos() {
    return Math.max(CHECKPOINT_NANOS_MIN, checkpointer.progress().expectedNanos());
  }

  /**
   * The delay of a commit.
   *
   * @param fill the part in use after it
   * @param share the part that it takes
   * @param checkpointNanos how long a checkpoint takes
   */
  static long delayNanos(double fill, double share, long checkpointNanos) {
    if (fill <= SLOW_FROM) {
      return 0;
    }
    double into = Math.min(1, (fill - SLOW_FROM) / QUARTER);
    return (long) (2 * into * (share / QUARTER) * checkpointNanos);
  }

  private void sleep(long nanos) {
    if (nanos == 0 || owedNanos.addAndGet(nanos) < SLEEP_NANOS_MIN) {
      return;
    }
    long owed = Math.min(owedNanos.getAndSet(0), SLEEP_NANOS_MAX);
    delayNanos.add(owed);
    LockSupport.parkNanos(owed);
  }

  /**
   * Commits that had to wait for a checkpoint.
   *
   * @return the number
   */
  public long waits() {
    return waits.sum();
  }

  /**
   * How long commits were slowed down.
   *
   * @return nanoseconds in all
   */
  public long delayNanos() {
    return delayNanos.sum();
  }
}
