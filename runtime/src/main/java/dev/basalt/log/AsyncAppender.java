package dev.basalt.log;

import dev.basalt.format.Geometry;
import dev.basalt.medium.Mapping;
import java.lang.foreign.Arena;
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

  /** The end at the last flush; used by the one thread that flushes. */
  private long flushed;

  /** The end of what was prepared then. */
  private long prepared;

  /** Takes what {@link #prepare} reads, which nobody needs. */
  private final MemorySegment word = Arena.ofAuto().allocate(Long.BYTES);

  AsyncAppender(LogRegion region, long position) {
    this.region = region;
    this.mapping = region.medium().mapShared(Geometry.LOG_OFFSET, region.size());
    this.flushed = position;
    this.prepared = position;
    mapping.loadSinglePages();
    forPages(position, Math.min(AHEAD_BYTES_MAX, region.size()), mapping::readAhead);
  }

  @Override
  public boolean append(long position, MemorySegment record) {
    long inRegion = position % region.size();
    long first = Math.min(record.byteSize(), region.size() - inRegion);
    mapping.copyIn(inRegion, record, 0, first);
    if (first < record.byteSize()) {
      mapping.copyIn(0, record, first, record.byteSize() - first);
    }
    return false;
  }

  /**
   * The kernel write-protects each page that it writes, and stops all CPUs for each; unless the
   * page is out of the page table, which takes one stop for many. So what may be in it is taken out
   * before, what was prepared and not used too. Afterwards the pages to come are made ready,
   * because a commit that meets a page fault waits for the kernel under the commit lock.
   */
  @Override
  public long flush(long end) {
    long bytes = Math.min(end - flushed, region.size() / 2);
    forPages(end - bytes, bytes + Math.max(prepared - end, 0), mapping::unload);
    region.medium().sync();
    // As much as came since the last sync is likely to come until the next.
    long ahead = Math.min(bytes, AHEAD_BYTES_MAX);
    forPages(end, ahead, mapping::readAhead);
    forPages(end, ahead, this::prepare);
    flushed = end;
    prepared = end + ahead;
    return end;
  }

  /**
   * A virtual machine whose host keeps page tables of its own meets a fault of the host, some
   * microseconds long, where a page is touched for the first time: so that is done here, too.
   */
  private void prepare(long offset, long length) {
    if (mapping.prepareForStores(offset, length)) {
      for (long page = offset; page < offset + length; page += Geometry.PAGE_SIZE) {
        mapping.copyOut(page, word);
      }
    }
  }

  /** What can be done to a run of pages of the region. */
  private interface PagesAction {
    void run(long offset, long length);
  }

  /** Does something to the pages that hold a part of the ring. */
  private void forPages(long position, long bytes, PagesAction action) {
    long from = position % region.size() & -Geometry.PAGE_SIZE;
    long to = (position % region.size() + bytes + Geometry.PAGE_SIZE - 1) & -Geometry.PAGE_SIZE;
    if (from < to) {
      action.run(from, Math.min(to, region.size()) - from);
    }
    if (to > region.size()) {
      action.run(0, to - region.size());
    }
  }

  @Override
  public void close() {
    mapping.close();
  }
}
