package dev.basalt.tx;

import java.util.function.Consumer;

/**
 * Tells the object layer of a pool while no thread is in a transaction of it. Then a field access
 * need not look for the thread's transaction.
 *
 * <p>Invariant: a pool is not idle for a thread that is in a transaction. A thread calls {@link
 * #end} once it can be found in {@link ThreadTx}; {@link #look} first says that it looks, and then
 * looks there. Either it sees the thread, or the thread sees that somebody looks (both are
 * volatile), and takes that back before it goes on. Only one looks at a time: another look, begun
 * meanwhile, would be taken for the one that was taken back.
 */
final class Idleness {
  private enum State {
    /** Some thread may be in a transaction. */
    BUSY,
    /** Somebody looks whether any thread still is. */
    LOOKING,
    /** No thread is in a transaction. */
    IDLE
  }

  private final TransactionManager manager;

  /** Held for a whole look. */
  private final Object looking = new Object();

  /** Decided under the monitor, together with what the listener is told. */
  private volatile State state = State.BUSY;

  private Consumer<Boolean> listener = _ -> {};

  private final Runnable onEnd;

  /**
   * Creates the state of a pool that is not idle.
   *
   * @param onEnd runs when the pool has ceased to be idle, without a lock; a look is wanted again
   */
  Idleness(TransactionManager manager, Runnable onEnd) {
    this.manager = manager;
    this.onEnd = onEnd;
  }

  /** Sets who is told. The listener must only set a field, which may be read plainly. */
  void setListener(Consumer<Boolean> newListener) {
    this.listener = newListener;
  }

  /** Called by a thread that is in a transaction from now on, before it goes on. */
  void end() {
    if (state != State.BUSY) {
      endLocked();
      onEnd.run();
    }
  }

  private synchronized void endLocked() {
    listener.accept(false);
    state = State.BUSY;
  }

  /** Looks whether any thread is in a transaction. */
  void look() {
    synchronized (looking) {
      if (state == State.BUSY) {
        state = State.LOOKING;
        decide(!ThreadTx.hasAny(manager));
      }
    }
  }

  private synchronized void decide(boolean idle) {
    if (state == State.LOOKING) {
      listener.accept(idle);
      state = idle ? State.IDLE : State.BUSY;
    }
  }

  boolean isIdle() {
    return state == State.IDLE;
  }
}
