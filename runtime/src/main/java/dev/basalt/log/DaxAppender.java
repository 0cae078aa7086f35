package dev.basalt.log;

import dev.basalt.format.Geometry;
import dev.basalt.medium.Mapping;
import dev.basalt.medium.Medium;
import java.lang.foreign.MemorySegment;

/**
 * Stores records into persistent memory and writes their cache lines back at once, with one fence
 * for each record; only the one that goes over the end of the region has two.
 */
final class DaxAppender implements Appender {
  private final Medium medium;
  private final long size;
  private final Mapping mapping;

  DaxAppender(LogRegion region) {
    this.medium = region.medium();
    this.size = region.size();
    this.mapping = medium.mapSynchronous(Geometry.LOG_OFFSET, size);
  }

  @Override
  public boolean append(long position, MemorySegment record) {
    long inRegion = position % size;
    long first = Math.min(record.byteSize(), size - inRegion);
    mapping.copyIn(inRegion, record, 0, first);
    medium.force(Geometry.LOG_OFFSET + inRegion, first);
    if (first < record.byteSize()) {
      mapping.copyIn(0, record, first, record.byteSize() - first);
      medium.force(Geometry.LOG_OFFSET, record.byteSize() - first);
    }
    return true;
  }

  @Override
  public long flush(long end) {
    return end; // what was appended is durable
  }

  @Override
  public void close() {
    mapping.close();
  }
}
