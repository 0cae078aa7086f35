package dev.basalt.format;

/**
 * One part of the chunk table, a run of chunks: what a row of chunks is used for, and the sums of
 * their pages.
 *
 * <pre>
 * 0        entries   8 bytes per chunk, {@link ChunkEntryFormat}
 * 65536    sums      4 bytes per page, {@link PageSumFormat}
 * </pre>
 */
public final class TablePartFormat {
  private static final Structure S = new Structure("TablePart");

  /** The pages of a chunk. */
  public static final int PAGES_PER_CHUNK = Geometry.CHUNK_SIZE / Geometry.PAGE_SIZE;

  private static final int SUM_BYTES_PER_CHUNK = PAGES_PER_CHUNK * PageSumFormat.SIZE;

  private static final int ENTRIES = S.add("entries", Geometry.CHUNK_SIZE);

  /** The chunks that a part describes. */
  public static final int CHUNKS_DESCRIBED = Geometry.CHUNK_SIZE / ChunkEntryFormat.SIZE;

  private static final int SUMS = S.add("sums", CHUNKS_DESCRIBED * SUM_BYTES_PER_CHUNK);

  /** Bytes of a part, whole chunks. */
  public static final int SIZE = S.size();

  /** The chunks that a part fills. */
  public static final int CHUNKS = SIZE / Geometry.CHUNK_SIZE;

  private TablePartFormat() {}

  /**
   * Where the entry of a chunk lies.
   *
   * @param chunk which of the chunks that the part describes, from 0
   * @return bytes from the part's start
   */
  public static long entry(int chunk) {
    return ENTRIES + (long) chunk * ChunkEntryFormat.SIZE;
  }

  /**
   * Where the sums of a chunk's pages lie.
   *
   * @param chunk which of the chunks that the part describes, from 0
   * @return bytes from the part's start
   */
  public static long sums(int chunk) {
    return SUMS + (long) chunk * SUM_BYTES_PER_CHUNK;
  }

  /**
   * Whether a place in a part belongs to the sums.
   *
   * @param offset bytes from the part's start
   * @return {@code true} in the sums, {@code false} in the entries
   */
  public static boolean isInSums(long offset) {
    return offset >= SUMS;
  }

  /**
   * Which page a sum is of.
   *
   * @param offset bytes from the part's start, in the sums
   * @return which of the pages of the chunks that the part describes, from 0
   */
  public static long pageOfSum(long offset) {
    return (offset - SUMS) / PageSumFormat.SIZE;
  }

  /**
   * The structure's fields.
   *
   * @return the structure
   */
  public static Structure structure() {
    return S;
  }
}
