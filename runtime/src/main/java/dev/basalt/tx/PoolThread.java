package dev.basalt.tx;

import java.util.concurrent.locks.LockSupport;

/** A thread that works for an open pool. It keeps no program alive. */
public final class PoolThread {
  private final Thread thread;

  /**
   * Creates a thread that is not started.
   *
   * @param name what it is called in tools
   * @param work what it does
   */
  public PoolThread(String name, Runnable work) {
    this.thread = Thread.ofPlatform().daemon().name(name).unstarted(work);
  }

  /** Begins the work. */
  public void start() {
    thread.start();
  }

  /** Ends its sleep if it is parked, or else the next one. */
  public void unpark() {
    LockSupport.unpark(thread);
  }

  /**
   * Returns once the thread has ended; at once if it was never started. An interrupt meanwhile is
   * left for the caller to find.
   */
  public void awaitEnd() {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
