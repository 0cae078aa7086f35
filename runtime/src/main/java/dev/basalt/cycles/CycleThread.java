package dev.basalt.cycles;

import dev.basalt.error.BasaltException;
import dev.basalt.memory.Allocator;
import dev.basalt.memory.Heap;
import dev.basalt.tx.LostReferences;
import dev.basalt.tx.PoolThread;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pool's thread that collects garbage in cycles when it is worth it.
 *
 * <p>A collection looks at everything that is in use. So there is one when what is in use has grown
 * by half since the last: then all collections together look at no more than about three times what
 * has been stored. The first of a session comes as soon as there is something to gain, because
 * sessions may be short, and one more when the pool is nearly full. And there is none unless an
 * object has lost a reference and kept another ({@link LostReferences}), without which there is no
 * new garbage in cycles.
 *
 * <p>The thread sleeps until there has been such a loss, and looks once in {@value #GATHER_MILLIS}
 * milliseconds at most. None is missed: {@link #asleep} is set before the thread looks at the count
 * for the last time, and a commit counts before it looks whether the thread sleeps.
 */
public final class CycleThread implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(CycleThread.class);

  private static final long GATHER_MILLIS = 200;

  /** How long an update that finds the pool full lets a collection wait for other transactions. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Less growth than this is not worth a collection. */
  private static final long GROWTH_MIN = 1L << 20;

  private static final int GROWTH_PART = 2;
  private static final int NEARLY_FULL_PARTS = 8;

  private final String pool;
  private final CycleCollection collection;
  private final Allocator allocator;
  private final Heap heap;
  private final LostReferences lost;
  private final PoolThread thread;
  private volatile boolean asleep;
  private volatile boolean stopping;

  /** The losses before the last collection. */
  private volatile long lostBefore;

  /** What was in use after the last collection, or at the beginning. */
  private volatile long bytesBefore;

  private volatile boolean isFirst = true;

  /** The losses of which nothing was left, whatever handles had kept at first. */
  private volatile long lostInVain;

  /**
   * Prepares the thread.
   *
   * @param pool the pool's name
   * @param collection collects
   * @param allocator knows how much is in use
   * @param heap the heap
   * @param lost the losses of references
   */
  public CycleThread(
      String pool,
      CycleCollection collection,
      Allocator allocator,
      Heap heap,
      LostReferences lost) {
    this.pool = pool;
    this.collection = collection;
    this.allocator = allocator;
    this.heap = heap;
    this.lost = lost;
    this.lostBefore = lost.count();
    this.lostInVain = lostBefore;
    this.bytesBefore = bytesInUse();
    this.thread = new PoolThread("basalt-cycles", this::run);
  }

  /** Begins. */
  public void start() {
    lost.setListener(this::wake);
    thread.start();
  }

  private void wake() {
    if (asleep) {
      asleep = false;
      thread.unpark();
    }
  }

  private void run() {
    try {
      long seen = lost.count();
      while (!stopping) {
        seen = awaitLoss(seen);
        if (!stopping && isDue()) {
          long _ = collect(Long.MAX_VALUE, () -> true);
        }
      }
    } catch (InterruptedException | RuntimeException | Error e) {
      if (!stopping) {
        LOGGER.error("{}: no cycles are collected in the background any more", pool, e);
      }
    }
  }

  private long awaitLoss(long seen) {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(GATHER_MILLIS));
    while (true) {
      asleep = true;
      long now = lost.count();
      if (now != seen || stopping) {
        asleep = false;
        return now;
      }
      LockSupport.park();
    }
  }

  private long bytesInUse() {
    return allocator.usage().objectBytes();
  }

  private boolean isDue() {
    long bytes = bytesInUse();
    long growth = bytes - bytesBefore;
    if (lost.count() == lostBefore || growth < GROWTH_MIN) {
      return false;
    }
    long sizeMax = heap.sizeMax() - heap.heapOffset();
    return isFirst
        || growth >= bytesBefore / GROWTH_PART
        || bytes >= sizeMax - sizeMax / NEARLY_FULL_PARTS;
  }

  private long collect(long patienceNanos, BooleanSupplier isWanted) throws InterruptedException {
    long losses = lost.count();
    long count = collection.run(patienceNanos, isWanted);
    if (count != CycleCollection.GIVEN_UP) {
      lostBefore = losses;
      bytesBefore = bytesInUse();
      isFirst = false;
    }
    return count;
  }

  /**
   * Collects because the pool is full; called outside transactions. If that makes no room, the JVM
   * is asked for a collection of its own, because handles keep what they reach, and may have been
   * dead for long; but not again before there is new garbage if it was in vain.
   *
   * @return whether there is room now, perhaps because another thread has collected
   */
  public boolean makeRoom() {
    long before = collection.collected();
    BooleanSupplier isWanted = () -> collection.collected() == before;
    try {
      if (lost.count() != lostBefore) {
        long _ = collect(PATIENCE_NANOS, isWanted);
      }
      long losses = lost.count();
      if (isWanted.getAsBoolean() && losses != lostInVain) {
        System.gc();
        if (collect(PATIENCE_NANOS, isWanted) == 0) {
          lostInVain = losses;
        }
      }
      return !isWanted.getAsBoolean();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (BasaltException e) {
      LOGGER.debug("{}: no cycles were collected in the full pool", pool, e);
      return false;
    }
  }

  /** Ends the thread; a collection that is running stops halfway. */
  @Override
  public void close() {
    stopping = true;
    collection.close();
    thread.unpark();
    thread.awaitEnd();
  }
}
