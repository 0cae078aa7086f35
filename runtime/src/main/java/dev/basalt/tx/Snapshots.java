package dev.basalt.tx;

import dev.basalt.log.CommitWords;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

/**
 * The pool's clock and the register of the snapshots in use.
 *
 * <p>Protocol between a view that registers and a writer that commits:
 *
 * <pre>
 * view                                writer (under the commit lock)
 * c = clock                           clock = c, pending
 * slot = c                            look at all slots
 * clock == c ? done : try again                                 (decides on before-images)
 *                                     copy into place
 *                                     clock = c + 1
 * </pre>
 *
 * <p>All words are volatile, so either the writer sees the slot, or the view sees that a commit is
 * in progress which may not have kept what it needs, and tries again. The wait is for the copy into
 * place only, never for a disk. A writer that has much to copy keeps every before-image and
 * announces itself when it has copied, before it stamps the first version: nobody waits for the
 * copy then, and still nobody can take the state before it who has read of the new one.
 *
 * <p>A commit may be published when all that it is about to overwrite is marked, and put in place
 * beside the commits after it. Its number stands in its update's slot meanwhile. A view of it, and
 * whoever takes the commit lock to find everything in place, waits until the slot is free.
 *
 * <p>An update needs no before-images and asks for no clock: any number that the clock has shown
 * will do, because it moves forward when it meets something newer. It {@linkplain Snapshot#settle
 * settles} like a view before it relies on what commits note for it.
 */
public final class Snapshots {
  /** No snapshot is registered. */
  public static final long NONE = Long.MAX_VALUE;

  private static final long DRAIN_POLL_NANOS = 100_000;

  /** Bits of the clock's word: a commit is announced; objects may be marked as applying. */
  private static final long PENDING = 1;

  private static final long APPLYING = 2;
  private static final int FLAG_BITS = 2;

  private final CommitWords words;
  private final SnapshotSlots views = new SnapshotSlots();
  private final SnapshotSlots updates = new SnapshotSlots();

  /**
   * A registered snapshot; every object that it can reach stays as it was, or is kept as it was,
   * until {@link #close}. Used by one thread at a time.
   */
  static final class Snapshot implements AutoCloseable {
    private final Snapshots snapshots;
    private final SnapshotSlots.Slot slot;

    private Snapshot(Snapshots snapshots, SnapshotSlots.Slot slot) {
      this.snapshots = snapshots;
      this.slot = slot;
    }

    /** The number of the commit whose state this is. */
    long version() {
      return slot.number();
    }

    /**
     * Waits until no commit can have missed this snapshot.
     *
     * @return the number of a commit; all later ones know of the snapshot
     */
    long settle() {
      for (int spins = 0; ; spins++) {
        long clock = snapshots.words.clockVolatile();
        if ((clock & PENDING) == 0) {
          return clock >>> FLAG_BITS;
        }
        Spin.once(spins);
      }
    }

    /**
     * Moves an update's snapshot forward. Whatever the update has read is still so at that commit,
     * so nothing needs to be waited for.
     */
    void moveTo(long newVersion) {
      slot.setRelease(newVersion);
    }

    /**
     * Exchanges the snapshot for the mark that a commit is being put in place, until {@link
     * #close}.
     */
    void becomeCommit(long commit) {
      slot.setCommitRelease(commit);
    }

    @Override
    public void close() {
      slot.freeRelease();
    }
  }

  Snapshots(CommitWords words, long version) {
    this.words = words;
    words.setClockVolatile(version << FLAG_BITS);
  }

  /** The number of the latest commit that everybody can see. */
  long published() {
    return words.clockVolatile() >>> FLAG_BITS;
  }

  /** Whether a commit is being copied into place, so that objects may be applying. */
  boolean isApplying() {
    return (words.clockVolatile() & APPLYING) != 0
        || (words.isOverlappingVolatile() && updates.hasCommit(Long.MAX_VALUE));
  }

