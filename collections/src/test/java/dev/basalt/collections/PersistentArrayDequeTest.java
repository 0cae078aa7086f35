package dev.basalt.collections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.Pool;
import dev.basalt.junit.PoolUnderTest;
import dev.basalt.junit.TestPool;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PersistentArrayDequeTest {
  @SuppressWarnings("unchecked")
  private static PersistentArrayDeque<Integer> found(Pool pool) {
    return pool.root("deque", PersistentArrayDeque.class).orElseThrow();
  }

  private static Object change(Deque<Integer> deque, int operation, int element) {
    return String.valueOf(
        switch (operation) {
          case 0, 1 -> deque.offerFirst(element);
          case 2, 3 -> deque.offerLast(element);
          case 4 -> deque.pollFirst();
          case 5 -> deque.pollLast();
          case 6 -> deque.removeFirstOccurrence(element);
          default -> deque.removeLastOccurrence(element);
        });
  }

  @Test
  void behavesLikeArrayDequeThroughReopens(@TestPool PoolUnderTest pools) {
    Random random = new Random(11);
    PersistentArrayDeque<Integer> deque = new PersistentArrayDeque<>(List.of(1, 2, 3));
    pools.pool().putRoot("deque", deque);
    Deque<Integer> model = new ArrayDeque<>(List.of(1, 2, 3));
    for (int round = 0; round < 30; round++) {
      PersistentArrayDeque<Integer> target = deque;
      pools
          .pool()
          .update(
              () -> {
                for (int i = 0; i < 100; i++) {
                  int operation = random.nextInt(8);
                  int element = random.nextInt(100);
                  assertThat(change(target, operation, element))
                      .isEqualTo(change(model, operation, element));
                  assertThat(target.peekFirst()).isEqualTo(model.peekFirst());
                  assertThat(target.peekLast()).isEqualTo(model.peekLast());
                }
              });
      assertThat(deque).containsExactlyElementsOf(model).hasSize(model.size());
      List<Integer> back = new ArrayList<>();
      deque.descendingIterator().forEachRemaining(back::add);
      Collections.reverse(back);
      assertThat(back).containsExactlyElementsOf(model);
      if (round % 10 == 9) {
        deque = found(pools.reopen());
      }
    }
  }

  @Test
  void refusesWhatArrayDequeRefuses(@TestPool PoolUnderTest pools) {
    PersistentArrayDeque<Integer> deque = new PersistentArrayDeque<>();
    for (boolean stored : new boolean[] {false, true}) {
      if (stored) {
        pools.pool().putRoot("deque", deque);
      }
      assertThat(Pool.isPersistent(deque)).isEqualTo(stored);
      assertThatThrownBy(() -> deque.addFirst(null)).isInstanceOf(NullPointerException.class);
      assertThatThrownBy(() -> deque.offer(null)).isInstanceOf(NullPointerException.class);
      assertThatThrownBy(deque::pop).isInstanceOf(NoSuchElementException.class);
      assertThatThrownBy(deque::getLast).isInstanceOf(NoSuchElementException.class);
      assertThat(deque.poll()).isNull();
      assertThat(deque.contains(null)).isFalse();
      assertThat(deque).isEmpty();
    }
  }

  /** Each element is taken once, in order, while others are added. */
  @Test
  void producerAndConsumerMeetInOrder(@TestPool PoolUnderTest pools) throws Exception {
    PersistentArrayDeque<Integer> deque = new PersistentArrayDeque<>();
    pools.pool().putRoot("deque", deque);
    List<Integer> taken = new ArrayList<>();
    try (var threads = Executors.newFixedThreadPool(2)) {
      Future<?> producer = threads.submit(() -> IntStream.range(0, 500).forEach(deque::addLast));
      Future<?> consumer =
          threads.submit(
              () -> {
                while (taken.size() < 500 && !Thread.currentThread().isInterrupted()) {
                  Integer next = deque.pollFirst();
                  if (next != null) {
                    taken.add(next);
                  }
                }
              });
      producer.get();
      consumer.get();
    }
    assertThat(taken).containsExactlyElementsOf(IntStream.range(0, 500).boxed().toList());
    assertThat(deque).isEmpty();
  }

  @Test
  @SuppressWarnings("unchecked")
  void queuesOfTheJdkBecomeDeques(@TestPool PoolUnderTest pools) {
    pools.pool().putRoot("deque", new ArrayDeque<>(List.of(1, 2)));
    pools.pool().putRoot("queue", new ConcurrentLinkedQueue<>(List.of("a", "b")));
    Pool pool = pools.reopen();
    assertThat(found(pool)).containsExactly(1, 2);
    Queue<String> queue = pool.root("queue", Queue.class).orElseThrow();
    assertThat(queue.poll()).isEqualTo("a");
    assertThat(queue).containsExactly("b");
  }
}
