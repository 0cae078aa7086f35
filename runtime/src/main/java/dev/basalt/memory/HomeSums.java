package dev.basalt.memory;

import dev.basalt.format.Geometry;
import dev.basalt.format.PageSumFormat;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;

/**
 * Keeps the sums of pages in step with what is written home. Used by the checkpoint and by
 * recovery, of which one runs at a time.
 */
final class HomeSums {
  private final Heap heap;
  private final PageSums sums;

  HomeSums(Heap heap, PageSums sums) {
    this.heap = heap;
    this.sums = sums;
  }

  /** See {@link Heap#withoutLost}. */
  int[] withoutLost(int[] pages) {
    BitSet kept = new BitSet();
    for (int page : pages) {
      if (sums.isLost(page)) {
        kept.set(put(page, sums.lostSum(page)));
      } else {
        kept.set(page);
      }
    }
    return kept.stream().toArray();
  }

  /**
   * Makes the sum of a page that has changed at home that of what is there now. If the medium has
   * lost it, it is bad, and has the sum of no state: that of an earlier one would let it be
   * repaired by that.
   *
   * @param sumPages gets the page that holds the sum
   */
  void renew(int page, BitSet sumPages) {
    if (sums.isSumPage(page)) {
      return;
    }
    int sum = sums.sumOfChanged(page);
    if (sum == PageSumFormat.NONE) {
      sumPages.set(put(page, sums.lostSum(page)));
    } else if (sums.isSummed(page)) {
      sumPages.set(put(page, sum));
    }
  }

  /** Called before a page of sums is written home. */
  void complete(int sumPage) {
    if (sums.isUnreadable(sumPage)) {
      sums.completeSums(sumPage);
    }
  }

  /**
   * Writes a page of sums that was lost, and has memory in its place. Called by the checkpoint, if
   * this is the medium itself; nobody else stores into such a page.
   */
  void rewriteIfLost(int sumPage) {
    if (sums.isUnreadable(sumPage)) {
      sums.completeSums(sumPage);
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment copy = arena.allocate(Geometry.PAGE_SIZE, Long.BYTES);
        heap.memory().copyOut(Heap.pageOffset(sumPage), copy);
        heap.medium().write(Heap.pageOffset(sumPage), copy);
      }
      sums.reload(sumPage);
    }
  }

  /** Whether a page has a sum that must follow its content. */
  boolean isSummed(int page) {
    return sums.isSummed(page);
  }

  boolean isSumPage(int page) {
    return sums.isSumPage(page);
  }

  /**
   * Stores the sum of what was written home of a page; the caller sees to it that it comes home
   * too. Called by the checkpoint only.
   *
   * @return the page that holds the sum
   */
  int put(int page, int sum) {
    long at = sums.sumOffset(page);
    heap.dirty().copied(at);
    heap.announce(at, Integer.BYTES);
    heap.memory().putInt(at, sum);
    return (int) (at / Geometry.PAGE_SIZE);
  }

  /** Pages were written home as they are in memory. */
  void areWritten(int firstPage, int count) {
    if (sums.hasUnreadable(Heap.pageOffset(firstPage), Heap.pageOffset(count))) {
      for (int page = firstPage; page < firstPage + count; page++) {
        sums.isWritten(page);
      }
    }
  }
}
