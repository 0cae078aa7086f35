package dev.basalt.format;

import static dev.basalt.format.Structure.U32;
import static dev.basalt.format.Structure.U64;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The ranges of a pool that the medium could not supply, as the pool remembers them. Kept twice, at
 * {@link #offsetOf}; the copy with the higher generation whose checksum is right counts. A pool in
 * which neither is right remembers none: they are found again when they are needed.
 *
 * <pre>
 * 0    magic        BASALT\rE
 * 8    generation   even ones are the first copy, odd ones the second
 * 16   count        of ranges
 * 20   crc          of bytes 0 to 19 and of the ranges
 * 24   ranges       offset and length of each, 8 bytes each
 * </pre>
 *
 * @param generation counts how often the list was made durable
 * @param ranges the ranges in ascending order, at most {@link #RANGES_MAX}
 */
public record BadRangesFormat(long generation, List<Range> ranges) {
  private static final Structure S = new Structure("BadRanges");
  private static final int MAGIC_AT = S.u64("magic");
  private static final int GENERATION_AT = S.u64("generation");
  private static final int COUNT_AT = S.u32("count");
  private static final int CRC_AT = S.u32("crc");
  private static final int RANGES_AT = S.rest("ranges");

  /** {@code BASALT\rE}. */
  private static final long MAGIC = 0x450D_544C_4153_4142L;

  private static final int RANGE_SIZE = 2 * Long.BYTES;

  /** The most ranges that are remembered. */
  public static final int RANGES_MAX = (Geometry.PAGE_SIZE - RANGES_AT) / RANGE_SIZE;

  /**
   * Bytes that cannot be read.
   *
   * @param offset where they lie in the pool, a multiple of the page size
   * @param length how many, a positive multiple of the page size
   */
  public record Range(long offset, long length) {}

  /**
   * The structure's fields.
   *
   * @return the structure
   */
  public static Structure structure() {
    return S;
  }

  /**
   * Where the copy of a generation lies.
   *
   * @param generation the generation
   * @return the offset in the pool
   */
  public static long offsetOf(long generation) {
    return Geometry.BAD_RANGES_OFFSET + (generation & 1) * Geometry.PAGE_SIZE;
  }

  /**
   * Encodes this list.
   *
   * @param page a page
   */
  public void encode(MemorySegment page) {
    page.fill((byte) 0);
    page.set(U64, MAGIC_AT, MAGIC);
    page.set(U64, GENERATION_AT, generation);
    page.set(U32, COUNT_AT, ranges.size());
    for (int i = 0; i < ranges.size(); i++) {
      long at = RANGES_AT + (long) i * RANGE_SIZE;
      page.set(U64, at, ranges.get(i).offset());
      page.set(U64, at + Long.BYTES, ranges.get(i).length());
    }
    page.set(U32, CRC_AT, crc(page, ranges.size()));
  }

  /**
   * Decodes a list.
   *
   * @param page the page
   * @return the list, or {@code null} if there is none, or a torn one
   */
  public static @Nullable BadRangesFormat decode(MemorySegment page) {
    int count = page.get(U32, COUNT_AT);
    if (page.get(U64, MAGIC_AT) != MAGIC
        || count < 0
        || count > RANGES_MAX
        || page.get(U32, CRC_AT) != crc(page, count)) {
      return null;
    }
    List<Range> ranges = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long at = RANGES_AT + (long) i * RANGE_SIZE;
      ranges.add(new Range(page.get(U64, at), page.get(U64, at + Long.BYTES)));
    }
    return new BadRangesFormat(page.get(U64, GENERATION_AT), List.copyOf(ranges));
  }

  private static int crc(MemorySegment page, int count) {
    CRC32C crc = new CRC32C();
    crc.update(page.asSlice(0, CRC_AT).asByteBuffer());
    crc.update(page.asSlice(RANGES_AT, (long) count * RANGE_SIZE).asByteBuffer());
    return (int) crc.getValue();
  }
}
