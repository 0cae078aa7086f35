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
 * <p>Lock order: the turn, the checkpoint lock, the commit lock.
 */
final class Gate {
  /** An update that runs alone may wait for another thread that waits here; so not for ever. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final ReentrantLock turn = new ReentrantLock(true);
  private final CommitLock commitLock;
  private final Condition opened;

  /** Guarded by the commit lock. */
  private @Nullable Object inside;

  /** Whether nobody may pass, however long it takes. Guarded by the commit lock. */
  private boolean strict;

  Gate(CommitLock commitLock) {
    this.commitLock = commitLock;
    this.opened = commitLock.newCondition();
  }

  /** Closes the gate behind an update whose body is to run alone. */
  void close(Update update) {
    turn.lock();
    set(update, false);
  }

  /**
   * From now on nothing is committed but by the owner: an update, or somebody who commits nothing.
   * The caller may have closed the gate before.
   */
  void closeStrictly(Object owner) {
    turn.lock();
    set(owner, true);
  }

  private void set(@Nullable Object owner, boolean strictly) {
    commitLock.lock();
    try {
      inside = owner;
      strict = strictly;
      opened.signalAll();
    } finally {
      commitLock.unlock();
    }
  }

  /** Undoes one closing. */
  void open(Object owner) {
    set(turn.getHoldCount() > 1 ? owner : null, false);
    turn.unlock();
  }

  /** Takes the commit lock when an update may commit. */
  void lockCommit(Update update) {
    commitLock.lock();
    long patience = PATIENCE_NANOS;
    boolean interrupted = false;
    while (inside != null && inside != update && (strict || patience > 0)) {
      try {
        patience = opened.awaitNanos(strict ? PATIENCE_NANOS : patience);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  void unlockCommit() {
    commitLock.unlock();
  }

  /** Runs something that commits nothing under the commit lock. */
  <R> R locked(Supplier<R> body) {
    commitLock.lock();
    try {
      return body.get();
    } finally {
      commitLock.unlock();
    }
  }
}
