package dev.basalt.tx;

import dev.basalt.error.PoolFullException;
import dev.basalt.memory.Allocator;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What is done when the pool is full, before the program is told so: limbo is emptied; if that
 * frees nothing and handles hold something, the JVM is asked for a collection, because those
 * handles may have been dead for long. It is not asked again before something has changed.
 *
 * <p>Called under no lock but the lone turn. Thread-safe.
 */
public final class Relief {
  /** How often room is made for one reservation, if others take it each time. */
  private static final int ATTEMPTS_MAX = 8;

  private final Allocator allocator;

  /** Both are set before the first transaction, if at all. */
  private @Nullable LimboSweep sweep;

  private @Nullable LastResort lastResort;
  private final ReentrantLock collecting = new ReentrantLock();

  /** What was held after a collection that has freed nothing, or -1. */
  private long heldInVain = -1;

  /** Makes room in a pool that is full though limbo is empty; called outside transactions. */
  public interface LastResort {
    /**
     * Makes room.
     *
     * @return whether there is some
     */
    boolean makeRoom();
  }

  Relief(Allocator allocator) {
    this.allocator = allocator;
  }

  void setSweep(LimboSweep newSweep) {
    this.sweep = newSweep;
  }

  /**
   * Sets what is tried last in a full pool; called before the first transaction.
   *
   * @param newResort makes room
   */
  public void setLastResort(LastResort newResort) {
    this.lastResort = newResort;
  }

  /**
   * Reserves a block for an object of an update.
   *
   * @throws PoolFullException if there is no room, and none can be made
   */
  long reserve(long bytes) {
    try {
      return allocator.reserve(bytes);
    } catch (PoolFullException e) {
      return reserveInFull(bytes, e);
    }
  }

  private long reserveInFull(long bytes, PoolFullException failure) {
    PoolFullException last = failure;
    boolean progress = sweep != null;
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

  /**
   * Makes room after an update has found the pool full and has been aborted: without its snapshot
   * it delays nothing any more.
   *
   * @param full what to throw if nothing can be done
   * @param reliefs how often this was done for the same update before
   */
  void makeRoomAfter(PoolFullException full, int reliefs) {
    boolean progress = makeRoom();
    LastResort resort = lastResort;
    if (!progress && resort != null) {
      progress = resort.makeRoom();
    }
    if (!progress && reliefs > 0) {
      throw full;
    }
  }

  /** Frees what can be freed; whether there was something. */
  private boolean makeRoom() {
    LimboSweep limbo = sweep;
    if (limbo == null) {
      return false;
    }
    long before = limbo.freed();
    limbo.drain();
    if (limbo.freed() == before && limbo.hasHeld()) {
      collect(limbo);
    }
    return limbo.freed() > before;
  }

  private void collect(LimboSweep limbo) {
    collecting.lock();
    try {
      long before = limbo.freed();
      if (limbo.heldCount() == heldInVain) {
        return;
      }
      System.gc();
      limbo.drain();
      heldInVain = limbo.freed() == before ? limbo.heldCount() : -1;
    } finally {
      collecting.unlock();
    }
  }
}
