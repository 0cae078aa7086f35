package dev.basalt.log;

import dev.basalt.format.Geometry;
import dev.basalt.medium.Mapping;
import java.lang.foreign.MemorySegment;

/**
 * Stores records through a shared mapping of the log region: no system call per commit, and the
 * page cache keeps them when the process dies. {@link #flush} makes them survive a power cut.
 */
final class AsyncAppender implements Appender {
  /** No more than this is prepared at once. */
  private static final long AHEAD_BYTES_MAX = 4 << 20;

  private final LogRegion region;
  private final Mapping mapping;

  /** Written under the commit lock, read by the flusher. */
  private volatile long end;

  /** Where {@link #end} was at the last flush; used by the one thread that flushes. */
  private long flushed;

  AsyncAppender(LogRegion region, long position) {
    this.region = region;
    this.mapping = region.medium().mapShared(Geometry.LOG_OFFSET, region.size());
    this.end = position;
    this.flushed = position;
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
    prepareAhead(before - flushed);
    flushed = before;
    return before;
  }

  /**
   * Takes the page faults for the commits that come: after a sync each page is write-protected, and
   * a commit would wait for the kernel under the commit lock. As much as came since the last sync
   * is likely to come until the next; what does not come is written once for nothing.
   */
  private void prepareAhead(long bytes) {
    long from = end % region.size() & -Geometry.PAGE_SIZE;
    long length = Math.min(bytes, AHEAD_BYTES_MAX) + Geometry.PAGE_SIZE & -Geometry.PAGE_SIZE;
    long first = Math.min(length, region.size() - from);
    mapping.prepareForStores(from, first);
    if (first < length) {
      mapping.prepareForStores(0, Math.min(length - first, from));
    }
  }

  @Override
  public void close() {
    mapping.close();
  }
}
