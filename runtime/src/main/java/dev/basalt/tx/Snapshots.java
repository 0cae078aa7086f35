package dev.basalt.tx;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
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
 * width covers the slot               pending = c + 1
 * c = published                       look at the width, and at all slots within
 * slot = c                                                      (decides on before-images)
 * pending == c ? done : try again     copy into place
 *                                     published = c + 1
 * </pre>
 *
 * <p>All five words are volatile, so either the writer sees the width and the slot, or the reader
 * sees that a commit is in progress which may not have kept what the snapshot needs, and tries
 * again. The wait is for the copy into place only, never for a disk. A writer that has much to copy
 * keeps every before-image and announces itself when it has copied, before it stamps the first
 * version: nobody waits for the copy then, and still nobody can take the state before it who has
 * read of the new one.
 */
public final class Snapshots {
  /** No snapshot is registered. */
  public static final long NONE = Long.MAX_VALUE;

  static final int SLOTS_PER_SEGMENT = 64;

  /**
   * Longs between slots, and in front of the first, so that none shares a cache line, or a pair of
   * them, with another or with the array's length, which everybody reads.
   */
  private static final int STRIDE = 16;

  private static final long FREE = -1;

  /** Threads that meet in a slot spread over so many. */
  private static final int WIDTH_OF_THREADS =
      Math.min(SLOTS_PER_SEGMENT, 4 * Runtime.getRuntime().availableProcessors());

  private static final long DRAIN_POLL_NANOS = 100_000;

  private final AtomicLong published;
  private final AtomicLong pending;
  private final Segment first = new Segment();

  /** Written under the commit lock. */
  private final AtomicBoolean applying = new AtomicBoolean();

  /** What a snapshot is for. */
  enum Use {
    /** Reads old states, which are kept for it. */
    VIEW,
    /** Reads the latest state; only needs to know what has changed since. */
    UPDATE
  }

  /**
   * A fixed number of slots; more are linked on when all are in use. A slot holds the snapshot's
   * number times two, plus one for a view.
   */
  private static final class Segment {
    final AtomicLongArray slots = new AtomicLongArray((SLOTS_PER_SEGMENT + 1) * STRIDE);

    /** No slot from here on has ever been used; a power of two. Writers look at the others only. */
    final AtomicInteger width = new AtomicInteger(1);

    volatile @Nullable Segment next;

    Segment() {
      for (int i = 0; i < SLOTS_PER_SEGMENT; i++) {
        slots.setPlain(index(i), FREE);
      }
    }

    /** Makes writers look at a slot, before it is used. */
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

  /**
   * A registered snapshot; every object that it can reach stays as it was, or is kept as it was,
   * until {@link #close}. Used by one thread at a time.
   */
  static final class Snapshot implements AutoCloseable {
    private final Segment segment;
    private final int index;
    private final int kind;
    private long version;

    private Snapshot(Segment segment, int index, int kind, long version) {
      this.segment = segment;
      this.index = index;
      this.kind = kind;
      this.version = version;
    }

    /** The number of the commit whose state this is. */
    long version() {
      return version;
    }

    /**
     * Moves an update's snapshot forward. Whatever the update has read is still so at that commit,
     * so nothing needs to be waited for.
     */
    void moveTo(long newVersion) {
      version = newVersion;
      segment.slots.setRelease(index, newVersion * 2 + kind);
    }

    @Override
    public void close() {
      segment.slots.setRelease(index, FREE);
    }
  }

  private static int index(int slot) {
    return (slot + 1) * STRIDE;
  }

  Snapshots(long version) {
    this.published = new AtomicLong(version);
    this.pending = new AtomicLong(version);
  }

  /** The number of the latest commit that everybody can see. */
  long published() {
    return published.get();
  }

  /** Whether a commit is being copied into place, so that objects may be applying. */
  boolean isApplying() {
    return applying.getAcquire();
  }

  /** Called before the first object is marked as applying, and after the last is stamped. */
  void setApplying(boolean now) {
    applying.setRelease(now);
  }

