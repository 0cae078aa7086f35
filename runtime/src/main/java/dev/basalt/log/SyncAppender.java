package dev.basalt.log;

import java.lang.foreign.MemorySegment;

/**
 * Collects records in memory until {@link #flush} writes them with one {@code pwrite} and one
 * {@code fdatasync}, for all that wait. Two buffers: while one is written the other collects.
 */
final class SyncAppender implements Appender {
  private static final long INITIAL_BYTES = 32 << 10;

  /** More than this is given back after a large record. */
  private static final long KEPT_BYTES = 4 << 20;

  private final LogRegion region;
  private final Object collectLock = new Object();

  /** Guarded by {@link #collectLock}. */
  private Run collecting = new Run();

  /** Used by the one thread that flushes. */
  private Run writing = new Run();

  SyncAppender(LogRegion region) {
    this.region = region;
  }

  /** A run of records that follow each other in the log. */
  private static final class Run {
    private final GrowableBuffer buffer = new GrowableBuffer(INITIAL_BYTES);
    private long position;
    private long length;

    void add(long at, MemorySegment record) {
      if (length == 0) {
        position = at;
      }
      long need = length + record.byteSize();
      buffer.ensure(need, length);
      MemorySegment.copy(record, 0, buffer.memory(), length, record.byteSize());
      length = need;
    }

    MemorySegment bytes() {
      return buffer.memory().asSlice(0, length);
    }

    void clear() {
      length = 0;
      if (buffer.memory().byteSize() > KEPT_BYTES) {
        buffer.close();
      }
    }
  }

  @Override
  public boolean append(long position, MemorySegment record) {
    synchronized (collectLock) {
      collecting.add(position, record);
    }
    return false;
  }

  @Override
  public long flush(long end) {
    synchronized (collectLock) {
      Run full = collecting;
      collecting = writing;
      writing = full;
    }
    long reached = writing.position + writing.length;
    if (writing.length > 0) {
      region.write(writing.position, writing.bytes());
      region.medium().sync();
      writing.clear();
    }
    return reached;
  }

  @Override
  public void close() {
    collecting.buffer.close();
    writing.buffer.close();
  }
}