  /** Called before the first object is marked as applying. */
  void beginApplying() {
    words.setClockRelease(words.clockVolatile() | APPLYING);
  }

  /** Announces the next commit; views registered from now on wait for it. */
  void announce() {
    words.setClockVolatile(words.clockVolatile() | APPLYING | PENDING);
  }

  /** Makes a commit visible; no object of it is applying any more. */
  void publish(long version) {
    words.setClockRelease(version << FLAG_BITS);
  }

  /**
   * Makes a commit visible whose objects are marked as applying, and are put in place afterwards.
   *
   * @param snapshot its update's, which ends with this; to be closed when all is in place
   */
  void publishAhead(long version, Snapshot snapshot) {
    snapshot.becomeCommit(version);
    words.setOverlappingRelease(true);
    publish(version);
  }

  /** Returns once all that was published is in place. Called under the commit lock. */
  void awaitInPlace() {
    if (words.isOverlappingVolatile()) {
      awaitInPlace(Long.MAX_VALUE);
      words.setOverlappingRelease(false);
    }
  }

  private void awaitInPlace(long version) {
    for (int spins = 0; updates.hasCommit(version); spins++) {
      Spin.once(spins);
    }
  }

  /** Gives a commit up that has failed half-way, so that nobody waits for it. */
  void giveUp() {
    words.setClockRelease(words.clockVolatile() >>> FLAG_BITS << FLAG_BITS);
  }

  /** Registers a view's snapshot of the latest published state. */
  Snapshot takeView() {
    SnapshotSlots.Slot slot = views.take(published());
    for (int spins = 0; !isSettled(slot.number()); spins++) {
      Spin.once(spins);
      slot.setVolatile(published());
    }
    if (words.isOverlappingVolatile()) {
      awaitInPlace(slot.number());
    }
    return new Snapshot(this, slot);
  }

  private boolean isSettled(long version) {
    return (words.clockVolatile() & ~APPLYING) == version << FLAG_BITS;
  }

  /**
   * Registers an update's snapshot.
   *
   * @param version any commit that was published
   */
  Snapshot takeUpdate(long version) {
    return new Snapshot(this, updates.take(version));
  }

  /** The snapshots that are registered at one moment. Can be used again by the same thread. */
  static final class Registered {
    private long[] views = new long[SnapshotSlots.PER_SEGMENT];
    private int viewCount;
    private boolean sorted;
    private long oldest = NONE;
    private long newestView = -1;

    private void clear() {
      viewCount = 0;
      sorted = false;
      oldest = NONE;
      newestView = -1;
    }

    private void addView(long version) {
      addUpdate(version);
      newestView = Math.max(newestView, version);
      if (viewCount == views.length) {
        views = Arrays.copyOf(views, 2 * viewCount);
      }
      views[viewCount++] = version;
    }

    private void addUpdate(long version) {
      oldest = Math.min(oldest, version);
    }

    /** The oldest of all, or {@link #NONE}. */
    long oldest() {
      return oldest;
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
    Registered found = lookAtViews(into);
    updates.forEach(found::addUpdate);
    return found;
  }

  /** Finds the registered views only: their slots are seldom written, those of updates always. */
  Registered lookAtViews(Registered into) {
    into.clear();
    views.forEach(into::addView);
    return into;
  }

  /** The oldest registered snapshot, or {@link #NONE}. */
  long oldest() {
    return look(new Registered()).oldest();
  }

  /**
   * Returns once no snapshot is registered, and all that was published is in place; the caller sees
   * to it that no snapshot is taken any more.
   *
   * @param whileWaiting done again and again
   */
  void awaitNone(Runnable whileWaiting) {
    while (oldest() != NONE || updates.hasCommit(Long.MAX_VALUE)) {
      whileWaiting.run();
      LockSupport.parkNanos(DRAIN_POLL_NANOS);
    }
  }
}
