package dev.basalt.tx;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The pool's clock and the register of the snapshots in use.
 *
 * <p>Protocol between a reader that registers and a writer that commits:
 *
 * <pre>
 * reader                              writer (under the commit lock)
 * c = published                       pending = c + 1
 * slot = c                            oldest = least slot       (decides on before-images)
 * pending == c ? done : try again     copy into place
 *                                     published = c + 1
 * </pre>
 *
 * <p>All four words are volatile, so either the writer sees the slot, or the reader sees that a
 * commit is in progress which may not have kept what the snapshot needs, and tries again. The wait
 * is for the copy into place only, never for a disk.
 */
public final class Snapshots {
  /** No snapshot is registered. */
  public static final long NONE = Long.MAX_VALUE;

  private static final int SLOTS_PER_SEGMENT = 64;

  /** Longs between slots, so that each has a cache line for itself. */
  private static final int STRIDE = 8;

  private static final long FREE = -1;

  private static final long DRAIN_POLL_NANOS = 100_000;

  private final AtomicLong published;
  private final AtomicLong pending;
  private final Segment first = new Segment();

  /** A fixed number of slots; more are linked on when all are in use. */
  private static final class Segment {
    final AtomicLongArray slots = new AtomicLongArray(SLOTS_PER_SEGMENT * STRIDE);
    volatile @Nullable Segment next;

    Segment() {
      for (int i = 0; i < SLOTS_PER_SEGMENT; i++) {
        slots.setPlain(i * STRIDE, FREE);
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

  /**
   * A registered snapshot; every object that it can reach stays as it was until {@link #close}.
   * Used by one thread at a time.
   */
  public static final class Snapshot implements AutoCloseable {
    private final Segment segment;
    private final int index;
    private final long version;

    private Snapshot(Segment segment, int index, long version) {
      this.segment = segment;
      this.index = index;
      this.version = version;
    }

    /**
     * The commit whose state this is.
     *
     * @return its number
     */
    public long version() {
      return version;
    }

    @Override
    public void close() {
      segment.slots.setRelease(index, FREE);
    }
  }

  Snapshots(long version) {
    this.published = new AtomicLong(version);
    this.pending = new AtomicLong(version);
  }

  /** The number of the latest commit that everybody can see. */
  long published() {
    return published.get();
  }

  /** Whether no commit is being copied into place. */
  boolean isQuiet() {
    long version = published.get();
    return pending.get() == version;
  }

  /** Registers a snapshot of the latest published state. */
  Snapshot take() {
    int probe = (int) (Thread.currentThread().threadId() % SLOTS_PER_SEGMENT);
    for (Segment segment = first; ; segment = segment.next()) {
      for (int i = 0; i < SLOTS_PER_SEGMENT; i++) {
        int index = (probe + i) % SLOTS_PER_SEGMENT * STRIDE;
        long version = published.get();
        if (segment.slots.getPlain(index) == FREE
            && segment.slots.compareAndSet(index, FREE, version)) {
          while (pending.get() != version) {
            Thread.onSpinWait();
            version = published.get();
            segment.slots.set(index, version);
          }
          return new Snapshot(segment, index, version);
        }
      }
    }
  }

  /** Announces a commit; snapshots registered from now on wait for it. */
  void announce(long version) {
    pending.set(version);
  }

  /** The oldest registered snapshot, or {@link #NONE}. */
  long oldest() {
    long oldest = NONE;
    for (Segment segment = first; segment != null; segment = segment.next) {
      for (int i = 0; i < SLOTS_PER_SEGMENT; i++) {
        long version = segment.slots.get(i * STRIDE);
        if (version != FREE) {
          oldest = Math.min(oldest, version);
        }
      }
    }
    return oldest;
  }

  /** Returns once no snapshot is registered; the caller sees to it that none is taken any more. */
  void awaitNone() {
    while (oldest() != NONE) {
      LockSupport.parkNanos(DRAIN_POLL_NANOS);
    }
  }

  /** Makes a commit visible. */
  void publish(long version) {
    published.set(version);
  }
}
