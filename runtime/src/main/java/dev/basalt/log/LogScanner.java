package dev.basalt.log;

import static dev.basalt.format.Structure.U32;
import static dev.basalt.format.Structure.U64;

import dev.basalt.format.LogRecordFormat;
import dev.basalt.format.Superblock;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/**
 * Finds the valid prefix of the log after a crash. It ends at the first record whose length is
 * impossible, whose epoch or sequence number is not the expected one, or whose checksum is wrong.
 * So a torn tail, records of an earlier lap or opening, and a record whose predecessor never
 * reached the medium are all left out.
 */
public final class LogScanner {
  private static final int WINDOW_BYTES = 4 << 20;

  private final LogRegion region;
  private final Superblock superblock;
  private final Arena arena;
  private MemorySegment buffer;

  /** Positions [windowStart, windowEnd) of the log are in {@link #buffer}. */
  private long windowStart;

  private long windowEnd;

  private LogScanner(LogRegion region, Superblock superblock, Arena arena) {
    this.region = region;
    this.superblock = superblock;
    this.arena = arena;
    this.buffer = arena.allocate(Math.min(WINDOW_BYTES, region.size()), LogRecordFormat.ALIGNMENT);
    this.windowStart = superblock.logStart();
    this.windowEnd = windowStart;
  }

  /**
   * What a scan found.
   *
   * @param end the position behind the last valid record
   * @param sequence the number of the last valid record, or of the last commit at home if there is
   *     none
   * @param records how many records were valid
   */
  public record Result(long end, long sequence, long records) {}

  /**
   * Hands each valid record to a consumer, oldest first.
   *
   * @param region the log
   * @param superblock says where it starts
   * @param replay takes each record; the segment is valid during the call
   * @return where the valid prefix ends
   */
  public static Result scan(
      LogRegion region, Superblock superblock, Consumer<MemorySegment> replay) {
    try (Arena arena = Arena.ofConfined()) {
      return new LogScanner(region, superblock, arena).scan(replay);
    }
  }

  private Result scan(Consumer<MemorySegment> replay) {
    long limit = superblock.logStart() + region.size();
    long position = superblock.logStart();
    long sequence = superblock.homeSequence();
    long records = 0;
    while (position + LogRecordFormat.HEADER_SIZE <= limit) {
      MemorySegment header = window(position, LogRecordFormat.HEADER_SIZE, limit);
      long length = Integer.toUnsignedLong(header.get(U32, LogRecordFormat.LENGTH));
      if (header.get(U64, LogRecordFormat.SEQUENCE) != sequence + 1
          || header.get(U64, LogRecordFormat.EPOCH) != superblock.epoch()
          || length < LogRecordFormat.HEADER_SIZE
          || length % LogRecordFormat.ALIGNMENT != 0
          || length > limit - position) {
        break;
      }
      MemorySegment record = window(position, length, limit);
      if (record.get(U32, LogRecordFormat.CRC) != LogRecord.crc(record)) {
        break;
      }
      replay.accept(record);
      position += length;
      sequence++;
      records++;
    }
    return new Result(position, sequence, records);
  }

  /** The bytes at a position, read ahead in large steps. */
  private MemorySegment window(long position, long length, long limit) {
    if (position + length > windowEnd) {
      if (length > buffer.byteSize()) {
        buffer = arena.allocate(length, LogRecordFormat.ALIGNMENT);
      }
      long bytes = Math.min(buffer.byteSize(), limit - position);
      region.read(position, buffer.asSlice(0, bytes));
      windowStart = position;
      windowEnd = position + bytes;
    }
    return buffer.asSlice(position - windowStart, length);
  }
}
