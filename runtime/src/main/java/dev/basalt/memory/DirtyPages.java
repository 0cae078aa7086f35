package dev.basalt.memory;

import dev.basalt.format.Geometry;
import java.util.Arrays;
import java.util.BitSet;

/**
 * The pages that differ from their home, and those that have a private copy in memory because they
 * were stored into: one bit each. Thread-safe, but marks are taken and private copies dropped while
 * no commit is being put in place.
 */
public final class DirtyPages {
  /** A power of two. */
  private static final int RECENT = 256;

  private static final int NONE = -1;

  private BitSet pages = new BitSet();

  /**
   * Pages that are marked, each at its number modulo the length: most stores are into one of these.
   * Written under the monitor; read without, because marks go only where the reader cannot be:
   * while no commit is being put in place, or in space that nobody stores into.
   */
  private final int[] recent = new int[RECENT];

  private final BitSet copied = new BitSet();

  /** Written under the monitor, read by every commit without. */
  private volatile int count;

  private volatile int copiedCount;

  DirtyPages() {
    Arrays.fill(recent, NONE);
  }

  void mark(long offset, long length) {
    int first = (int) (offset / Geometry.PAGE_SIZE);
    int last = (int) ((offset + length - 1) / Geometry.PAGE_SIZE);
    if (first != last || recent[first & (RECENT - 1)] != first) {
      markAll(first, last);
    }
  }

  private synchronized void markAll(int first, int last) {
    for (int page = first; page <= last; page++) {
      if (!pages.get(page)) {
        pages.set(page);
        count++;
        if (!copied.get(page)) {
          copied.set(page);
          copiedCount++;
        }
      }
      recent[page & (RECENT - 1)] = page;
    }
  }

  /** A page is about to be stored into that the caller will see home: it gets no mark. */
  synchronized void copied(long offset) {
    int page = (int) (offset / Geometry.PAGE_SIZE);
    if (!copied.get(page)) {
      copied.set(page);
      copiedCount++;
    }
  }

  synchronized boolean isMarked(int page) {
    return pages.get(page);
  }

  /**
   * Takes away the marks of pages that lie wholly in a range of free space.
   *
   * @param offset where the range starts
   * @param length its length in bytes
   */
  public synchronized void forget(long offset, long length) {
    int from = (int) ((offset + Geometry.PAGE_SIZE - 1) / Geometry.PAGE_SIZE);
    int to = (int) ((offset + length) / Geometry.PAGE_SIZE);
    if (from < to) {
      pages.clear(from, to);
      Arrays.fill(recent, NONE);
      count = pages.cardinality();
    }
  }

  /**
   * How many pages have a private copy.
   *
   * @return the number
   */
  public int copiedCount() {
    return copiedCount;
  }

  /** Takes a run of pages. */
  interface RunVisitor {
    void visit(int firstPage, int count);
  }

  /**
   * Forgets the private copies of pages that are at home, and lets the visitor drop them; no page
   * is marked meanwhile.
   *
   * @param from the first page to look at
   * @param limit how many pages to look at
   * @return the page to go on from, or -1 if there are no more
   */
  synchronized int dropCopies(int from, int limit, RunVisitor drop) {
    int end = (int) Math.min((long) from + limit, copied.length());
    int page = copied.nextSetBit(from);
    while (page >= 0 && page < end) {
      int stop = page;
      while (stop < end && copied.get(stop) && !pages.get(stop)) {
        stop++;
      }
      if (stop > page) {
        copied.clear(page, stop);
        copiedCount -= stop - page;
        drop.visit(page, stop - page);
      }
      page = copied.nextSetBit(Math.max(stop, page + 1));
    }
    return page;
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
  public synchronized int[] take() {
    int[] taken = pages.stream().toArray();
    pages = new BitSet(pages.length());
    Arrays.fill(recent, NONE);
    count = 0;
    return taken;
  }
}
