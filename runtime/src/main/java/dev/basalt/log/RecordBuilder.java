package dev.basalt.log;

import static dev.basalt.format.Structure.U32;
import static dev.basalt.format.Structure.U64;

import dev.basalt.error.PoolFullException;
import dev.basalt.format.LogRecordFormat;
import dev.basalt.format.SpillFormat;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.zip.CRC32C;

/**
 * Builds one commit record at a time in native memory that is kept for the next. Used by one thread
 * at a time.
 */
public final class RecordBuilder {
  /** The length of a record whose entries lie elsewhere. */
  public static final long SPILLED_BYTES = (long) LogRecordFormat.HEADER_SIZE + SpillFormat.SIZE;

  /** The length of a record without entries. */
  public static final long EMPTY_BYTES = LogRecordFormat.HEADER_SIZE;

  private static final int INITIAL_BYTES = 4 << 10;

  /** More than this is given back after a large record. */
  private static final long KEPT_BYTES = 1 << 20;

  private final GrowableBuffer buffer = new GrowableBuffer(INITIAL_BYTES);
  private final MemorySegment spilled = Arena.ofAuto().allocate(SPILLED_BYTES, Long.BYTES);
  private long length = EMPTY_BYTES;

  /** The checksum of the entries that lie before {@link #summed}. */
  private final CRC32C crc = new CRC32C();

  private long summed = EMPTY_BYTES;

  /** The header of the record that is completed, as the checksum takes it fastest. */
  private final byte[] header = new byte[LogRecordFormat.HEADER_SIZE];

  private final MemorySegment headerSegment = MemorySegment.ofArray(header);

  /** Creates an empty builder. */
  public RecordBuilder() {}

  /** Forgets the record under construction. */
  public void reset() {
    truncate(EMPTY_BYTES);
    if (buffer.memory().byteSize() > KEPT_BYTES) {
      buffer.close();
    }
  }

  /**
   * Forgets the last entries.
   *
   * @param newLength a length that the record has had
   */
  public void truncate(long newLength) {
    length = newLength;
    if (summed > newLength) {
      crc.reset();
      summed = EMPTY_BYTES;
    }
  }

  /** Takes the entries so far into the checksum, so that less is to be done at the end. */
  public void sum() {
    if (length > summed) {
      crc.update(buffer.memory().asSlice(summed, length - summed).asByteBuffer());
      summed = length;
    }
  }

  /**
   * Whether there is nothing in the record.
   *
   * @return {@code true} if no entry was added since {@link #reset}
   */
  public boolean isEmpty() {
    return length == EMPTY_BYTES;
  }

  /**
   * Adds bytes.
   *
   * @param offset where they go in the pool, a multiple of {@link LogRecordFormat#UNIT}
   * @param bytes the bytes, a multiple of the same
   */
  public void put(long offset, MemorySegment bytes) {
    long remaining = bytes.byteSize();
    long done = 0;
    while (remaining > 0) {
      int part = (int) Math.min(remaining, LogRecordFormat.ENTRY_LENGTH_MAX);
      long at = entry(offset + done, part);
      MemorySegment.copy(bytes, done, buffer.memory(), at, part);
      done += part;
      remaining -= part;
    }
  }

  /**
   * Adds an int.
   *
   * @param offset where it goes
   * @param value the int
   */
  public void putInt(long offset, int value) {
    long at = entry(offset, Integer.BYTES);
    buffer.memory().set(U32, at, value);
  }

  /**
   * Adds a long.
   *
   * @param offset where it goes
   * @param value the long
   */
  public void putLong(long offset, long value) {
    long at = entry(offset, Long.BYTES);
    buffer.memory().set(U64, at, value);
  }

  /**
   * Makes the version word at an offset the record's sequence number.
   *
   * @param offset the object
   */
  public void stamp(long offset) {
    long _ = entry(offset, 0);
  }

  /** Makes room for an entry and writes its header; returns where its data goes. */
  private long entry(long offset, int bytes) {
    int padded = LogRecordFormat.padded(bytes);
    long need = length + LogRecordFormat.ENTRY_HEADER_SIZE + padded;
    if (need > Integer.MAX_VALUE - LogRecordFormat.ALIGNMENT) {
      throw new PoolFullException(
          "an update changes more than %d bytes, more than one log record holds"
              .formatted(Integer.MAX_VALUE));
    }
    buffer.ensure(need, length);
    buffer.memory().set(U64, length, LogRecordFormat.entry(offset, bytes));
    long at = length + LogRecordFormat.ENTRY_HEADER_SIZE;
    if (padded > bytes) {
      buffer.memory().set(U32, need - Integer.BYTES, 0);
    }
    length = need;
    return at;
  }

  /**
   * The record's length so far.
   *
   * @return bytes
   */
  public long length() {
    return length;
  }

  /**
   * The entries so far.
   *
   * @return the entries; valid until the next change
   */
  public MemorySegment entries() {
    return buffer
        .memory()
        .asSlice(LogRecordFormat.HEADER_SIZE, length - LogRecordFormat.HEADER_SIZE);
  }

  /** Completes a record that holds its entries. */
  MemorySegment finish(long sequence, long epoch) {
    sum();
    putHeader(LogRecordFormat.WITH_ENTRIES, length, sequence, epoch);
    crc.update(header, LogRecordFormat.LENGTH, header.length - LogRecordFormat.LENGTH);
    headerSegment.set(U32, LogRecordFormat.CRC, (int) crc.getValue());
    crc.reset();
    summed = EMPTY_BYTES;
    MemorySegment record = buffer.memory().asSlice(0, length);
    record.copyFrom(headerSegment);
    return record;
  }

  /** Completes a record whose entries have been written to another place. */
  MemorySegment finishSpilled(long place, long sequence, long epoch) {
    MemorySegment spill = spilled.asSlice(EMPTY_BYTES);
    spill.set(U64, SpillFormat.OFFSET, place);
    spill.set(U64, SpillFormat.LENGTH, entries().byteSize());
    spill.set(U32, SpillFormat.CRC, LogRecord.crc(entries()));
    putHeader(LogRecordFormat.SPILLED, SPILLED_BYTES, sequence, epoch);
    spilled.copyFrom(headerSegment);
    spilled.set(U32, LogRecordFormat.CRC, LogRecord.recordCrc(spilled));
    return spilled;
  }

  /** Sets all of the header but its checksum. */
  private void putHeader(int kind, long recordLength, long sequence, long epoch) {
    headerSegment.set(U32, LogRecordFormat.LENGTH, (int) recordLength);
    headerSegment.set(U64, LogRecordFormat.SEQUENCE, sequence);
    headerSegment.set(U32, LogRecordFormat.EPOCH, (int) epoch);
    headerSegment.set(U32, LogRecordFormat.KIND, kind);
  }

  /** Releases the memory. */
  public void close() {
    buffer.close();
  }
}
