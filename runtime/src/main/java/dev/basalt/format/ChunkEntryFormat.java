package dev.basalt.format;

/**
 * One 8-byte entry of the chunk table says what a chunk is used for.
 *
 * <pre>
 * bits 0-7    kind: 0 free, 1 small objects, 2 first of a run, 3 further one of a run, 4 of the pool itself
 * bits 8-15   size class (small objects)
 * bits 16-31  blocks in use, at least 1 (small objects)
 * bits 32-63  length of the run in chunks (first of a run)
 * </pre>
 */
public final class ChunkEntryFormat {
  /** Bytes of an entry. */
  public static final int SIZE = 8;

  /**
   * Free; the entry is zero. A chunk of small objects whose last block is released becomes free.
   */
  public static final int FREE = 0;

  /** Holds objects of one size class. */
  public static final int SMALL = 1;

  /** The first chunk of a run that holds one large object. */
  public static final int RUN = 2;

  /** A further chunk of a run. */
  public static final int RUN_REST = 3;

  /** Holds the pool header, or belongs to a part of the chunk table. */
  public static final int META = 4;

  private ChunkEntryFormat() {}

  /**
   * The kind of an entry.
   *
   * @param entry the entry
   * @return one of the kinds above, or something else if the pool is corrupt
   */
  public static int kind(long entry) {
    return (int) (entry & 0xFF);
  }

  /**
   * The size class of a small-object chunk.
   *
   * @param entry the entry
   * @return the size class
   */
  public static int sizeClass(long entry) {
    return (int) (entry >>> 8) & 0xFF;
  }

  /**
   * The blocks in use in a small-object chunk: the number of bits that are set in its bitmap.
   *
   * @param entry the entry
   * @return how many
   */
  public static int used(long entry) {
    return (int) (entry >>> 16) & 0xFFFF;
  }

  /**
   * The length of a run.
   *
   * @param entry the entry of its first chunk
   * @return chunks
   */
  public static int runLength(long entry) {
    return (int) (entry >>> 32);
  }

  /**
   * An entry for a chunk of small objects.
   *
   * @param sizeClass their size class
   * @param used how many blocks are in use
   * @return the entry, which says free if none is
   */
  public static long small(int sizeClass, int used) {
    return used == 0 ? FREE : SMALL | ((long) sizeClass << 8) | ((long) used << 16);
  }

  /**
   * An entry for the first chunk of a run.
   *
   * @param length the run's length in chunks
   * @return the entry
   */
  public static long run(int length) {
    return RUN | ((long) length << 32);
  }
}
