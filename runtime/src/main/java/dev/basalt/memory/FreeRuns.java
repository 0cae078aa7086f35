package dev.basalt.memory;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The free runs of chunks. Lengths fall into bins, exact up to 15 chunks and eight to a doubling
 * above; a bitmap finds the next bin that has a run, so taking and adding take constant time. This
 * is the scheme of TLSF (Masmano et al., "TLSF: a new dynamic memory allocator for real-time
 * systems"), with hash tables in place of boundary tags: a free chunk's own bytes are not touched.
 * Memory grows with the number of runs, not of chunks. Guarded by {@link ChunkSpace}'s lock.
 *
 * <p>Invariants:
 *
 * <ol>
 *   <li>No two runs touch: neighbours are joined when the second one is added.
 *   <li>Every run is in the bin of its length, in {@link #byFirst} and in {@link #byEnd}; the bits
 *       of its chunks, and no others, are set in {@link #chunks}.
 * </ol>
 */
final class FreeRuns {
  private static final int STEP_BITS = 3;
  private static final int STEPS = 1 << STEP_BITS;
  private static final int BINS = (Integer.SIZE - STEP_BITS) * STEPS;

  /** How many runs of the length's own bin are tried before a larger bin is. */
  private static final int TRIES = 16;

  private final @Nullable Run[] bins = new Run[BINS];
  private final BitSet binsInUse = new BitSet(BINS);
  private final Map<Integer, Run> byFirst = new HashMap<>();
  private final Map<Integer, Run> byEnd = new HashMap<>();
  private final BitSet chunks = new BitSet();
  private int count;

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

  /** Adds chunks that are free now, joined with free neighbours. */
  void add(int first, int length) {
    if (chunks.nextSetBit(first) >= 0 && chunks.nextSetBit(first) < first + length) {
      throw new IllegalStateException(
          "of the chunks [%d, %d) some are free already".formatted(first, first + length));
    }
    chunks.set(first, first + length);
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

  /** Takes chunks in a row; returns the first, or -1 if no run is long enough. */
  int take(int length) {
    int bin = binOf(length);
    Run run = fitting(bin, length, TRIES);
    if (run == null) {
      run = firstAbove(bin);
    }
    if (run == null) {
      run = fitting(bin, length, Integer.MAX_VALUE);
    }
    if (run == null) {
      return -1;
    }
    cut(run, run.first, length);
    return run.first;
  }

  private @Nullable Run fitting(int bin, int length, int tries) {
    Run run = bins[bin];
    for (int i = 0; run != null && i < tries; i++) {
      if (run.length >= length) {
        return run;
      }
      run = run.next;
    }
    return null;
  }

  /** Every run of a higher bin is longer than every length of this one. */
  private @Nullable Run firstAbove(int bin) {
    int next = binsInUse.nextSetBit(bin + 1);
    return next < 0 ? null : bins[next];
  }

  /** Takes these chunks, which are free. */
  void takeAt(int first, int length) {
    Run run = byFirst.get(chunks.previousClearBit(first) + 1);
    if (run == null || run.end() < first + length) {
      throw new IllegalStateException(
          "the chunks [%d, %d) are not all free".formatted(first, first + length));
    }
    cut(run, first, length);
  }

  private void cut(Run run, int first, int length) {
    unlink(run);
    chunks.clear(first, first + length);
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
  }

  /** The number of free chunks. */
  int count() {
    return count;
  }

  /** The length of the run that ends before a chunk. */
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
