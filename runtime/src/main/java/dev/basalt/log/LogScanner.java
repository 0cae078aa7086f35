package dev.basalt.log;

import static dev.basalt.format.Structure.U32;
import static dev.basalt.format.Structure.U64;

import dev.basalt.format.LogRecordFormat;
import dev.basalt.format.SpillFormat;
import dev.basalt.format.Superblock;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

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

  /** Takes the commits that a scan finds. */
  public interface Replay {
    /**
     * Takes a commit.
     *
     * @param sequence its number
     * @param entries its entries, valid during the call
     */
    void commit(long sequence, MemorySegment entries);

    /**
     * Called before a commit whose entries lie in free space of the heap: whoever writes there
     * before the log's start has passed the commit destroys it.
     *
     * @param place where they lie in the pool
     * @param length their length in bytes
     */
    void spilled(long place, long length);
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
   * Hands each valid commit to a consumer, oldest first.
   *
   * @param region the log
   * @param superblock says where it starts
   * @param replay takes the commits
   * @return where the valid prefix ends
   */
  public static Result scan(LogRegion region, Superblock superblock, Replay replay) {
    try (Arena arena = Arena.ofConfined()) {
      return new LogScanner(region, superblock, arena).scan(replay);
    }
  }

  private Result scan(Replay replay) {
    long limit = superblock.logStart() + region.size();
    long position = superblock.logStart();
    long sequence = superblock.homeSequence();
    long records = 0;
    while (position + LogRecordFormat.HEADER_SIZE <= limit) {
      MemorySegment header = window(position, LogRecordFormat.HEADER_SIZE, limit);
      long length = Integer.toUnsignedLong(header.get(U32, LogRecordFormat.LENGTH));
      if (header.get(U64, LogRecordFormat.SEQUENCE) != sequence + 1
          || header.get(U32, LogRecordFormat.EPOCH) != (int) superblock.epoch()
          || length < LogRecordFormat.HEADER_SIZE
          || length % LogRecordFormat.ALIGNMENT != 0
          || length > limit - position) {
        break;
      }
      MemorySegment record = window(position, length, limit);
      MemorySegment entries = entries(record, replay);
      if (entries == null) {
        break;
      }
      replay.commit(sequence + 1, entries);
      position += length;
      sequence++;
      records++;
    }
    return new Result(position, sequence, records);
  }

  /** The entries of a record, or null if the record or what it refers to is not whole. */
  private @Nullable MemorySegment entries(MemorySegment record, Replay replay) {
    if (record.get(U32, LogRecordFormat.CRC) != LogRecord.recordCrc(record)) {
      return null;
    }
    MemorySegment body = record.asSlice(LogRecordFormat.HEADER_SIZE);
    return switch (record.get(U32, LogRecordFormat.KIND)) {
      case LogRecordFormat.WITH_ENTRIES -> body;
      case LogRecordFormat.SPILLED -> spilled(body, replay);
      default -> null;
    };
  }

  private @Nullable MemorySegment spilled(MemorySegment spill, Replay replay) {
    long offset = spill.get(U64, SpillFormat.OFFSET);
    long length = spill.get(U64, SpillFormat.LENGTH);
    if (length < 0 || offset < 0 || offset > region.medium().size() - length) {
      return null;
    }
    MemorySegment entries = arena.allocate(length, LogRecordFormat.ALIGNMENT);
    region.medium().read(offset, entries);
    if (LogRecord.crc(entries) != spill.get(U32, SpillFormat.CRC)) {
      return null;
    }
    replay.spilled(offset, length);
    return entries;
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
