package dev.basalt.format;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** The 4-byte checksum of a page: its CRC32C, but 1 if that is 0. */
public final class PageSumFormat {
  /** Bytes of a sum. */
  public static final int SIZE = 4;

  /** No sum is known. Of a page of the pool's own it means that the page is zero. */
  public static final int NONE = 0;

  private static final int INSTEAD_OF_NONE = 1;

  private PageSumFormat() {}

  /**
   * The sum of a page.
   *
   * @param page its bytes; read to the end
   * @return the sum, never {@link #NONE}
   */
  public static int of(ByteBuffer page) {
    CRC32C crc = new CRC32C();
    crc.update(page);
    int sum = (int) crc.getValue();
    return sum == NONE ? INSTEAD_OF_NONE : sum;
  }
}