  /** Registers a snapshot of the latest published state. */
  Snapshot take(Use use) {
    int kind = use == Use.VIEW ? 1 : 0;
    long thread = Thread.currentThread().threadId();
    for (Segment segment = first; ; segment = segment.next()) {
      int width = segment.width.get();
      int probe = (int) thread & (width - 1);
      for (int i = 0; i < SLOTS_PER_SEGMENT; i++) {
        int slot = (probe + i) % SLOTS_PER_SEGMENT;
        segment.use(i > 0 && width < WIDTH_OF_THREADS ? Math.max(slot, width) : slot);
        int index = index(slot);
        long version = published.get();
        if (segment.slots.getPlain(index) == FREE
            && segment.slots.compareAndSet(index, FREE, version * 2 + kind)) {
          version = settle(segment, index, kind, version);
          return new Snapshot(segment, index, kind, version);
        }
      }
    }
  }

  /** Writes a slot until no writer can have missed it. */
  private long settle(Segment segment, int index, int kind, long taken) {
    long version = taken;
    for (int spins = 0; pending.get() != version; spins++) {
      Spin.once(spins);
      version = published.get();
      segment.slots.set(index, version * 2 + kind);
    }
    return version;
  }

  /** Announces a commit; snapshots registered from now on wait for it. */
  void announce(long version) {
    pending.set(version);
  }

  /** Makes a commit visible. */
  void publish(long version) {
    published.setRelease(version); // who reads an older one finds another number pending
    if (pending.getPlain() != version) {
      pending.set(version);
    }
  }

  /** The snapshots that are registered at one moment. Can be used again by the same thread. */
  static final class Registered {
    private long[] views = new long[SLOTS_PER_SEGMENT];
    private int viewCount;
    private boolean sorted;
    private long oldest = NONE;
    private long newestView = -1;
    private long oldestView = NONE;

    private void add(long slot) {
      long version = slot >>> 1;
      oldest = Math.min(oldest, version);
      if ((slot & 1) == 0) {
        return;
      }
      oldestView = Math.min(oldestView, version);
      newestView = Math.max(newestView, version);
      if (viewCount == views.length) {
        views = Arrays.copyOf(views, 2 * viewCount);
      }
      views[viewCount++] = version;
    }

    /** The oldest of all, or {@link #NONE}. */
    long oldest() {
      return oldest;
    }

    /** The oldest view's, or {@link #NONE}. */
    long oldestView() {
      return oldestView;
    }

    /** The newest view's, or -1. */
    long newestView() {
      return newestView;
    }

    /** Whether a view sees what was written by commit {@code from} and replaced by {@code to}. */
    boolean hasViewIn(long from, long to) {
      if (!sorted) {
        Arrays.sort(views, 0, viewCount);
        sorted = true;
      }
      int found = Arrays.binarySearch(views, 0, viewCount, from);
      int first = found >= 0 ? found : -found - 1;
      return first < viewCount && views[first] < to;
    }
  }

  /** Finds the registered snapshots. */
  Registered look(Registered into) {
    into.viewCount = 0;
    into.sorted = false;
    into.oldest = NONE;
    into.oldestView = NONE;
    into.newestView = -1;
    for (Segment segment = first; segment != null; segment = segment.next) {
      int width = segment.width.get();
      for (int i = 0; i < width; i++) {
        long slot = segment.slots.get(index(i));
        if (slot != FREE) {
          into.add(slot);
        }
      }
    }
    return into;
  }

  /** The oldest registered snapshot, or {@link #NONE}. */
  long oldest() {
    return look(new Registered()).oldest();
  }

  /**
   * Returns once no snapshot is registered; the caller sees to it that none is taken any more.
   *
   * @param whileWaiting done again and again
   */
  void awaitNone(Runnable whileWaiting) {
    while (oldest() != NONE) {
      whileWaiting.run();
      LockSupport.parkNanos(DRAIN_POLL_NANOS);
    }
  }
}
