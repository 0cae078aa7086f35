package dev.basalt.format;

/**
 * A record of a file of changes: one page.
 *
 * <pre>
 * 0     offset    where the page lies in the pool
 * 8     unused
 * 12    crc       CRC32C of the page, then of bytes 0 to 11
 * 16    page
 * </pre>
 */
public final class ChangedPageFormat {
  private static final Structure S = new Structure("ChangedPage");

  /** Where the page lies in the pool. */
  public static final int OFFSET = S.u64("offset");

  static {
    S.u32("unused");
  }

  /** The checksum of the page and of what is before the checksum. */
  public static final int CRC = S.u32("crc");

  /** The page. */
  public static final int PAGE = S.add("page", Geometry.PAGE_SIZE);

  /** Bytes of a record. */
  public static final int SIZE = S.size();

  private ChangedPageFormat() {}

  /**
   * The structure's fields.
   *
   * @return the structure
   */
  public static Structure structure() {
    return S;
  }
}
