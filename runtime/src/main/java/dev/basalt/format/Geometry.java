package dev.basalt.format;

/**
 * Where the parts of a pool lie.
 *
 * <pre>
 * 0         superblock A      one page
 * 4096      superblock B      one page
 * 8192      what cannot be read, two copies, one page each
 * 16384     unused, zero
 * 65536     log               a multiple of the chunk size
 * heap      chunk 0           pool header, root directory, chunk table directory
 *           chunk 1 to 9      first part of the chunk table
 *           chunk 10 ...      objects
 * </pre>
 */
public final class Geometry {
  /** The unit of mapping, of writing home, and of the room of a large object. */
  public static final int PAGE_SIZE = 4096;

  /** The unit in which the heap is divided among sizes; a multiple of the page size. */
  public static final int CHUNK_SIZE = 64 << 10;

  /** Where the two copies of the list of bad ranges lie. */
  public static final long BAD_RANGES_OFFSET = 2L * PAGE_SIZE;

  /** Where the log starts. */
  public static final long LOG_OFFSET = CHUNK_SIZE;

  /** The smallest log region. */
  public static final long LOG_SIZE_MIN = CHUNK_SIZE;

  /** The heap's chunks that every pool has: the pool header's and the first of the chunk table. */
  public static final int FIXED_CHUNKS = 1 + TablePartFormat.CHUNKS;

  private Geometry() {}

  /**
   * Where the heap starts.
   *
   * @param logSize the log's size in bytes
   * @return the offset of chunk 0
   */
  public static long heapOffset(long logSize) {
    return LOG_OFFSET + logSize;
  }

  /**
   * Rounds up to whole pages.
   *
   * @param bytes a size
   * @return the least multiple of the page size that is not smaller
   */
  public static long wholePages(long bytes) {
    return (bytes + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE;
  }

  /**
   * Rounds up to whole chunks.
   *
   * @param bytes a size
   * @return the least multiple of the chunk size that is not smaller
   */
  public static long wholeChunks(long bytes) {
    return (bytes + CHUNK_SIZE - 1) / CHUNK_SIZE * CHUNK_SIZE;
  }
}
