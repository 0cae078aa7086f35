package dev.basalt.log;

import dev.basalt.format.Geometry;
import dev.basalt.format.Superblock;
import dev.basalt.medium.Medium;
import java.lang.foreign.MemorySegment;

/**
 * The log's bytes on the medium, as a ring. A position counts bytes since the pool was created and
 * never wraps; where it lies in the region is its remainder.
 */
public final class LogRegion {
  private final Medium medium;
  private final long size;

  /**
   * Creates the view of a pool's log.
   *
   * @param medium the pool's medium
   * @param superblock tells the region's size
   */
  public LogRegion(Medium medium, Superblock superblock) {
    this.medium = medium;
    this.size = superblock.logSize();
  }

  /**
   * The bytes of the region.
   *
   * @return its size
   */
  public long size() {
    return size;
  }

  Medium medium() {
    return medium;
  }

  void read(long position, MemorySegment target) {
    long inRegion = position % size;
    long first = Math.min(target.byteSize(), size - inRegion);
    medium.read(Geometry.LOG_OFFSET + inRegion, target.asSlice(0, first));
    if (first < target.byteSize()) {
      medium.read(Geometry.LOG_OFFSET, target.asSlice(first));
    }
  }

  void write(long position, MemorySegment source) {
    long inRegion = position % size;
    long first = Math.min(source.byteSize(), size - inRegion);
    medium.write(Geometry.LOG_OFFSET + inRegion, source.asSlice(0, first));
    if (first < source.byteSize()) {
      medium.write(Geometry.LOG_OFFSET, source.asSlice(first));
    }
  }
}
