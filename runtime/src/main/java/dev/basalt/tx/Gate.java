package dev.basalt.tx;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets one update through to its commit while the others wait before theirs: because it has had
 * conflicts too often, or because it is too large to be committed in one go.
 *
 * <p>The body of a lone update may wait for another thread that waits here. So nobody waits for a
 * lone update for ever; passed by, it has a conflict at worst. A large commit runs no code of the
 * program once it has closed the gate, and the others wait for its end.
 *
 * <p>Lock order: the lone turn, the large turn, the checkpoint lock, the commit lock.
 */
final class Gate {
  /** How long others wait for one update that runs alone. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Held by the lone update to its end. */
  private final ReentrantLock loneTurn = new ReentrantLock(true);

  /** Held by the large update to the end of its commit. */
  private final ReentrantLock largeTurn = new ReentrantLock(true);

  private final CommitLock commitLock;

  /** For those who wait; nothing is taken inside. */
  private final ReentrantLock waiting = new ReentrantLock();

  private final Condition opened = waiting.newCondition();

  /** Written under the commit lock. */
  private volatile @Nullable Update lone;

  /** Written under the commit lock. */
  private volatile @Nullable Object large;

  Gate(CommitLock commitLock) {
    this.commitLock = commitLock;
  }

  /**
   * Closes the gate behind an update whose body is to run alone.
   *
   * @return whether it is closed; not if the same other update has been alone for too long
   */
  @SuppressWarnings("ReferenceEquality") // the same update, not an equal one
  boolean close(Update update) {
    boolean interrupted = false;
    boolean taken = false;
    Update before;
    do {
      before = locked(() -> lone);
      try {
        taken = loneTurn.tryLock(PATIENCE_NANOS, TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        interrupted = true;
        before = null;
      }
    } while (!taken && (before == null || locked(() -> lone) != before));
    if (taken) {
      locked(() -> lone = update);
    }
    restoreInterrupt(interrupted);
    return taken;
  }

  /** Undoes {@link #close}. */
  void open() {
    locked(() -> lone = null);
    tellWaiting();
    loneTurn.unlock();
  }

  /** From now on nothing but this update is committed, not even a lone one. */
  void closeForLarge(Update update) {
    largeTurn.lock();
    lockCommit(update);
    large = update;
    unlockCommit();
  }

  /** From now on nothing is committed at all. */
  void closeForAll() {
    largeTurn.lock();
    locked(() -> large = this);
  }

  /** Undoes {@link #closeForLarge} or {@link #closeForAll}. */
  void openForLarge() {
    locked(() -> large = null);
    tellWaiting();
    largeTurn.unlock();
  }

  private void tellWaiting() {
    waiting.lock();
    try {
      opened.signalAll();
    } finally {
      waiting.unlock();
    }
  }

  /** Takes the commit lock when an update may commit. */
  void lockCommit(Update update) {
    lockCommitAhead(update);
    commitLock.awaitInPlace();
  }

  /** The same, while other commits may still be put in place. */
  void lockCommitAhead(Update update) {
    commitLock.lockAhead();
    long patience = PATIENCE_NANOS;
    while (mustWait(update, patience)) {
      commitLock.unlock();
      patience = await(update, patience);
      commitLock.lockAhead();
    }
  }

  /** Waits without the commit lock; says how much patience is left. */
  private long await(Update update, long patienceNanos) {
    long patience = patienceNanos;
    boolean interrupted = false;
    waiting.lock();
    try {
      while (mustWait(update, patience)) {
        try {
          if (mustWaitForLarge(update)) {
            opened.await();
          } else {
            patience = opened.awaitNanos(patience);
          }
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      waiting.unlock();
    }
    restoreInterrupt(interrupted);
    return patience;
  }

  private boolean mustWait(Update update, long patience) {
    return mustWaitForLarge(update) || (mustWaitForLone(update) && patience > 0);
  }

  /**
   * Takes the commit lock for a commit that is in conflict with nobody. It need not wait for an
   * update that runs alone.
   */
  void lockSweep(Update update) {
    commitLock.lock();
    while (mustWaitForLarge(update)) {
      commitLock.unlock();
      long _ = await(update, 0);
      commitLock.lock();
    }
  }

  private boolean mustWaitForLarge(Update update) {
    return large != null && large != update;
  }

  private boolean mustWaitForLone(Update update) {
    return lone != null && lone != update && large != update;
  }

  private static void restoreInterrupt(boolean interrupted) {
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  void unlockCommit() {
    commitLock.unlock();
  }

  /** Runs something that commits nothing under the commit lock. */
  <R extends @Nullable Object> R locked(Supplier<R> body) {
    commitLock.lock();
    try {
      return body.get();
    } finally {
      commitLock.unlock();
    }
  }
}
