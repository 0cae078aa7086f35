package dev.basalt.tx;

import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns of a snapshot that is held for very long, because earlier states of everything that changes
 * meanwhile are kept for it. Looks at the register from time to time, so that a snapshot needs not
 * know when it began. Used by the background thread.
 */
final class SnapshotWatch {
  private static final Logger LOGGER = LoggerFactory.getLogger(SnapshotWatch.class);
  private static final long WARN_AFTER_NANOS = TimeUnit.MINUTES.toNanos(5);

  private final String pool;
  private final Snapshots snapshots;
  private final Snapshots.Registered registered = new Snapshots.Registered();
  private long oldest = Snapshots.NONE;
  private long sinceNanos;
  private boolean warned;

  SnapshotWatch(String pool, Snapshots snapshots) {
    this.pool = pool;
    this.snapshots = snapshots;
  }

  void look() {
    long now = System.nanoTime();
    long found = snapshots.look(registered).oldest();
    if (found != oldest || found == snapshots.published()) { // for the latest nothing is kept
      oldest = found;
      sinceNanos = now;
      warned = false;
      return;
    }
    if (oldest == Snapshots.NONE) {
      return;
    }
    TransactionEvents.snapshotAge(pool, oldest, now - sinceNanos);
    if (now - sinceNanos > WARN_AFTER_NANOS && !warned) {
      warned = true;
      LOGGER.warn(
          "{}: a transaction has been reading commit {} for {} s, {} commits ago; what changes"
              + " meanwhile is kept in memory for it",
          pool,
          oldest,
          TimeUnit.NANOSECONDS.toSeconds(now - sinceNanos),
          snapshots.published() - oldest);
    }
  }
}
