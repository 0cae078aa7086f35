package dev.basalt.backup;

import static dev.basalt.format.Structure.U32;
import static dev.basalt.format.Structure.U64;

import dev.basalt.error.PoolAccessException;
import dev.basalt.format.ChangedPageFormat;
import dev.basalt.format.ChangesFormat;
import dev.basalt.format.Geometry;
import dev.basalt.medium.Medium;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Writes the pages in which a pool differs from an earlier backup, byte for byte. Both are read in
 * full; only what differs is written. Its methods are called by one thread at a time.
 */
public final class ChangesWriter implements ChunkSink, AutoCloseable {
  private static final int RECORDS_MAX = 256;

  private final RestingPool base;
  private final Medium target;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment before = arena.allocate(Geometry.CHUNK_SIZE, Long.BYTES);
  private final MemorySegment records =
      arena.allocate((long) RECORDS_MAX * ChangedPageFormat.SIZE, Long.BYTES);

  /** Records in memory. */
  private int collected;

  /** Records in the file. */
  private long written;

  /**
   * Begins a file.
   *
   * @param base the medium of the earlier backup
   * @param target an empty medium
   * @param state the state that is compared with it
   * @throws PoolAccessException if the earlier backup is none of this pool, or of a later state
   */
  public ChangesWriter(Medium base, Medium target, Backup.State state) {
    this.base = RestingPool.of(base);
    this.target = target;
    if (!this.base.superblock().id().equals(state.id())) {
      throw new PoolAccessException(
          "%s is not a backup of this pool: it has the identity %s, not %s"
              .formatted(base.name(), this.base.superblock().id(), state.id()));
    }
    if (this.base.superblock().homeSequence() > state.sequence()
        || this.base.superblock().logSize() != state.logSize()) {
      throw new PoolAccessException(
          "%s is not an earlier state of this pool: it is at commit %d with a log of %d bytes, the pool at commit %d with %d bytes"
              .formatted(
                  base.name(),
                  this.base.superblock().homeSequence(),
                  this.base.superblock().logSize(),
                  state.sequence(),
                  state.logSize()));
    }
  }

  @Override
  public void chunk(long offset, MemorySegment bytes) {
    boolean isInBase = offset + bytes.byteSize() <= base.superblock().poolSize();
    if (isInBase) {
      base.medium().read(offset, before);
    }
    for (long at = 0; at < bytes.byteSize(); at += Geometry.PAGE_SIZE) {
      MemorySegment page = bytes.asSlice(at, Geometry.PAGE_SIZE);
      if (!isInBase || page.mismatch(before.asSlice(at, Geometry.PAGE_SIZE)) >= 0) {
        add(offset + at, page);
      }
    }
  }

  private void add(long offset, MemorySegment page) {
    MemorySegment record =
        records.asSlice((long) collected * ChangedPageFormat.SIZE, ChangedPageFormat.SIZE);
    record.set(U64, ChangedPageFormat.OFFSET, offset);
    MemorySegment.copy(page, 0, record, ChangedPageFormat.PAGE, Geometry.PAGE_SIZE);
    record.set(U32, ChangedPageFormat.CRC, Changes.crcOfRecord(record));
    collected++;
    if (collected == RECORDS_MAX) {
      flush();
    }
  }

  private void flush() {
    long at = ChangesFormat.RECORDS + written * ChangedPageFormat.SIZE;
    target.write(at, records.asSlice(0, (long) collected * ChangedPageFormat.SIZE));
    written += collected;
    collected = 0;
  }

  /**
   * Writes what is left, and the header last; durable on return.
   *
   * @param state the state that was compared
   * @param poolSize the size of the pool
   * @return the number of changed pages
   */
  public long finish(Backup.State state, long poolSize) {
    if (collected > 0) {
      flush();
    }
    target.sync();
    MemorySegment header = arena.allocate(Geometry.PAGE_SIZE, Long.BYTES);
    new Changes(
            state.id(),
            base.superblock().epoch(),
            base.superblock().homeSequence(),
            state.sequence(),
            state.logSize(),
            poolSize,
            written)
        .encode(header);
    target.write(0, header);
    target.sync();
    return written;
  }

  @Override
  public void close() {
    arena.close();
  }
}
