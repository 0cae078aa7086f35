package dev.basalt.format;

/**
 * A commit in the log. Records lie one behind another in the log region, which is a ring of bytes:
 * a record may continue at the region's start. Each begins at a multiple of 8.
 *
 * <pre>
 * 0    crc        CRC32C of the entries, then of bytes 4 to 23: a torn or stale record shows
 * 4    length     bytes with this header, a multiple of 8
 * 8    sequence   the commit's number, one more than the record before
 * 16   epoch      the low 32 bits of the superblock's epoch when it was written
 * 20   kind       1: entries follow; 2: a {@link SpillFormat} follows
 * 24   entries
 *
 * entry: bits 0-43 offset / 4, bits 44-63 length / 4, then the bytes, then padding to a multiple of 8.
 *        Length 0: the 8 bytes at the offset (a version word) become the sequence number.
 * </pre>
 */
public final class LogRecordFormat {
  private static final Structure S = new Structure("LogRecord");

  /** The checksum. */
  public static final int CRC = S.u32("crc");

  /** The record's length in bytes. */
  public static final int LENGTH = S.u32("length");

  /** The commit's sequence number. */
  public static final int SEQUENCE = S.u64("sequence");

  /** The epoch. */
  public static final int EPOCH = S.u32("epoch");

  /** What follows the header. */
  public static final int KIND = S.u32("kind");

  /** The first entry. */
  public static final int ENTRIES = S.rest("entries");

  /** The kind of a record that holds its entries. */
  public static final int WITH_ENTRIES = 1;

  /** The kind of a record whose entries lie elsewhere. */
  public static final int SPILLED = 2;

  /** Bytes before the first entry. */
  public static final int HEADER_SIZE = S.size();

  /** Records begin and entries are padded to multiples of this. */
  public static final int ALIGNMENT = 8;

  /** Offsets and lengths of entries are multiples of this. */
  public static final int UNIT = 4;

  /** Bytes of an entry before its data. */
  public static final int ENTRY_HEADER_SIZE = 8;

  private static final int LENGTH_SHIFT = 44;
  private static final long OFFSET_MASK = (1L << LENGTH_SHIFT) - 1;

  /** The most bytes that one entry carries. */
  public static final int ENTRY_LENGTH_MAX = ((1 << (Long.SIZE - LENGTH_SHIFT)) - 1) * UNIT;

  private LogRecordFormat() {}

  /**
   * The structure's fields.
   *
   * @return the structure
   */
  public static Structure structure() {
    return S;
  }

  /**
   * The header of an entry.
   *
   * @param offset where its bytes go, a multiple of {@link #UNIT}
   * @param length how many, a multiple of {@link #UNIT}; 0 to stamp a version word
   * @return the header
   */
  public static long entry(long offset, long length) {
    return (offset / UNIT) | ((length / UNIT) << LENGTH_SHIFT);
  }

  /**
   * Where an entry's bytes go.
   *
   * @param entry the entry's header
   * @return the offset in the pool
   */
  public static long offset(long entry) {
    return (entry & OFFSET_MASK) * UNIT;
  }

  /**
   * How many bytes an entry carries.
   *
   * @param entry the entry's header
   * @return the length
   */
  public static int length(long entry) {
    return (int) (entry >>> LENGTH_SHIFT) * UNIT;
  }

  /**
   * The space that an entry's bytes take.
   *
   * @param length the bytes
   * @return the same, padded
   */
  public static int padded(int length) {
    return (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }
}
