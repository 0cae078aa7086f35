package dev.basalt.cycles;

import dev.basalt.check.Marks;
import dev.basalt.check.Reachability;
import dev.basalt.error.PoolClosedException;
import dev.basalt.error.StaleTransactionException;
import dev.basalt.format.ObjectFormat;
import dev.basalt.format.PoolHeaderFormat;
import dev.basalt.format.SlotFormat;
import dev.basalt.memory.Allocator;
import dev.basalt.memory.Heap;
import dev.basalt.object.ObjectShapes;
import dev.basalt.object.ObjectSpace;
import dev.basalt.object.Reclaimer;
import dev.basalt.tx.TransactionManager;
import dev.basalt.tx.UncommittedObjectException;
import dev.basalt.tx.View;
import java.lang.foreign.Arena;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reclaims what neither roots nor handles reach, though it is referred to, while updates and views
 * go on.
 *
 * <p>Objects that have a handle at any time from now on are noted. In a view, what roots and noted
 * objects lead to is marked, at last when no older snapshot is left. What was there for the view
 * and is not marked nobody will ever have in hand. Its references are taken out, and limbo does the
 * rest. The argument is in {@code docs/concurrency.md}, <em>Cycles</em>.
 */
public final class CycleCollection {
  private static final long POLL_MILLIS = 1;

  /** Updates after which limbo is emptied: it has room for some thousand objects in a full pool. */
  private static final int STEPS_PER_DRAIN = 8;

  /** What {@link #run(long, BooleanSupplier)} returns if there was no collection. */
  static final long GIVEN_UP = -1;

  private final ObjectSpace space;
  private final TransactionManager transactions;
  private final Heap heap;
  private final Allocator allocator;
  private final Reclaimer reclaimer;
  private final Semaphore turn = new Semaphore(1);
  private volatile boolean stopping;
  private final AtomicLong collections = new AtomicLong();
  private final AtomicLong collected = new AtomicLong();

  /**
   * Prepares collections of a pool.
   *
   * @param space the pool's objects
   * @param allocator knows where objects lie
   * @param reclaimer empties limbo
   */
  public CycleCollection(ObjectSpace space, Allocator allocator, Reclaimer reclaimer) {
    this.space = space;
    this.transactions = space.transactions();
    this.heap = transactions.heap();
    this.allocator = allocator;
    this.reclaimer = reclaimer;
  }

  /**
   * Collects once; one caller at a time. Waits until the transactions that have begun by now have
   * ended.
   *
   * @return the objects that are reclaimed: those that nothing reached
   * @throws InterruptedException if the thread is interrupted while it waits; nothing has happened
   * @throws PoolClosedException if the pool is closed meanwhile
   */
  public long run() throws InterruptedException {
    return run(Long.MAX_VALUE, () -> true);
  }

  /**
   * Collects once, but gives up if another collection or transactions last longer than it has
   * patience for, or if it is not wanted any more when its turn has come.
   *
   * @return the objects that are reclaimed, or {@link #GIVEN_UP}
   */
  long run(long patienceNanos, BooleanSupplier isWanted) throws InterruptedException {
    if (!turn.tryAcquire(patienceNanos, TimeUnit.NANOSECONDS)) {
      return GIVEN_UP;
    }
    try {
      checkGoesOn();
      return isWanted.getAsBoolean() ? collect(patienceNanos) : GIVEN_UP;
    } finally {
      turn.release();
    }
  }

  private long collect(long patienceNanos) throws InterruptedException {
    reclaimer.drain();
    try (Arena arena = Arena.ofConfined()) {
      Garbage garbage = find(arena, patienceNanos);
      if (garbage == null) {
        return GIVEN_UP;
      }
      long count = garbage.count();
      if (count > 0) {
        cut(garbage);
        reclaimer.drain();
      }
      collected.addAndGet(count);
      collections.incrementAndGet();
      return count;
    }
  }

  /**
   * The collections since the pool was opened.
   *
   * @return how many came to their end
   */
  public long collections() {
    return collections.get();
  }

  /**
   * The objects that they have found to be garbage.
   *
   * @return how many
   */
  public long collected() {
    return collected.get();
  }

  /** Ends a running collection, waits for its end, and refuses others: the pool is being closed. */
  public void close() {
    stopping = true;
    turn.acquireUninterruptibly();
    turn.release();
  }

  private void checkGoesOn() {
    if (stopping) {
      throw new PoolClosedException(space.name() + " is being closed");
    }
  }

  private @Nullable Garbage find(Arena arena, long patienceNanos) throws InterruptedException {
    NotedObjects noted = new NotedObjects(heap);
    space.noteHandles(noted);
    try (View view = transactions.openView()) {
      int chunkCount = allocator.chunkCount();
      Marks marks = new Marks(heap, arena);
      ObjectShapes shapes = new ObjectShapes(space, view);
      Reachability reachability =
          new Reachability(
              marks,
              (object, visitor) -> {
                checkGoesOn();
                shapes.forEachSlot(
                    object,
                    (_, slot) -> {
                      if (SlotFormat.isPointer(slot)) {
                        visitor.accept(slot);
                      }
                    });
              });
      reachability.markFrom(heap.heapOffset() + PoolHeaderFormat.ROOT_DIRECTORY);
      markNoted(noted, view, reachability);
      if (!awaitOldest(view.version(), patienceNanos)) {
        return null;
      }
      markNoted(noted, view, reachability);
      Garbage garbage = new Garbage(heap, allocator, marks, chunkCount, view.version());
      space
          .weakReferences()
          .clear(view, garbage::contains, () -> markNoted(noted, view, reachability));
      return garbage;
    } finally {
      space.stopNotingHandles();
    }
  }

  private void markNoted(NotedObjects noted, View view, Reachability reachability) {
    noted.forEach(
        object -> {
          if (allocator.isAllocated(object) && exists(view, object)) {
            reachability.mark(object);
          }
        });
  }

  /** Whether an object was there at the view's snapshot; it is noted, so it does not go. */
  private static boolean exists(View view, long object) {
    view.verify(object, ObjectFormat.SIZE);
    try {
      long _ = view.word(object, ObjectFormat.CLASS_ID);
      return true;
    } catch (StaleTransactionException | UncommittedObjectException e) {
      return false;
    }
  }

  /** Waits until no snapshot is older; whether that has happened in time. */
  private boolean awaitOldest(long snapshot, long patienceNanos) throws InterruptedException {
    long begin = System.nanoTime();
    while (transactions.oldestSnapshot() < snapshot) {
      checkGoesOn();
      if (System.nanoTime() - begin > patienceNanos) {
        return false;
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
    return true;
  }

  private void cut(Garbage garbage) {
    CycleCut cut = new CycleCut(space, allocator, garbage.snapshot());
    int[] steps = {0};
    for (int chunk = 0; chunk < garbage.chunkCount(); chunk++) {
      cut.cut(
          garbage.withSlots(chunk),
          () -> {
            checkGoesOn(); // what is not cut yet is garbage as before
            if (++steps[0] % STEPS_PER_DRAIN == 0) {
              reclaimer.drain();
            }
          });
    }
  }
}
