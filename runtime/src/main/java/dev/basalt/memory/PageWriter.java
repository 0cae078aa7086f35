package dev.basalt.memory;

import dev.basalt.format.Geometry;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.IntConsumer;

/** Writes pages of the heap to their home on the medium. */
public final class PageWriter {
  private static final int BATCH_PAGES = 256;

  private PageWriter() {}

  /**
   * Copies pages out of memory in batches and writes each batch, neighbours in one call. Not
   * durable before the medium's next sync.
   *
   * @param heap the heap
   * @param pages page numbers in ascending order
   * @param beforeBatch runs after a batch was copied and before it is written: makes the log
   *     durable that the copy may depend on; takes the number of pages written so far
   */
  public static void writeHome(Heap heap, int[] pages, IntConsumer beforeBatch) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment batch =
          arena.allocate((long) BATCH_PAGES * Geometry.PAGE_SIZE, Geometry.PAGE_SIZE);
      for (int from = 0; from < pages.length; from += BATCH_PAGES) {
        int count = Math.min(BATCH_PAGES, pages.length - from);
        for (int i = 0; i < count; i++) {
          heap.copyOut(Heap.pageOffset(pages[from + i]), slice(batch, i, 1));
        }
        beforeBatch.accept(from);
        write(heap, pages, from, count, batch);
      }
    }
  }

  private static void write(Heap heap, int[] pages, int from, int count, MemorySegment batch) {
    int i = 0;
    while (i < count) {
      int run = 1;
      while (i + run < count && pages[from + i + run] == pages[from + i] + run) {
        run++;
      }
      heap.medium().write(Heap.pageOffset(pages[from + i]), slice(batch, i, run));
      i += run;
    }
  }

  private static MemorySegment slice(MemorySegment batch, int page, int count) {
    return batch.asSlice((long) page * Geometry.PAGE_SIZE, (long) count * Geometry.PAGE_SIZE);
  }
}
