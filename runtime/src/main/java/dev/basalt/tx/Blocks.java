package dev.basalt.tx;

/**
 * How a large object is divided, so that two updates of its different parts do not conflict. An
 * object of more than {@link #SIZE} bytes consists of its header and of blocks of that size; its
 * version is that of the latest change of any of them.
 *
 * <p>Keys of the version store: a small object's is its offset, a large one's header has the next
 * number, a block the place of its second word; an object's count has the second next number. They
 * lie inside the object, so they are nobody else's.
 */
final class Blocks {
  /** Bytes of a block, a power of two. */
  static final int SIZE = 512;

  static final int WORDS = SIZE / Long.BYTES;

  private static final int SHIFT = Integer.numberOfTrailingZeros(SIZE);

  private Blocks() {}

  static boolean isLarge(long objectBytes) {
    return objectBytes > SIZE;
  }

  /** The number of the block that holds a word. */
  static int blockOf(int wordOffset) {
    return wordOffset >>> SHIFT;
  }

  /** The index of a word in its block. */
  static int wordInBlock(int wordOffset) {
    return (wordOffset & (SIZE - 1)) >>> 3;
  }

  /** Where a block starts in its object. */
  static int start(int block) {
    return block << SHIFT;
  }

  static long headerKey(long largeObject) {
    return largeObject + 1;
  }

  /** The key of changes of an object's count, which are no changes of the object. */
  static long countKey(long object) {
    return object + 2;
  }

  static long key(long largeObject, int block) {
    return largeObject + Long.BYTES + ((long) block << SHIFT);
  }
}
