package dev.basalt.tx;

import java.util.concurrent.locks.ReentrantLock;

/**
 * The pool's commit lock. It is held for well under a microsecond as a rule, so a thread that finds
 * it taken looks again for a moment before it lets itself be put to sleep, which costs more.
 */
final class CommitLock extends ReentrantLock {
  private static final long serialVersionUID = 1L;
  private static final int SPINS = Runtime.getRuntime().availableProcessors() > 1 ? 2000 : 0;

  @Override
  public void lock() {
    for (int i = 0; i < SPINS; i++) {
      if (!isLocked() && tryLock()) { // a look does not take the word from who holds the lock
        return;
      }
      Thread.onSpinWait();
    }
    super.lock();
  }
}
