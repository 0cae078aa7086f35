package dev.basalt.format;

/**
 * Where the entries of a commit lie that is too large for the log: in free space of the heap,
 * written and synced before the record. They are valid until the log's start has passed the record.
 */
public final class SpillFormat {
  private static final Structure S = new Structure("Spill");

  /** Where the entries lie in the pool. */
  public static final int OFFSET = S.u64("offset");

  /** Their length in bytes. */
  public static final int LENGTH = S.u64("length");

  /** Their CRC32C. */
  public static final int CRC = S.u32("crc");

  static {
    S.u32("unused");
  }

  /** Bytes of the structure. */
  public static final int SIZE = S.size();

  private SpillFormat() {}

  /**
   * The structure's fields.
   *
   * @return the structure
   */
  public static Structure structure() {
    return S;
  }
}
