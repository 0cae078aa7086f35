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
 *
 * <p>While no thread at all is in a transaction, one word says so, and the table is not looked at.
 * {@link #enter} sets the word after its place, so that its thread never meets {@link #NONE} in a
 * transaction; {@link #lookAround} clears it in two steps: it announces itself, looks at all
 * places, and gives up if somebody entered meanwhile. Either it sees the place, or the one who
 * enters sees the announcement and takes it back.
 */
final class ThreadTx {
  /** A power of two. Thread numbers are given out in a row, so neighbours do not meet. */
  static final int PLACES = 1 << 10;

  /** References between places, and in front of the first: see {@link Snapshots}. */
  private static final int STRIDE = 32;

  private static final @Nullable Tx[] TABLE = new Tx[(PLACES + 1) * STRIDE];
  private static final VarHandle PLACE = MethodHandles.arrayElementVarHandle(Tx[].class);

  /** No thread is in a transaction. */
  private static final int NONE = 0;

  /** Some thread may be in a transaction. */
  private static final int SOME = 1;

  /** Somebody is looking whether any thread still is. */
  private static final int LOOKING = 2;

  /** Read plainly: what concerns a thread it has written or met itself. */
  private static int state;

  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findStaticVarHandle(ThreadTx.class, "state", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private ThreadTx() {}

  private static int place(long threadId) {
    return ((int) threadId & (PLACES - 1)) * STRIDE + STRIDE;
  }

  /** The thread's innermost transaction of any pool. */
  static @Nullable Tx innermost() {
    if (state == NONE) {
      return null;
    }
    long threadId = Thread.currentThread().threadId();
    Tx found = TABLE[place(threadId)];
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
    while ((int) STATE.getVolatile() != SOME) {
      STATE.compareAndSet(NONE, SOME);
      STATE.compareAndSet(LOOKING, SOME);
    }
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

  /** Looks whether any thread is in a transaction, so that field accesses need not. */
  static void lookAround() {
    if (!STATE.compareAndSet(SOME, LOOKING)) {
      return;
    }
    for (int place = 0; place < TABLE.length; place += STRIDE) {
      if (PLACE.getVolatile(TABLE, place) != null) {
        STATE.compareAndSet(LOOKING, SOME);
        return;
      }
    }
    STATE.compareAndSet(LOOKING, NONE);
  }

  /** Whether a look at the table may be spared. */
  static boolean isQuiet() {
    return (int) STATE.getVolatile() == NONE;
  }
}
