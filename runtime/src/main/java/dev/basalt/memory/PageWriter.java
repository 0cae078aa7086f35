package dev.basalt.memory;

import dev.basalt.format.Geometry;
import dev.basalt.format.PageSumFormat;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.IntConsumer;

/**
 * Writes pages of the heap to their home on the medium, and then the pages that hold their sums. A
 * sum is that of the copy that is written: the page in memory may have changed since. Where memory
 * is the medium itself, only sums are missing.
 */
public final class PageWriter {
  private static final int BATCH_PAGES = 256;

  private final Heap heap;
  private final HomeSums sums;
  private final IntConsumer beforeBatch;
  private final MemorySegment batch;

  /** The pages that hold sums, which come last. */
  private final BitSet sumPages = new BitSet();

  private PageWriter(Heap heap, IntConsumer beforeBatch, Arena arena) {
    this.heap = heap;
    this.sums = heap.homeSums();
    this.beforeBatch = beforeBatch;
    this.batch = arena.allocate((long) BATCH_PAGES * Geometry.PAGE_SIZE, Geometry.PAGE_SIZE);
  }

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
    if (heap.isShared()) {
      sumInPlace(heap, pages, beforeBatch);
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      new PageWriter(heap, beforeBatch, arena).write(pages);
    }
  }

  /** What is stored into a page meanwhile will be summed by the next checkpoint. */
  private static void sumInPlace(Heap heap, int[] pages, IntConsumer beforeBatch) {
    HomeSums sums = heap.homeSums();
    BitSet sumPages = new BitSet();
    for (int i = 0; i < pages.length; i++) {
      if (i % BATCH_PAGES == 0) {
        beforeBatch.accept(i);
      }
      sums.renew(pages[i], sumPages);
    }
    sumPages.stream().forEach(sums::rewriteIfLost);
  }

  private void write(int[] pages) {
    int[] content = Arrays.stream(pages).filter(page -> !sums.isSumPage(page)).toArray();
    Arrays.stream(pages).filter(sums::isSumPage).forEach(sumPages::set);
    writeAll(content, 0);
    sumPages.stream().forEach(sums::complete);
    writeAll(sumPages.stream().toArray(), content.length);
  }

  private void writeAll(int[] pages, int writtenBefore) {
    for (int from = 0; from < pages.length; from += BATCH_PAGES) {
      int count = Math.min(BATCH_PAGES, pages.length - from);
      for (int i = 0; i < count; i++) {
        heap.copyOut(Heap.pageOffset(pages[from + i]), slice(i, 1));
      }
      beforeBatch.accept(writtenBefore + from);
      writeBatch(pages, from, count);
      putSums(pages, from, count);
    }
  }

  private void writeBatch(int[] pages, int from, int count) {
    int i = 0;
    while (i < count) {
      int run = 1;
      while (i + run < count && pages[from + i + run] == pages[from + i] + run) {
        run++;
      }
      heap.medium().write(Heap.pageOffset(pages[from + i]), slice(i, run));
      sums.areWritten(pages[from + i], run);
      i += run;
    }
  }

  private void putSums(int[] pages, int from, int count) {
    for (int i = 0; i < count; i++) {
      if (sums.isSummed(pages[from + i])) {
        int sum = PageSumFormat.of(slice(i, 1).asByteBuffer());
        sumPages.set(sums.put(pages[from + i], sum));
      }
    }
  }

  private MemorySegment slice(int page, int count) {
    return batch.asSlice((long) page * Geometry.PAGE_SIZE, (long) count * Geometry.PAGE_SIZE);
  }
}
