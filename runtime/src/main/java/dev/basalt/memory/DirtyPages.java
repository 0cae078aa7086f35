package dev.basalt.memory;

import dev.basalt.format.Geometry;
import java.util.Arrays;
import java.util.BitSet;

/** The pages that differ from their home: one bit each. Guarded by the pool's commit lock. */
public final class DirtyPages {
  private BitSet pages = new BitSet();
  private int count;

  DirtyPages() {}

  void mark(long offset, long length) {
    int first = (int) (offset / Geometry.PAGE_SIZE);
    int last = (int) ((offset + length - 1) / Geometry.PAGE_SIZE);
    for (int page = first; page <= last; page++) {
      if (!pages.get(page)) {
        pages.set(page);
        count++;
      }
    }
  }

  /**
   * How many pages are marked.
   *
   * @return the number
   */
  public int count() {
    return count;
  }

  /**
   * Takes all marks away and returns them.
   *
   * @return the page numbers in ascending order
   */
  public int[] take() {
    int[] taken = new int[count];
    int n = 0;
    for (int page = pages.nextSetBit(0); page >= 0; page = pages.nextSetBit(page + 1)) {
      taken[n++] = page;
    }
    pages = new BitSet(pages.length());
    count = 0;
    return Arrays.copyOf(taken, n);
  }
}
