package dev.basalt.collections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.Durability;
import dev.basalt.Pool;
import dev.basalt.fixture.Item;
import dev.basalt.junit.PoolUnderTest;
import dev.basalt.junit.TestPool;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Producers at one end of a queue of persistent objects and consumers at the other, at full speed;
 * in the long form twenty million operations.
 */
@Timeout(3600)
class QueuesTest {
  private static final int THREADS = 2; // at each end
  private static final int EACH =
      (Boolean.getBoolean("basalt.stress") ? 10_000_000 : 20_000) / THREADS;
  private static final int LENGTH_MAX = 2_000;

  /** Objects that a queue keeps when it is empty again: its ends, and counters of its size. */
  private static final int KEPT_MAX = 20;

  /** The kinds of queues. */
  private enum Kind {
    LINKED_LIST(PersistentLinkedList::new),
    ARRAY_DEQUE(PersistentArrayDeque::new);

    final Supplier<Queue<Item>> make;

    Kind(Supplier<Queue<Item>> make) {
      this.make = make;
    }
  }

  /** Offers numbered objects; waits when the queue is long. */
  private static Callable<Void> producer(Queue<Item> queue, Semaphore room, int producer) {
    return () -> {
      for (int i = 0; i < EACH; i++) {
        assertThat(room.tryAcquire(1, TimeUnit.MINUTES)).isTrue();
        assertThat(queue.offer(new Item((long) producer * EACH + i))).isTrue();
      }
      return null;
    };
  }

  /** Polls until all have been polled; those of one producer come in order. */
  private static Callable<Void> consumer(Queue<Item> queue, Semaphore room, AtomicInteger left) {
    return () -> {
      long[] last = new long[THREADS];
      while (left.get() > 0) {
        Item item = queue.poll();
        if (item == null) {
          Thread.onSpinWait();
          continue;
        }
        room.release();
        left.decrementAndGet();
        int producer = (int) (item.number() / EACH);
        long number = item.number() % EACH + 1;
        assertThat(number).isGreaterThan(last[producer]);
        last[producer] = number;
      }
      return null;
    };
  }

  @ParameterizedTest
  @EnumSource
  void queueAtFullSpeedTakesNoMoreThanItHolds(
      Kind kind, @TestPool(durability = Durability.ASYNC) PoolUnderTest pools) throws Exception {
    Pool pool = pools.pool();
    Queue<Item> queue = kind.make.get();
    pool.putRoot("queue", queue);
    pool.reclaim();
    long objects = pool.stats().objects();
    Semaphore room = new Semaphore(LENGTH_MAX);
    AtomicInteger left = new AtomicInteger(THREADS * EACH);
    long started = System.nanoTime();
    try (var threads = Executors.newFixedThreadPool(2 * THREADS)) {
      List<Future<Void>> running = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        running.add(threads.submit(producer(queue, room, i)));
        running.add(threads.submit(consumer(queue, room, left)));
      }
      try {
        for (Future<Void> one : running) {
          one.get();
        }
      } finally {
        left.set(0);
        threads.shutdownNow();
      }
    }
    System.out.printf(
        "%s: %d operations in %d s, %d MB of pool%n",
        kind,
        2L * THREADS * EACH,
        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - started),
        pool.stats().poolBytes() >> 20);
    assertThat(queue).isEmpty();
    assertThat(pool.stats().poolBytes()).isLessThanOrEqualTo(64L << 20);
    System.gc(); // what has been polled is held by handles until then
    pool.reclaim();
    assertThat(pool.check().findings()).isEmpty();
    Pool again = pools.reopen();
    again.reclaim();
    assertThat(again.stats().objects()).isLessThanOrEqualTo(objects + KEPT_MAX);
    assertThat(again.root("queue", Queue.class).orElseThrow().isEmpty()).isTrue();
  }
}
