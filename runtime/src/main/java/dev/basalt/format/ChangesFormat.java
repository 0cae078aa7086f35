package dev.basalt.format;

/**
 * A file of the pages in which a pool differs from an earlier backup of it. One page of header,
 * then records.
 *
 * <pre>
 * 0      magic          "BASALT\rC"
 * 8      version
 * 12     byteOrder
 * 16     idHigh         identity of the pool
 * 24     idLow
 * 32     baseEpoch      epoch of the earlier backup
 * 40     baseSequence   the last commit in it
 * 48     sequence       the last commit with the changes
 * 56     logSize        of the pool
 * 64     poolSize       with the changes
 * 72     pages          the number of records
 * 80     unused
 * 84     crc            CRC32C of bytes 0 to 83
 * </pre>
 */
public final class ChangesFormat {
  private static final Structure S = new Structure("Changes");

  /** "BASALT\rC" read as a little-endian long. */
  public static final long MAGIC_VALUE = 0x430D_544C_4153_4142L;

  /** The version that this code reads and writes. */
  public static final int VERSION_VALUE = 1;

  /** Reversed on a machine of the other byte order. */
  public static final int BYTE_ORDER_VALUE = 0x0102_0304;

  /** {@link #MAGIC_VALUE}. */
  public static final int MAGIC = S.u64("magic");

  /** {@link #VERSION_VALUE}. */
  public static final int VERSION = S.u32("version");

  /** {@link #BYTE_ORDER_VALUE}. */
  public static final int BYTE_ORDER = S.u32("byteOrder");

  /** The pool's identity, first half. */
  public static final int ID_HIGH = S.u64("idHigh");

  /** The pool's identity, second half. */
  public static final int ID_LOW = S.u64("idLow");

  /** The epoch of the earlier backup. */
  public static final int BASE_EPOCH = S.u64("baseEpoch");

  /** The last commit in the earlier backup. */
  public static final int BASE_SEQUENCE = S.u64("baseSequence");

  /** The last commit with the changes. */
  public static final int SEQUENCE = S.u64("sequence");

  /** The size of the pool's log. */
  public static final int LOG_SIZE = S.u64("logSize");

  /** The size of the pool with the changes. */
  public static final int POOL_SIZE = S.u64("poolSize");

  /** The number of records. */
  public static final int PAGES = S.u64("pages");

  static {
    S.u32("unused");
  }

  /** The checksum of what is before it. */
  public static final int CRC = S.u32("crc");

  /** Where the records start. */
  public static final long RECORDS = Geometry.PAGE_SIZE;

  private ChangesFormat() {}

  /**
   * The structure's fields.
   *
   * @return the structure
   */
  public static Structure structure() {
    return S;
  }
}
