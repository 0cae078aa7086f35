package dev.basalt.tx;

import dev.basalt.log.CommitWords;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The pool's commit lock; not reentrant. Who takes it by {@link #lock} finds all commits in place;
 * by {@link #lockAhead} it is taken without waiting for those that are still being copied. It is
 * held for well under a microsecond as a rule, so a thread that finds it taken asks again for a
 * moment, which costs less than being put to sleep. Who has asked for long sleeps between two
 * questions: then a large commit or a sweep is at work, or the holder has lost its processor. So
 * freeing the lock is one store, and nobody needs to be woken.
 */
final class CommitLock {
  /** Questions before the first sleep: some tens of microseconds. */
  private static final int QUESTIONS = Runtime.getRuntime().availableProcessors() > 1 ? 500 : 1;

  /** Between two questions, because each takes the cache line from who holds the lock. */
  private static final int PAUSES = 2;

  private static final long SLEEP_NANOS = TimeUnit.MICROSECONDS.toNanos(20);

  private final CommitWords words;
  private final Snapshots snapshots;

  CommitLock(CommitWords words, Snapshots snapshots) {
    this.words = words;
    this.snapshots = snapshots;
  }

  void lock() {
    lockAhead();
    awaitInPlace();
  }

  /** Makes of {@link #lockAhead} a {@link #lock}. */
  void awaitInPlace() {
    snapshots.awaitInPlace();
  }

  void lockAhead() {
    if (!words.tryLock()) {
      waitFor();
    }
  }

  private void waitFor() {
    int questions = 0;
    do {
      if (questions < QUESTIONS) {
        questions++;
        for (int i = 0; i < PAUSES; i++) {
          Thread.onSpinWait();
        }
      } else {
        LockSupport.parkNanos(SLEEP_NANOS);
      }
    } while (!words.tryLock());
  }

  void unlock() {
    words.unlockRelease();
  }
}
