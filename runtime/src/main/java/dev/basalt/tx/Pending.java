package dev.basalt.tx;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The places of objects that an update is storing and that nobody else may see. Such an object has
 * a negative number instead of its offset until its commit cannot fail any more. The number is
 * never used again, so whoever has read it from the handle finds nothing there once the update has
 * aborted, instead of another object that has got the same block.
 */
public final class Pending {
  private static final AtomicLong NEXT = new AtomicLong(-1);

  private Pending() {}

  /**
   * A number that was never given out before.
   *
   * @return a negative number
   */
  public static long next() {
    return NEXT.getAndDecrement();
  }

  /**
   * Whether a place is such a number.
   *
   * @param object an offset, or such a number
   * @return whether it is negative
   */
  public static boolean is(long object) {
    return object < 0;
  }
}
