package dev.basalt.tx;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which transaction a thread is in. Every field access asks, so it must cost no more than a few
 * loads: a fixed table is indexed by the thread's number; an empty place means that the thread has
 * no transaction, and a transaction there is the thread's if it says so.
 *
 * <p>Invariant: a place is empty only if no thread that belongs to it has a transaction. Threads
 * that meet in a place share it by a {@link Crowd}, which goes when the last of them leaves.
 *
 * <p>A thread may be in transactions of several pools; they form a chain, innermost first.
 *
 * <p>While no thread at all is in a transaction, one word says so, and the table is not looked at.
 * {@link #enter} sets the word after its place, so that its thread never meets {@link #NONE} in a
 * transaction; {@link #lookAround} clears it in two steps: it announces itself, looks at all
 * places, and gives up if somebody entered meanwhile. Either it sees the place, or the one who
 * enters sees the announcement and takes it back.
 */
final class ThreadTx {
  /** A power of two. Thread numbers are given out in a row, so neighbours do not meet. */
  private static final int PLACES = 1 << 12;

  /** A {@link Tx}, a {@link Crowd}, or null. */
  private static final @Nullable Object[] TABLE = new Object[PLACES];

  private static final VarHandle PLACE = MethodHandles.arrayElementVarHandle(Object[].class);

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

  /** Several threads whose numbers lead to one place. Changes are made under its monitor. */
  private static final class Crowd {
    final ConcurrentHashMap<Thread, Tx> members = new ConcurrentHashMap<>();
    boolean gone;
  }

  private static int place(Thread thread) {
    return (int) thread.threadId() & (PLACES - 1);
  }

  /** The thread's innermost transaction of any pool. */
  static @Nullable Tx innermost() {
    return state == NONE ? null : found();
  }

  private static @Nullable Tx found() {
    Thread thread = Thread.currentThread();
    Object found = TABLE[place(thread)];
    return found == null ? null : of(thread, found);
  }

  private static @Nullable Tx of(Thread thread, Object found) {
    if (found instanceof Tx tx) {
      return tx.thread == thread ? tx : null;
    }
    return ((Crowd) found).members.get(thread);
  }

  /** The thread's transaction of a pool. */
  static @Nullable Tx current(TransactionManager manager) {
    Tx tx = innermost();
    while (tx != null && tx.manager != manager) {
      tx = tx.outer;
    }
    return tx;
  }

  /** Makes a transaction its thread's innermost one. */
  static void enter(Tx tx) {
    tx.outer = innermost();
    set(tx.thread, tx);
    while ((int) STATE.getVolatile() != SOME) {
      STATE.compareAndSet(NONE, SOME);
      STATE.compareAndSet(LOOKING, SOME);
    }
  }

  /** Looks whether any thread is in a transaction, so that field accesses need not. */
  static void lookAround() {
    if (!STATE.compareAndSet(SOME, LOOKING)) {
      return;
    }
    for (int place = 0; place < PLACES; place++) {
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

  /** Takes away what {@link #enter} has set. Transactions may end in any order. */
  static void leave(Tx tx) {
    Tx innermost = innermost();
    if (innermost == tx) {
      set(tx.thread, tx.outer);
      return;
    }
    for (Tx at = innermost; at != null; at = at.outer) {
      if (at.outer == tx) {
        at.outer = tx.outer;
        return;
      }
    }
  }

  private static void set(Thread thread, @Nullable Tx tx) {
    int place = place(thread);
    while (!trySet(thread, place, tx)) {
      Thread.onSpinWait();
    }
  }

  private static boolean trySet(Thread thread, int place, @Nullable Tx tx) {
    Object found = PLACE.getAcquire(TABLE, place);
    if (found == null || (found instanceof Tx other && other.thread == thread)) {
      return PLACE.compareAndSet(TABLE, place, found, tx);
    }
    if (found instanceof Tx other) {
      if (tx == null) {
        return true; // this thread has nothing there
      }
      Crowd crowd = new Crowd();
      crowd.members.put(other.thread, other);
      crowd.members.put(thread, tx);
      return PLACE.compareAndSet(TABLE, place, other, crowd);
    }
    return trySetAmong((Crowd) found, thread, place, tx);
  }

  private static boolean trySetAmong(Crowd crowd, Thread thread, int place, @Nullable Tx tx) {
    synchronized (crowd) {
      if (crowd.gone) {
        return false;
      }
      if (tx != null) {
        crowd.members.put(thread, tx);
        return true;
      }
      crowd.members.remove(thread);
      if (crowd.members.isEmpty()) {
        crowd.gone = true;
        PLACE.setRelease(TABLE, place, null);
      }
      return true;
    }
  }
}
