package dev.basalt.crash;

import dev.basalt.error.MediaErrorException;
import dev.basalt.medium.BrokenPage;
import dev.basalt.medium.FileMedium;
import dev.basalt.medium.Mapping;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;

/**
 * A medium with pages that cannot be read: a call fails, an access to mapped memory faults. Writing
 * a page makes it whole, as a disk does that has spare sectors.
 */
final class BrokenMedium extends PlantedMedium {
  private static final long PAGE = 4096;

  private final TreeSet<Long> broken = new TreeSet<>();
  private Mapping heap;

  BrokenMedium(Path file) {
    super(FileMedium.open(file, false));
  }

  /** The page cannot be read from now on; it is not in memory. */
  synchronized void breakPage(long pageOffset) {
    broken.add(pageOffset);
    if (heap != null) {
      BrokenPage.inPlaceOf(heap, pageOffset);
    }
  }

  @Override
  public synchronized Mapping mapPrivate(long lengthBytes) {
    heap = super.mapPrivate(lengthBytes);
    broken.forEach(page -> BrokenPage.inPlaceOf(heap, page));
    return heap;
  }

  @Override
  public synchronized Mapping mapShared(long offset, long lengthBytes) {
    Mapping mapping = super.mapShared(offset, lengthBytes);
    if (offset == 0) { // the heap of a pool on persistent memory
      heap = mapping;
      broken.forEach(page -> BrokenPage.inPlaceOf(heap, page));
    }
    return mapping;
  }

  @Override
  public synchronized void read(long offset, MemorySegment segment) {
    Long page = broken.ceiling(offset / PAGE * PAGE);
    if (page != null && page < offset + segment.byteSize()) {
      throw new MediaErrorException("on purpose: Input/output error", page, PAGE, null);
    }
    super.read(offset, segment);
  }

  @Override
  public synchronized void write(long offset, MemorySegment source) {
    super.write(offset, source);
    for (long page : List.copyOf(broken)) {
      if (page >= offset && page + PAGE <= offset + source.byteSize()) {
        broken.remove(page);
        heap.reload(page, PAGE);
      }
    }
  }
}
