package dev.basalt.tx;

import dev.basalt.error.PoolFullException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Runs the bodies of updates until they are committed. */
final class UpdateRuns {
  /** Conflicts after which an update's body runs alone. */
  private static final int CONFLICTS_MAX = 4;

  /** How often an update runs again because the pool was full. */
  private static final int RELIEFS_MAX = 8;

  private static final long BACKOFF_NANOS = 2_000;

  private final TransactionManager manager;
  private final Updates updates;
  private final Gate gate;
  private final Relief relief;
  private final LongAdder loneRuns = new LongAdder();

  UpdateRuns(TransactionManager manager, Updates updates, Gate gate, Relief relief) {
    this.manager = manager;
    this.updates = updates;
    this.gate = gate;
    this.relief = relief;
  }

  /** See {@link TransactionManager#update}. */
  <R extends @Nullable Object, X extends Throwable> R run(TransactionManager.Body<R, X> body)
      throws X {
    int reliefs = 0;
    @Nullable PoolFullException full = null;
    for (int conflictCount = 0; ; conflictCount++) {
      Update update = updates.begin();
      try {
        if (conflictCount > 0) {
          update.settle(); // so that it has no conflict because of a block that it has not read
        }
        if (conflictCount >= CONFLICTS_MAX && gate.close(update)) {
          update.setAlone();
          loneRuns.increment();
          TransactionEvents.runAlone(manager.name());
        }
        R result = body.run();
        updates.commit(update);
        return result;
      } catch (UncommittedObjectException e) {
        if (!update.isConflicted()) {
          throw manager.faults().nothingStored(e);
        }
      } catch (InternalError e) {
        throw manager.faults().of(e);
      } catch (PoolFullException e) {
        if (!update.isConflicted() && !(update.isFull() && reliefs < RELIEFS_MAX)) {
          throw e;
        }
        full = update.isConflicted() ? null : e;
      } catch (Throwable e) {
        // Whatever the body has made of a conflict, it is to run again.
        if (!update.isConflicted()) {
          throw e;
        }
      } finally {
        updates.abort(update);
      }
      if (full != null) {
        relief.makeRoomAfter(full, reliefs++);
        full = null;
        continue;
      }
      TransactionEvents.conflict(manager.name(), conflictCount + 1);
      if (conflictCount >= CONFLICTS_MAX) {
        manager.endAbandoned(); // one of them may hold what this update wants to store
      }
      backOff(conflictCount);
    }
  }

  private static void backOff(int conflictCount) {
    long limit = BACKOFF_NANOS << Math.min(conflictCount, 2 * CONFLICTS_MAX);
    long nanos = ThreadLocalRandom.current().nextLong(limit);
    if (conflictCount < 2) {
      for (long end = System.nanoTime() + nanos; System.nanoTime() < end; ) {
        Thread.onSpinWait();
      }
    } else {
      LockSupport.parkNanos(nanos);
    }
  }

  /** How often a body ran alone, after too many conflicts. */
  long loneRuns() {
    return loneRuns.sum();
  }
}
