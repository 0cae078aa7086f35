package dev.basalt.memory;

import dev.basalt.format.TablePartFormat;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The free runs of pages. Lengths fall into bins, exact up to 15 pages and eight to a doubling
 * above; a bitmap finds the next bin that has a run, so taking and adding take constant time. This
 * is the scheme of TLSF (Masmano et al., "TLSF: a new dynamic memory allocator for real-time
 * systems"), with hash tables in place of boundary tags: a free page's own bytes are not touched.
 * Memory grows with the number of runs, but for a bit per page. Guarded by {@link ChunkSpace}'s
 * lock.
 *
 * <p>Small objects need whole chunks, large ones take pages; so what is left at the ends of a run
 * is used up by large objects first, and chunks are broken only when nothing else fits.
 *
 * <p>Invariants:
 *
 * <ol>
 *   <li>No two runs touch: neighbours are joined when the second one is added.
 *   <li>Every run is in the bin of its length, in {@link #byFirst} and in {@link #byEnd}; the bits
 *       of its pages, and no others, are set in {@link #pages}.
 *   <li>{@link #count} is the number of free pages, {@link #wholeChunks} that of chunks all of
 *       whose pages are free.
 * </ol>
 */
final class FreeRuns {
  /** The pages of a chunk. */
  static final int CHUNK = TablePartFormat.PAGES_PER_CHUNK;

  private static final int STEP_BITS = 3;
  private static final int STEPS = 1 << STEP_BITS;
  private static final int BINS = (Integer.SIZE - STEP_BITS) * STEPS;

  /** How many runs of a bin are tried before a larger bin is. */
  private static final int TRIES = 16;

  private final @Nullable Run[] bins = new Run[BINS];
  private final BitSet binsInUse = new BitSet(BINS);
  private final Map<Integer, Run> byFirst = new HashMap<>();
  private final Map<Integer, Run> byEnd = new HashMap<>();
  private final BitSet pages = new BitSet();
  private int count;
  private int wholeChunks;

  /** A free run, in the list of its bin. */
  private static final class Run {
    final int first;
    final int length;
    @Nullable Run previous;
    @Nullable Run next;

    Run(int first, int length) {
      this.first = first;
      this.length = length;
    }

    int end() {
      return first + length;
    }

    int firstChunkPage() {
      return (first + CHUNK - 1) / CHUNK * CHUNK;
    }
  }

  /** What is wanted of a run. */
  private record Wish(int length, boolean aligned, int chunksToSpare) {
    boolean isMetBy(Run run) {
      return aligned
          ? run.firstChunkPage() + length <= run.end() && length / CHUNK <= chunksToSpare
          : length <= run.length && broken(run) <= chunksToSpare;
    }

    /** The free chunks that there are fewer of if the run's first pages are taken. */
    private int broken(Run run) {
      return wholeChunks(run.first, run.end()) - wholeChunks(run.first + length, run.end());
    }
  }

  /** Takes a run. */
  interface Visitor {
    void visit(int first, int length);
  }

  static int binOf(int length) {
    if (length < STEPS) {
      return length;
    }
    int exponent = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(length);
    int step = (length >>> (exponent - STEP_BITS)) & (STEPS - 1);
    return (exponent - STEP_BITS + 1) * STEPS + step;
  }

  private static int wholeChunks(int first, int end) {
    return Math.max(0, end / CHUNK - (first + CHUNK - 1) / CHUNK);
  }

  /** Adds pages that are free now, joined with free neighbours. */
  void add(int first, int length) {
    int known = pages.nextSetBit(first);
    if (known >= 0 && known < first + length) {
      throw new IllegalStateException(
          "of the pages [%d, %d) some are free already".formatted(first, first + length));
    }
    pages.set(first, first + length);
    count += length;
    int from = first;
    int end = first + length;
    Run below = byEnd.get(first);
    if (below != null) {
      unlink(below);
      from = below.first;
    }
    Run above = byFirst.get(end);
    if (above != null) {
      unlink(above);
      end = above.end();
    }
    link(new Run(from, end - from));
  }

  /**
   * Takes pages in a row.
   *
   * @param chunksKept so many whole chunks must stay free
   * @return the first, or -1 if no run is long enough
   */
  int takePages(int length, int chunksKept) {
    Run run = find(new Wish(length, false, wholeChunks - chunksKept));
    if (run == null) {
      return -1;
    }
    cut(run, run.first, length);
    return run.first;
  }

  /**
   * Takes whole chunks in a row.
   *
   * @param chunksKept so many others must stay free
   * @return the first page, or -1 if no run has them
   */
  int takeChunks(int chunks, int chunksKept) {
    Run run = find(new Wish(chunks * CHUNK, true, wholeChunks - chunksKept));
    if (run == null) {
      return -1;
    }
    cut(run, run.firstChunkPage(), chunks * CHUNK);
    return run.firstChunkPage();
  }

  /** The shortest of the runs that are tried; all are tried before the answer is none. */
  private @Nullable Run find(Wish wish) {
    if (wish.chunksToSpare < 0) {
      return null;
    }
    Run run = find(wish, TRIES);
    return run != null ? run : find(wish, Integer.MAX_VALUE);
  }

  private @Nullable Run find(Wish wish, int tries) {
    for (int bin = binsInUse.nextSetBit(binOf(wish.length));
        bin >= 0;
        bin = binsInUse.nextSetBit(bin + 1)) {
      Run run = bins[bin];
      for (int i = 0; run != null && i < tries; i++) {
        if (wish.isMetBy(run)) {
          return run;
        }
        run = run.next;
      }
    }
    return null;
  }

  /** Takes these pages, which are free. */
  void takeAt(int first, int length) {
    Run run = byFirst.get(pages.previousClearBit(first) + 1);
    if (run == null || run.end() < first + length) {
      throw new IllegalStateException(
          "the pages [%d, %d) are not all free".formatted(first, first + length));
    }
    cut(run, first, length);
  }

  private void cut(Run run, int first, int length) {
    unlink(run);
    pages.clear(first, first + length);
    count -= length;
    if (run.first < first) {
      link(new Run(run.first, first - run.first));
    }
    if (first + length < run.end()) {
      link(new Run(first + length, run.end() - first - length));
    }
  }

  private void link(Run run) {
    int bin = binOf(run.length);
    Run head = bins[bin];
    run.next = head;
    if (head != null) {
      head.previous = run;
    }
    bins[bin] = run;
    binsInUse.set(bin);
    byFirst.put(run.first, run);
    byEnd.put(run.end(), run);
    wholeChunks += wholeChunks(run.first, run.end());
  }

  private void unlink(Run run) {
    int bin = binOf(run.length);
    if (run.previous != null) {
      run.previous.next = run.next;
    } else {
      bins[bin] = run.next;
      if (run.next == null) {
        binsInUse.clear(bin);
      }
    }
    if (run.next != null) {
      run.next.previous = run.previous;
    }
    byFirst.remove(run.first);
    byEnd.remove(run.end());
    wholeChunks -= wholeChunks(run.first, run.end());
  }

  /** The number of free pages. */
  int count() {
    return count;
  }

  /** The number of chunks that are free as a whole. */
  int wholeChunks() {
    return wholeChunks;
  }

  /** Whether a chunk is free as a whole. */
  boolean isFreeChunk(int chunk) {
    return pages.nextClearBit(chunk * CHUNK) >= (chunk + 1) * CHUNK;
  }

  /** The length of the run that ends before a page. */
  int lengthBefore(int end) {
    Run run = byEnd.get(end);
    return run == null ? 0 : run.length;
  }

  /** The length of the longest run. */
  int longest() {
    int longest = 0;
    int bin = binsInUse.length() - 1;
    for (Run run = bin < 0 ? null : bins[bin]; run != null; run = run.next) {
      longest = Math.max(longest, run.length);
    }
    return longest;
  }

  /** Visits every run in ascending order. */
  void forEach(Visitor visitor) {
    int[] firsts = byFirst.keySet().stream().mapToInt(Integer::intValue).toArray();
    Arrays.sort(firsts);
    for (int first : firsts) {
      Run run = byFirst.get(first);
      if (run != null) {
        visitor.visit(run.first, run.length);
      }
    }
  }
}
