package dev.basalt.log;

import static dev.basalt.format.Structure.U64;

import dev.basalt.format.LogRecordFormat;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Reads commit records. */
public final class LogRecord {
  /** Takes the entries of a record in their order. */
  public interface EntryVisitor {
    /**
     * Bytes to be put at an offset.
     *
     * @param offset where in the pool
     * @param entries holds the bytes, valid during the call
     * @param at where they begin there
     * @param length how many there are
     */
    void bytes(long offset, MemorySegment entries, long at, int length);

    /**
     * A version word to become the record's sequence number.
     *
     * @param offset the object
     * @param sequence the number
     */
    void stamp(long offset, long sequence);
  }

  private LogRecord() {}

  static int crc(MemorySegment bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.asByteBuffer());
    return (int) crc.getValue();
  }

  /** The checksum of a record: that of its entries, which are known first, then of its header. */
  static int recordCrc(MemorySegment record) {
    CRC32C crc = new CRC32C();
    crc.update(record.asSlice(LogRecordFormat.HEADER_SIZE).asByteBuffer());
    crc.update(summedHeader(record));
    return (int) crc.getValue();
  }

  /** The part of a record's header that its checksum covers. */
  private static ByteBuffer summedHeader(MemorySegment record) {
    return record
        .asSlice(LogRecordFormat.LENGTH, LogRecordFormat.HEADER_SIZE - LogRecordFormat.LENGTH)
        .asByteBuffer();
  }

  /**
   * Visits the entries of a commit.
   *
   * @param entries the entries, whole and checked
   * @param sequence the commit's number
   * @param visitor takes them
   */
  public static void forEachEntry(MemorySegment entries, long sequence, EntryVisitor visitor) {
    forEachEntry(entries, 0, entries.byteSize(), sequence, visitor);
  }

  /**
   * Visits some of the entries of a commit.
   *
   * @param entries the entries, checked
   * @param from where the first one begins
   * @param to where the last one ends
   * @param sequence the commit's number
   * @param visitor takes them
   */
  public static void forEachEntry(
      MemorySegment entries, long from, long to, long sequence, EntryVisitor visitor) {
    long at = from;
    while (at < to) {
      long entry = entries.get(U64, at);
      long offset = LogRecordFormat.offset(entry);
      int length = LogRecordFormat.length(entry);
      at += LogRecordFormat.ENTRY_HEADER_SIZE;
      if (length == 0) {
        visitor.stamp(offset, sequence);
      } else {
        visitor.bytes(offset, entries, at, length);
        at += LogRecordFormat.padded(length);
      }
    }
  }
}
