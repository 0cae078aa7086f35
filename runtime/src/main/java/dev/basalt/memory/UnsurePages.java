package dev.basalt.memory;

import java.util.BitSet;

/**
 * The free pages that may be holes in the medium, or unreadable: those of chunks that were given
 * back to the file system, and those that were free when the pool was opened, because what a sparse
 * copy or an earlier session has left without space cannot be told. Guarded by {@link ChunkSpace}'s
 * lock.
 */
final class UnsurePages {
  private final int pagesAtOpening;
  private final BitSet pages = new BitSet();
  private int count;

  UnsurePages(int chunksAtOpening) {
    this.pagesAtOpening = chunksAtOpening * FreeRuns.CHUNK;
  }

  /** Takes note of free pages that are met for the first time. */
  void foundAtOpening(int first, int length) {
    if (first < pagesAtOpening) {
      set(first, Math.min(length, pagesAtOpening - first));
    }
  }

  void set(int first, int length) {
    change(first, first + length, true);
  }

  void clear(int first, int length) {
    change(first, first + length, false);
  }

  private void change(int from, int to, boolean isUnsure) {
    count -= pages.get(from, to).cardinality();
    pages.set(from, to, isUnsure);
    count += isUnsure ? to - from : 0;
  }

  boolean hasAny(int first, int length) {
    int page = pages.nextSetBit(first);
    return page >= 0 && page < first + length;
  }

  int count() {
    return count;
  }
}
