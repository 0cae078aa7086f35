package dev.basalt.format;

/**
 * One 8-byte entry of the chunk table says what a chunk is used for.
 *
 * <pre>
 * bits 0-7    kind: 0 free, 1 small objects, 2 large objects, 4 of the pool itself
 * bits 8-15   size class (small objects)
 * bits 16-31  small objects: blocks in use, at least 1; large objects: a bit for each page in use, at least one
 * bits 32-47  large objects: a bit for each page with which an object begins
 * </pre>
 *
 * <p>A large object has a row of pages: from the one with which it begins to the next one with
 * which another begins, or that is not in use, be it in this chunk or a later one.
 */
public final class ChunkEntryFormat {
  /** Bytes of an entry. */
  public static final int SIZE = 8;

  /**
   * Free; the entry is zero. A chunk of small or large objects whose last block is released becomes
   * free.
   */
  public static final int FREE = 0;

  /** Holds objects of one size class. */
  public static final int SMALL = 1;

  /** Holds pages of large objects. */
  public static final int LARGE = 2;

  /** Holds the pool header, or belongs to a part of the chunk table. */
  public static final int META = 4;

  /** A bit for every page of a chunk. */
  public static final int ALL_PAGES = (1 << TablePartFormat.PAGES_PER_CHUNK) - 1;

  private static final int USED = 16;
  private static final int BEGINNINGS = 32;

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
    return (int) (entry >>> USED) & 0xFFFF;
  }

  /**
   * The pages in use in a chunk of large objects.
   *
   * @param entry the entry
   * @return a bit for each, that of the chunk's first page first; 0 of another kind of chunk
   */
  public static int usedPages(long entry) {
    return kind(entry) == LARGE ? (int) (entry >>> USED) & ALL_PAGES : 0;
  }

  /**
   * The pages of a chunk with which large objects begin.
   *
   * @param entry the entry
   * @return a bit for each, that of the chunk's first page first; 0 of another kind of chunk
   */
  public static int beginnings(long entry) {
    return kind(entry) == LARGE ? (int) (entry >>> BEGINNINGS) & ALL_PAGES : 0;
  }

  /**
   * The pages of a chunk that continue an object which begins before.
   *
   * @param entry the chunk's entry
   * @param from a page of the chunk, from 0 on
   * @return how many pages from that one on are in use and begin no object, in this chunk
   */
  public static int continued(long entry, int from) {
    int going = usedPages(entry) & ~beginnings(entry);
    return Math.min(
        Integer.numberOfTrailingZeros(~(going >>> from)), TablePartFormat.PAGES_PER_CHUNK - from);
  }

  /**
   * An entry for a chunk of small objects.
   *
   * @param sizeClass their size class
   * @param used how many blocks are in use
   * @return the entry, which says free if none is
   */
  public static long small(int sizeClass, int used) {
    return used == 0 ? FREE : SMALL | ((long) sizeClass << 8) | ((long) used << USED);
  }

  /**
   * An entry for a chunk of large objects.
   *
   * @param usedPages a bit for each page in use
   * @param beginnings a bit for each page with which an object begins
   * @return the entry, which says free if no page is in use
   */
  public static long large(int usedPages, int beginnings) {
    return usedPages == 0
        ? FREE
        : LARGE | ((long) usedPages << USED) | ((long) beginnings << BEGINNINGS);
  }

  /**
   * Whether an entry for large objects makes sense by itself.
   *
   * @param entry the entry
   * @return whether some page is in use, and nothing begins elsewhere
   */
  public static boolean isSoundLarge(long entry) {
    return usedPages(entry) != 0
        && entry == large(usedPages(entry), beginnings(entry) & usedPages(entry));
  }

  /**
   * Bits for some pages of a chunk.
   *
   * @param from the first page, from 0 on
   * @param to the page behind the last
   * @return their bits
   */
  public static int pages(int from, int to) {
    return (1 << to) - (1 << from);
  }
}
