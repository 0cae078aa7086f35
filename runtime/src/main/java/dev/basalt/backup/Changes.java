package dev.basalt.backup;

import static dev.basalt.format.Structure.U32;
import static dev.basalt.format.Structure.U64;

import dev.basalt.error.CorruptPoolException;
import dev.basalt.error.IncompatiblePoolException;
import dev.basalt.error.PoolAccessException;
import dev.basalt.format.ChangedPageFormat;
import dev.basalt.format.ChangesFormat;
import dev.basalt.format.Geometry;
import dev.basalt.medium.Medium;
import java.lang.foreign.MemorySegment;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * The header of a file of changes.
 *
 * @param id the pool's identity
 * @param baseEpoch the epoch of the earlier backup
 * @param baseSequence the last commit in it
 * @param sequence the last commit with the changes
 * @param logSize the size of the pool's log
 * @param poolSize the size of the pool with the changes
 * @param pages the number of changed pages
 */
record Changes(
    UUID id,
    long baseEpoch,
    long baseSequence,
    long sequence,
    long logSize,
    long poolSize,
    long pages) {

  void encode(MemorySegment header) {
    header.set(U64, ChangesFormat.MAGIC, ChangesFormat.MAGIC_VALUE);
    header.set(U32, ChangesFormat.VERSION, ChangesFormat.VERSION_VALUE);
    header.set(U32, ChangesFormat.BYTE_ORDER, ChangesFormat.BYTE_ORDER_VALUE);
    header.set(U64, ChangesFormat.ID_HIGH, id.getMostSignificantBits());
    header.set(U64, ChangesFormat.ID_LOW, id.getLeastSignificantBits());
    header.set(U64, ChangesFormat.BASE_EPOCH, baseEpoch);
    header.set(U64, ChangesFormat.BASE_SEQUENCE, baseSequence);
    header.set(U64, ChangesFormat.SEQUENCE, sequence);
    header.set(U64, ChangesFormat.LOG_SIZE, logSize);
    header.set(U64, ChangesFormat.POOL_SIZE, poolSize);
    header.set(U64, ChangesFormat.PAGES, pages);
    header.set(U32, ChangesFormat.CRC, crc(header));
  }

  /**
   * Reads the header of a medium: first what it is, then whether this code may read it, then
   * whether it is sound and whole.
   */
  static Changes decode(Medium medium, MemorySegment header) {
    if (header.get(U64, ChangesFormat.MAGIC) != ChangesFormat.MAGIC_VALUE) {
      throw new PoolAccessException(medium.name() + " is not a file of changes of a Basalt pool");
    }
    int version = header.get(U32, ChangesFormat.VERSION);
    int order = header.get(U32, ChangesFormat.BYTE_ORDER);
    if (version != ChangesFormat.VERSION_VALUE || order != ChangesFormat.BYTE_ORDER_VALUE) {
      throw new IncompatiblePoolException(
          "%s has version %d and byte order %08x of the format of changes, not %d and %08x"
              .formatted(
                  medium.name(),
                  version,
                  order,
                  ChangesFormat.VERSION_VALUE,
                  ChangesFormat.BYTE_ORDER_VALUE));
    }
    if (header.get(U32, ChangesFormat.CRC) != crc(header)) {
      throw new CorruptPoolException(medium.name() + ": the header of the changes is damaged");
    }
    Changes changes =
        new Changes(
            new UUID(header.get(U64, ChangesFormat.ID_HIGH), header.get(U64, ChangesFormat.ID_LOW)),
            header.get(U64, ChangesFormat.BASE_EPOCH),
            header.get(U64, ChangesFormat.BASE_SEQUENCE),
            header.get(U64, ChangesFormat.SEQUENCE),
            header.get(U64, ChangesFormat.LOG_SIZE),
            header.get(U64, ChangesFormat.POOL_SIZE),
            header.get(U64, ChangesFormat.PAGES));
    long size = ChangesFormat.RECORDS + changes.pages * ChangedPageFormat.SIZE;
    if (medium.size() < size) {
      throw new CorruptPoolException(
          "%s is cut off: it should have %d bytes but has %d"
              .formatted(medium.name(), size, medium.size()));
    }
    return changes;
  }

  private static int crc(MemorySegment header) {
    CRC32C crc = new CRC32C();
    crc.update(header.asSlice(0, ChangesFormat.CRC).asByteBuffer());
    return (int) crc.getValue();
  }

  /** The checksum of a record. */
  static int crcOfRecord(MemorySegment record) {
    CRC32C crc = new CRC32C();
    crc.update(record.asSlice(ChangedPageFormat.PAGE, Geometry.PAGE_SIZE).asByteBuffer());
    crc.update(record.asSlice(0, ChangedPageFormat.CRC).asByteBuffer());
    return (int) crc.getValue();
  }
}
