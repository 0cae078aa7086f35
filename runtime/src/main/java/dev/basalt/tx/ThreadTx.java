package dev.basalt.tx;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which transaction a thread is in. Every field access asks, so it must cost no more than a few
 * loads: a fixed table is indexed by the thread's number, and holds the transactions of the threads
 * that meet there as a chain, which mostly is empty or has one member. A thread may be in
 * transactions of several pools; its innermost one comes first.
 *
 * <p>Invariant: a thread finds its own transactions on the way from its place, whatever others do.
 * Only the thread itself adds or takes away its transactions, or {@link Abandoned} once it has
 * ended. A chain of one is made and ended by compare-and-set of the place; a longer one is changed
 * under the monitor, and who is taken out of its middle still leads on to the rest.
 */
final class ThreadTx {
  /** A power of two. Thread numbers are given out in a row, so neighbours do not meet. */
  static final int PLACES = 1 << 10;

  /** References between places, and in front of the first: see {@link Snapshots}. */
  private static final int STRIDE = 32;

  private static final @Nullable Tx[] TABLE = new Tx[(PLACES + 1) * STRIDE];
  private static final VarHandle PLACE = MethodHandles.arrayElementVarHandle(Tx[].class);

  private ThreadTx() {}

  private static int place(long threadId) {
    return ((int) threadId & (PLACES - 1)) * STRIDE + STRIDE;
  }

  /** The transaction at a thread's place: mostly its own innermost one, else another thread's. */
  static @Nullable Tx first(long threadId) {
    return TABLE[place(threadId)];
  }

  /** The thread's innermost transaction of any pool. */
  static @Nullable Tx innermost() {
    long threadId = Thread.currentThread().threadId();
    Tx found = first(threadId);
    return found == null || found.threadId == threadId ? found : next(found, threadId);
  }

  /** The first transaction of a thread behind one in the chain. */
  private static @Nullable Tx next(Tx from, long threadId) {
    Tx at = from;
    do {
      VarHandle.loadLoadFence(); // who made it a member of the chain has first set what follows
      at = at.neighbour;
    } while (at != null && at.threadId != threadId);
    return at;
  }

  /** The thread's transaction of a pool. */
  static @Nullable Tx current(TransactionManager manager) {
    Tx tx = innermost();
    while (tx != null && tx.manager != manager) {
      tx = next(tx, tx.threadId);
    }
    return tx;
  }

  /** Makes a transaction its thread's innermost one. */
  static void enter(Tx tx) {
    int place = place(tx.threadId);
    if (!PLACE.compareAndSet(TABLE, place, null, tx)) {
      add(tx, place);
    }
    tx.manager.idleness().end();
  }

  /** Puts a transaction before others; they may leave without the monitor until it is there. */
  private static synchronized void add(Tx tx, int place) {
    Tx first;
    do {
      first = (Tx) PLACE.getAcquire(TABLE, place);
      tx.neighbour = first;
    } while (!PLACE.compareAndSet(TABLE, place, first, tx));
  }

  /** Takes away what {@link #enter} has set. Transactions may end in any order. */
  static void leave(Tx tx) {
    int place = place(tx.threadId);
    if (tx.neighbour != null || !PLACE.compareAndSet(TABLE, place, tx, null)) {
      remove(tx, place);
    }
  }

  /**
   * Takes a transaction out of a chain. Only one that is alone in its place can leave meanwhile,
   * and only by the compare-and-set that fails here or there.
   */
  private static synchronized void remove(Tx tx, int place) {
    while (true) {
      Tx at = (Tx) PLACE.getAcquire(TABLE, place);
      if (at != tx) {
        while (at != null && at.neighbour != tx) {
          at = at.neighbour;
        }
        if (at != null) {
          at.neighbour = tx.neighbour;
        }
        return;
      }
      if (PLACE.compareAndSet(TABLE, place, tx, tx.neighbour)) {
        return;
      }
    }
  }

  /** The transactions of a pool whose threads have ended without ending them. */
  static synchronized List<Tx> ofEndedThreads(TransactionManager manager) {
    List<Tx> found = new ArrayList<>();
    for (int place = STRIDE; place < TABLE.length; place += STRIDE) {
      for (Tx at = (Tx) PLACE.getAcquire(TABLE, place); at != null; at = at.neighbour) {
        if (at.manager == manager && !at.thread.isAlive()) {
          found.add(at);
        }
      }
    }
    return found;
  }

  /** Whether some thread is in a transaction of a pool. */
  static synchronized boolean hasAny(TransactionManager manager) {
    for (int place = STRIDE; place < TABLE.length; place += STRIDE) {
      for (Tx at = (Tx) PLACE.getVolatile(TABLE, place); at != null; at = at.neighbour) {
        if (at.manager == manager) {
          return true;
        }
      }
    }
    return false;
  }
}
