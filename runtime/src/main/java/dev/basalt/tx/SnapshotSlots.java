package dev.basalt.tx;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * A register of numbers, each of which is added and taken away by a thread without meeting others:
 * segments with a fixed number of slots; more are linked on when all are in use. Who looks at all
 * of them looks at as many as threads have ever used at once. A slot holds the number of a
 * snapshot, or of the commit that the slot's user is putting in place.
 */
final class SnapshotSlots {
  static final int PER_SEGMENT = 64;

  /**
   * Longs between slots, and in front of the first, so that none shares a cache line, or a pair of
   * them, with another or with the array's length, which everybody reads.
   */
  private static final int STRIDE = 16;

  private static final long FREE = -1;

  /** A slot of a commit holds this minus the commit's number. */
  private static final long COMMITS = -2;

  /** Threads that meet in a slot spread over so many. */
  private static final int WIDTH_OF_THREADS =
      Math.min(PER_SEGMENT, 4 * Runtime.getRuntime().availableProcessors());

  private final Segment first = new Segment();

  private static final class Segment {
    final AtomicLongArray slots = new AtomicLongArray((PER_SEGMENT + 1) * STRIDE);

    /** No slot from here on has ever been used; a power of two. Who looks, looks at the others. */
    final AtomicInteger width = new AtomicInteger(1);

    volatile @Nullable Segment next;

    Segment() {
      for (int i = 0; i < PER_SEGMENT; i++) {
        slots.setPlain(index(i), FREE);
      }
    }

    /** Makes the others look at a slot, before it is used. */
    void use(int slot) {
      if (slot >= width.get()) {
        int _ = width.accumulateAndGet(Integer.highestOneBit(slot) * 2, Math::max);
      }
    }

    synchronized Segment next() {
      Segment following = next;
      if (following == null) {
        following = new Segment();
        next = following;
      }
      return following;
    }
  }

  /** A slot that holds a number. Used by one thread at a time. */
  static final class Slot {
    private final Segment segment;
    private final int index;
    private long number;

    private Slot(Segment segment, int index, long number) {
      this.segment = segment;
      this.index = index;
      this.number = number;
    }

    long number() {
      return number;
    }

    /** What the thread reads afterwards is read after that. */
    void setVolatile(long newNumber) {
      number = newNumber;
      segment.slots.set(index, newNumber);
    }

    void setRelease(long newNumber) {
      number = newNumber;
      segment.slots.setRelease(index, newNumber);
    }

    /** From now on the slot is that of a commit. */
    void setCommitRelease(long commit) {
      segment.slots.setRelease(index, COMMITS - commit);
    }

    void freeRelease() {
      segment.slots.setRelease(index, FREE);
    }
  }

  private static int index(int slot) {
    return (slot + 1) * STRIDE;
  }

  /**
   * Takes a slot.
   *
   * @param number what it is to hold
   */
  Slot take(long number) {
    long thread = Thread.currentThread().threadId();
    for (Segment segment = first; ; segment = segment.next()) {
      int width = segment.width.get();
      int probe = (int) thread & (width - 1);
      for (int i = 0; i < PER_SEGMENT; i++) {
        int slot = (probe + i) % PER_SEGMENT;
        segment.use(i > 0 && width < WIDTH_OF_THREADS ? Math.max(slot, width) : slot);
        int index = index(slot);
        if (segment.slots.getPlain(index) == FREE
            && segment.slots.compareAndSet(index, FREE, number)) {
          return new Slot(segment, index, number);
        }
      }
    }
  }

  /** Takes a number. */
  interface Visitor {
    void visit(long number);
  }

  /** Shows the numbers of the snapshots. */
  void forEach(Visitor visitor) {
    for (Segment segment = first; segment != null; segment = segment.next) {
      int width = segment.width.get();
      for (int i = 0; i < width; i++) {
        long number = segment.slots.get(index(i));
        if (number >= 0) {
          visitor.visit(number);
        }
      }
    }
  }

  /** Whether a commit up to a number is being put in place. */
  boolean hasCommit(long upTo) {
    for (Segment segment = first; segment != null; segment = segment.next) {
      int width = segment.width.get();
      for (int i = 0; i < width; i++) {
        long number = segment.slots.get(index(i));
        if (number <= COMMITS && COMMITS - number <= upTo) {
          return true;
        }
      }
    }
    return false;
  }
}
