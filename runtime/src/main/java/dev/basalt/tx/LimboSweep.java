package dev.basalt.tx;

import dev.basalt.error.PoolFullException;
import dev.basalt.format.PoolHeaderFormat;
import dev.basalt.memory.Heap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Empties limbo in {@linkplain LimboStep steps}, each a short commit of its own. The steps need not
 * be durable one by one: one that a crash undoes is done again.
 *
 * <p>Safe for use by any number of threads; one of them sweeps at a time. The sweep lock comes
 * before the commit lock and its gate.
 */
public final class LimboSweep {
  /** What the object layer knows. */
  public interface Policy {
    /**
     * Whether the program has an object in hand, though nothing in the pool refers to it.
     *
     * @param object the object
     * @return {@code true} at least until a collection of the JVM has ended its handle
     */
    boolean isHeld(long object);

    /**
     * Visits the references from an object that is about to be freed; those of one that consists of
     * slots only from its end on, and not all at once.
     *
     * @param object the object
     * @param max the most slots to visit, if some can be left
     * @param targets takes the objects referred to
     * @return the slots that are left
     */
    int forEachReference(long object, int max, LongConsumer targets);

    /**
     * Takes note that an object is about to be freed.
     *
     * @param update the update that frees it
     * @param object the object
     */
    void freed(Update update, long object);

    /** Takes note that what a step has freed is gone, or that the step has failed. */
    void ended();
  }

  /**
   * How long a step in the background goes on to look at objects, some dozens of them: so shortly
   * that who waits for the commit lock need not be put to sleep (see {@link CommitLock}).
   */
  private static final long SHORT_NANOS = TimeUnit.MICROSECONDS.toNanos(12);

  /** The same while somebody waits for limbo to be empty, which others may be filling. */
  private static final long LONG_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

  private final TransactionManager transactions;
  private final Heap heap;
  private final Policy policy;
  private final HeldWalk held = new HeldWalk();
  private final LimboNodes spareNodes;
  private final ReentrantLock sweepLock = new ReentrantLock();

  /** Whether nothing of an earlier session is among what is held. Guarded by the sweep lock. */
  private boolean oldHeldGone;

  /** Whether the last step has met something that snapshots delay. */
  private volatile boolean delayed;

  /** Whether the last step has only looked at what handles hold. */
  private volatile boolean idle;

  private final AtomicLong freed = new AtomicLong();
  private final LostReferences lost = new LostReferences();

  /** Set once, if limbo is emptied in the background. */
  private volatile @Nullable SweepThread thread;

  /**
   * Creates a sweep over a pool's limbo.
   *
   * @param transactions the pool's transactions
   * @param policy what the object layer knows
   */
  public LimboSweep(TransactionManager transactions, Policy policy) {
    this.transactions = transactions;
    this.heap = transactions.heap();
    this.policy = policy;
    this.spareNodes = new LimboNodes(transactions.allocator());
    transactions.setSweep(this);
  }

  /**
   * The entries of limbo.
   *
   * @return how many there are
   */
  public long count() {
    return headerWord(PoolHeaderFormat.LIMBO_OBJECTS);
  }

  private long headerWord(int offset) {
    heap.verify(heap.heapOffset() + offset, Long.BYTES);
    return heap.getLong(heap.heapOffset() + offset);
  }

  /** Frees everything that can be freed now. */
  public void drain() {
    boolean more = step(true, LONG_NANOS);
    while (more) {
      more = step(false, LONG_NANOS);
    }
  }

  /** Objects of limbo are linked again. */
  void relinked(int objects) {
    held.relinked(objects);
    SweepThread sweeper = thread;
    if (sweeper != null && held.isDue()) {
      sweeper.wake();
    }
  }

  /** A commit has put something into limbo. */
  void unlinked() {
    SweepThread sweeper = thread;
    if (sweeper != null) {
      sweeper.unlinked();
    }
  }

  /**
   * What tells whether there can be garbage that never comes into limbo.
   *
   * @return the losses of references
   */
  public LostReferences lost() {
    return lost;
  }

  /** From now on this is done in the background too, by a thread that has been started. */
  void setThread(SweepThread sweeper) {
    this.thread = sweeper;
  }

  /** Does one step in the background; whether there may be more to do at once. */
  boolean step() {
    return step(false, SHORT_NANOS);
  }

  /**
   * Does one step.
   *
   * @param all whether to look at everything that handles have held
   * @param nanosMax how long it goes on to look at objects
   * @return whether there may be more to do at once
   */
  private boolean step(boolean all, long nanosMax) {
    sweepLock.lock();
    try {
      reserveNodes();
      held.prepare(all);
      boolean[] more = new boolean[1];
      LimboStep[] done = new LimboStep[1];
      transactions.runLocked(
          spareNodes,
          update -> {
            done[0] = new LimboStep(transactions, policy, held, spareNodes, update);
            oldHeldGone = oldHeldGone || headerWord(PoolHeaderFormat.LIMBO_HELD) == 0;
            more[0] = done[0].run(!oldHeldGone, nanosMax);
          });
      held.committed();
      delayed = done[0].isDelayed();
      idle = done[0].wasIdle();
      freed.addAndGet(done[0].freed());
      if (done[0].hasLost()) {
        lost.add();
      }
      return more[0];
    } finally {
      policy.ended();
      held.undo();
      sweepLock.unlock();
    }
  }

  /** A pool that is full is emptied with what there is. */
  private void reserveNodes() {
    try {
      spareNodes.ensure(LimboStep.NODES_MAX);
    } catch (PoolFullException e) {
      if (spareNodes.size() == 0) {
        throw e;
      }
    }
  }

  /** The objects freed since the pool was opened. */
  long freed() {
    return freed.get();
  }

  /** Whether the last step has found nothing but what handles still hold. */
  boolean isIdle() {
    return idle;
  }

  /** Whether something waits for a snapshot to end. */
  boolean isDelayed() {
    return delayed;
  }

  /** Whether something waits for its handle to go. */
  boolean hasHeld() {
    return held.count() > 0;
  }

  /** The objects that wait for their handles to go. */
  long heldCount() {
    return held.count();
  }

  /** Whether there is something to look at that was held. */
  boolean hasHeldDue() {
    return held.isDue();
  }
}
