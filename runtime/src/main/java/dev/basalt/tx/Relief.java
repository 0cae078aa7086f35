package dev.basalt.tx;

import dev.basalt.error.PoolFullException;
import dev.basalt.memory.Allocator;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What is done when the pool is full, before the program is told so: limbo is emptied; if that
 * frees nothing and handles hold something, the JVM is asked for a collection, because those
 * handles may have been dead for long. It is not asked again before something has changed.
 *
 * <p>Called under no lock but the lone turn. Thread-safe.
 */
final class Relief {
  /** How often room is made for one reservation, if others take it each time. */
  private static final int ATTEMPTS_MAX = 8;

  private final Allocator allocator;
  private final LimboSweep sweep;
  private final ReentrantLock collecting = new ReentrantLock();

  /** What was held after a collection that has freed nothing, or -1. */
  private long heldInVain = -1;

  Relief(Allocator allocator, LimboSweep sweep) {
    this.allocator = allocator;
    this.sweep = sweep;
  }

  /**
   * Reserves a block in a pool that has been found full.
   *
   * @param failure what was thrown
   * @throws PoolFullException if there is still no room
   */
  long reserve(long bytes, PoolFullException failure) {
    PoolFullException last = failure;
    boolean progress = true;
    for (int i = 0; i < ATTEMPTS_MAX && progress; i++) {
      progress = makeRoom();
      try {
        return allocator.reserve(bytes); // others may have made room, too
      } catch (PoolFullException e) {
        last = e;
      }
    }
    throw last;
  }

  /** Frees what can be freed; whether there was something. */
  boolean makeRoom() {
    long before = sweep.freed();
    sweep.drain();
    if (sweep.freed() == before && sweep.hasHeld()) {
      collect();
    }
    return sweep.freed() > before;
  }

  private void collect() {
    collecting.lock();
    try {
      long before = sweep.freed();
      if (sweep.heldCount() == heldInVain) {
        return;
      }
      System.gc();
      sweep.drain();
      heldInVain = sweep.freed() == before ? sweep.heldCount() : -1;
    } finally {
      collecting.unlock();
    }
  }
}
