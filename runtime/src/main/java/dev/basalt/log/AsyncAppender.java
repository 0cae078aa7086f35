package dev.basalt.log;

import dev.basalt.format.Geometry;
import dev.basalt.medium.Mapping;
import java.lang.foreign.MemorySegment;

/**
 * Stores records through a shared mapping of the log region: no system call per commit, and the
 * page cache keeps them when the process dies. {@link #flush} makes them survive a power cut.
 */
final class AsyncAppender implements Appender {
  private final LogRegion region;
  private final Mapping mapping;

  /** Written under the commit lock, read by the flusher. */
  private volatile long end;

  AsyncAppender(LogRegion region, long position) {
    this.region = region;
    this.mapping = region.medium().mapShared(Geometry.LOG_OFFSET, region.size());
    this.end = position;
  }

  @Override
  public void append(long position, MemorySegment record) {
    long inRegion = position % region.size();
    long first = Math.min(record.byteSize(), region.size() - inRegion);
    mapping.copyIn(inRegion, record.asSlice(0, first));
    if (first < record.byteSize()) {
      mapping.copyIn(0, record.asSlice(first));
    }
    end = position + record.byteSize();
  }

  @Override
  public long flush() {
    long before = end;
    region.medium().sync();
    return before;
  }

  @Override
  public void close() {
    mapping.close();
  }
}
