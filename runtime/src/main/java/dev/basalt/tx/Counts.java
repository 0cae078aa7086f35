package dev.basalt.tx;

import dev.basalt.error.CorruptPoolException;
import dev.basalt.format.ObjectFormat;

/**
 * The reference count of an object, which shares a word of its header with the class id and with
 * the mark of what is in limbo.
 *
 * <p>The greatest count stands for itself and for everything above: it does not change any more, so
 * that it cannot be too small. An object that has ever had so many references stays until the pool
 * is compacted.
 */
final class Counts {
  private Counts() {}

  /** The references counted in a class word. */
  static int of(long classWord) {
    return bits(classWord) & ObjectFormat.COUNT_MAX;
  }

  /** Whether a class word says that its object has an entry in limbo. */
  static boolean isInLimbo(long classWord) {
    return (bits(classWord) & ObjectFormat.IN_LIMBO) != 0;
  }

  static long enterLimbo(long classWord) {
    return withBits(classWord, bits(classWord) | ObjectFormat.IN_LIMBO);
  }

  static long leaveLimbo(long classWord) {
    return withBits(classWord, bits(classWord) & ~ObjectFormat.IN_LIMBO);
  }

  /** The class word of a new object. */
  static long first(String pool, long object, long classWord, long count) {
    return add(pool, object, withBits(classWord, 0), count);
  }

  /**
   * The class word after some references more or less.
   *
   * @throws CorruptPoolException if there were not as many as are taken away
   */
  static long add(String pool, long object, long classWord, long delta) {
    int before = of(classWord);
    if (before == ObjectFormat.COUNT_MAX) {
      return classWord;
    }
    long after = before + delta;
    if (after < 0) {
      throw new CorruptPoolException(
          "%s: the object at %d has the reference count %d, which a change of %d would make %d; it must not be negative"
              .formatted(pool, object, before, delta, after));
    }
    int limbo = bits(classWord) & ObjectFormat.IN_LIMBO;
    return withBits(classWord, limbo | (int) Math.min(after, ObjectFormat.COUNT_MAX));
  }

  private static int bits(long classWord) {
    return (int) (classWord >>> Integer.SIZE);
  }

  private static long withBits(long classWord, int bits) {
    return (classWord & 0xFFFF_FFFFL) | ((long) bits << Integer.SIZE);
  }
}
