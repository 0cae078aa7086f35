package dev.basalt.collections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.Durability;
import dev.basalt.Pool;
import dev.basalt.error.UnsupportedTypeException;
import dev.basalt.junit.PoolUnderTest;
import dev.basalt.junit.TestPool;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedList;
import java.util.List;
import java.util.ListIterator;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PersistentLinkedListTest {
  private static final boolean LONG = Boolean.getBoolean("basalt.stress");

  private static final class Abort extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  @SuppressWarnings("unchecked")
  private static PersistentLinkedList<Object> found(Pool pool) {
    return pool.root("list", PersistentLinkedList.class).orElseThrow();
  }

  private static PersistentLinkedList<Object> stored(Pool pool, int size) {
    PersistentLinkedList<Object> list =
        new PersistentLinkedList<>(IntStream.range(0, size).boxed().toList());
    pool.putRoot("list", list);
    return list;
  }

  /** An operation with what it answers; the same on both lists if they are equal. */
  private static Object change(
      List<Object> list, Deque<Object> ends, Random random, boolean grows) {
    int size = list.size();
    Object element = random.nextInt(20) == 0 ? null : random.nextInt(50);
    int index = size == 0 ? 0 : random.nextInt(size);
    switch (random.nextInt(grows ? 20 : 26)) {
      case 0, 1, 2 -> list.addFirst(element);
      case 3, 4, 5 -> list.addLast(element);
      case 6, 7, 8 -> list.add(index, element);
      case 9 -> {
        return list.addAll(
            index, List.of("a", element == null ? 0 : element, "a long string " + index));
      }
      case 10 -> {
        return ends.pollFirst();
      }
      case 11 -> {
        return ends.pollLast();
      }
      case 12 -> {
        return size == 0 ? null : list.remove(index);
      }
      case 13 -> {
        return ends.removeFirstOccurrence(element);
      }
      case 14 -> {
        return ends.removeLastOccurrence(element);
      }
      case 15 -> {
        return size == 0 ? null : list.set(index, element);
      }
      case 16 -> {
        return walk(list.listIterator(index), random, element);
      }
      case 17 -> {
        return removeSome(
            random.nextBoolean() ? list.iterator() : ends.descendingIterator(), random);
      }
      case 18 -> {
        return List.of(list.indexOf(element), list.lastIndexOf(element), list.contains(element));
      }
      case 19 ->
          Collections.sort(
              list.subList(index, Math.min(size, index + 80)), PersistentLinkedListTest::order);
      case 20 -> {
        int residue = random.nextInt(10);
        return list.removeIf(e -> e instanceof Integer i && i % 10 == residue);
      }
      case 21 -> list.subList(index, Math.min(size, index + random.nextInt(120))).clear();
      case 22 -> {
        if (random.nextInt(40) == 0) {
          list.clear();
        }
      }
      default -> {
        return size == 0 ? null : list.remove(index);
      }
    }
    return list.size();
  }

  private static int order(Object a, Object b) {
    return String.valueOf(a).compareTo(String.valueOf(b));
  }

  private static Object walk(ListIterator<Object> at, Random random, Object element) {
    List<Object> met = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      switch (random.nextInt(6)) {
        case 0, 1 -> met.add(at.hasNext() ? at.next() : "end");
        case 2 -> met.add(at.hasPrevious() ? at.previous() : "start");
        case 3 -> {
          if (at.hasNext()) {
            met.add(at.next());
            at.remove();
          }
        }
        case 4 -> {
          if (at.hasPrevious()) {
            met.add(at.previous());
            at.set(element);
          }
        }
        default -> at.add(i);
      }
      met.add(at.nextIndex());
    }
    return met;
  }

  private static Object removeSome(Iterator<Object> all, Random random) {
    List<Object> met = new ArrayList<>();
    int every = 2 + random.nextInt(4);
    for (int i = 0; all.hasNext(); i++) {
      met.add(all.next());
      if (i % every == 0 && random.nextInt(3) == 0) {
        all.remove();
      }
    }
    return met;
  }

  private static void apply(
      PersistentLinkedList<Object> list,
      LinkedList<Object> model,
      long seed,
      int steps,
      boolean grows) {
    Random random = new Random(seed);
    Random same = new Random(seed);
    for (int i = 0; i < steps; i++) {
      assertThat(change(list, list, random, grows))
          .as("seed %d, step %d", seed, i)
          .isEqualTo(change(model, model, same, grows));
      if (!LONG || i % 16 == 0) {
        assertThat(new ArrayList<>(list)).as("seed %d, step %d", seed, i).isEqualTo(model);
      }
    }
  }

  private static void compare(PersistentLinkedList<Object> list, LinkedList<Object> model) {
    assertThat(new ArrayList<>(list)).isEqualTo(new ArrayList<>(model));
    assertThat(list.size()).isEqualTo(model.size());
    List<Object> back = new ArrayList<>();
    list.descendingIterator().forEachRemaining(back::add);
    assertThat(back).isEqualTo(new ArrayList<>(model).reversed());
    assertThat(list.reversed()).isEqualTo(model.reversed()).hasSameHashCodeAs(model.reversed());
    assertThat(list.equals(model) && model.equals(list)).isTrue();
    assertThat(list.hashCode()).isEqualTo(model.hashCode());
    assertThat(list.toString()).isEqualTo(model.toString());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void behavesLikeLinkedListThroughAbortsAndReopens(
      long seed, @TestPool(durability = Durability.ASYNC) PoolUnderTest pools) {
    Random random = new Random(seed);
    PersistentLinkedList<Object> list = stored(pools.pool(), 3);
    LinkedList<Object> model = new LinkedList<>(List.of(0, 1, 2));
    long steps = LONG ? 10_000_000L / 3 : 6000;
    for (int round = 0; steps > 0; round++) {
      int some = 1 + random.nextInt(60);
      steps -= some;
      long roundSeed = random.nextLong();
      boolean grows = round / 20 % 2 == 0 && model.size() < 3000;
      boolean aborts = random.nextInt(5) == 0;
      LinkedList<Object> next = new LinkedList<>(model);
      PersistentLinkedList<Object> target = list;
      if (random.nextInt(4) == 0) {
        apply(target, model, roundSeed, some, grows); // each operation an update of its own
      } else {
        try {
          pools
              .pool()
              .update(
                  () -> {
                    next.clear();
                    next.addAll(model);
                    apply(target, next, roundSeed, some, grows);
                    if (aborts) {
                      throw new Abort();
                    }
                  });
          model.clear();
          model.addAll(next);
        } catch (Abort e) {
          assertThat(aborts).isTrue();
        }
      }
      compare(list, model);
      if (round % 30 == 29) {
        list = found(pools.reopen());
        compare(list, model);
      }
    }
  }

  @Test
  void isPlainAgainAfterAnAbort(@TestPool(durability = Durability.ASYNC) Pool pool) {
    PersistentLinkedList<Object> list = new PersistentLinkedList<>(List.of(1));
    assertThatThrownBy(
            () ->
                pool.update(
                    () -> {
                      pool.putRoot("list", list);
                      list.addFirst(2);
                      throw new Abort();
                    }))
        .isInstanceOf(Abort.class);
    assertThat(Pool.isPersistent(list)).isFalse();
    assertThat(list).containsExactly(1);
    list.push(0);
    pool.putRoot("list", list);
    assertThat(Pool.isPersistent(list)).isTrue();
    assertThat(found(pool)).isSameAs(list).containsExactly(0, 1);
  }

  /** What cannot be stored leaves the list as it was, also in an update that goes on. */
  @Test
  void anElementThatCannotBeStoredIsNoElement(@TestPool(durability = Durability.ASYNC) Pool pool) {
    for (int size : new int[] {0, 5, LinkedNodes.CAPACITY, 200}) {
      PersistentLinkedList<Object> list = stored(pool, size);
      List<Object> before = new ArrayList<>(list);
      pool.update(
          () -> {
            Object no = new Thread();
            assertThatThrownBy(() -> list.addFirst(no))
                .isInstanceOf(UnsupportedTypeException.class);
            assertThatThrownBy(() -> list.addLast(no)).isInstanceOf(UnsupportedTypeException.class);
            assertThatThrownBy(() -> list.add(size / 2, no))
                .isInstanceOf(UnsupportedTypeException.class);
          });
      assertThat(list).isEqualTo(before);
      list.addFirst("first");
      list.addLast("last");
      assertThat(list).hasSize(size + 2).startsWith("first").endsWith("last");
    }
  }

  /** An iterator that is between two steps when elements come and go at the ends misses nothing. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void iteratorsAreNotDisturbedByTheEnds(
      boolean forward, @TestPool(durability = Durability.ASYNC) Pool pool) {
    PersistentLinkedList<Object> list = stored(pool, 1000);
    Iterator<Object> all = forward ? list.iterator() : list.descendingIterator();
    List<Object> met = new ArrayList<>();
    for (int i = 0; all.hasNext(); i++) {
      met.add(all.next());
      if (i < 300) {
        assertThat(forward ? list.removeFirst() : list.removeLast())
            .isEqualTo(forward ? i : 999 - i);
        assertThat(forward ? list.pollLast() : list.pollFirst()).isEqualTo(forward ? 999 - i : i);
        pool.reclaim();
      }
      list.push("new");
      list.addLast("new");
      assertThat(forward ? list.removeFirst() : list.removeLast()).isEqualTo("new");
      assertThat(forward ? list.removeLast() : list.removeFirst()).isEqualTo("new");
    }
    List<Object> stayed =
        IntStream.range(300, 700).boxed().collect(java.util.stream.Collectors.toList());
    assertThat(met)
        .containsSubsequence(forward ? stayed : stayed.reversed())
        .doesNotHaveDuplicates();
  }

  @Test
  void iteratorsOfAClearedListRemoveNothing(@TestPool(durability = Durability.ASYNC) Pool pool) {
    PersistentLinkedList<Object> list = stored(pool, 300);
    Iterator<Object> all = list.iterator();
    all.next();
    list.clear();
    pool.reclaim();
    list.addAll(List.of(0, 1, 2));
    all.remove();
    all.next();
    all.remove();
    assertThat(list).containsExactly(0, 1, 2);
  }

  @Test
  void aNodeThatAnIteratorLooksAtKeepsNoOthers(@TestPool(durability = Durability.ASYNC) Pool pool) {
    PersistentLinkedList<Object> list = stored(pool, 60);
    Iterator<Object> all = list.iterator();
    all.next();
    pool.reclaim();
    long before = pool.stats().objects();
    for (int i = 0; i < 5000; i++) {
      list.addLast(i);
      list.removeFirst();
    }
    pool.reclaim();
    assertThat(pool.stats().objects()).isLessThan(before + 20);
    assertThat(all.next()).isEqualTo(1);
  }

  @Test
  void aLongListIsFreedInSteps(@TestPool(durability = Durability.ASYNC) Pool pool) {
    int size = LONG ? 10_000_000 : 200_000;
    long before = pool.stats().objects();
    PersistentLinkedList<Object> list = stored(pool, 0);
    for (int i = 0; i < size; i += 100_000) {
      list.addAll(Collections.nCopies(100_000, i));
    }
    assertThat(list).hasSize(size);
    list.clear();
    assertThat(list).isEmpty();
    pool.reclaim();
    assertThat(pool.stats().objects()).isLessThan(before + 50);
  }

  /** Each element is taken once, in order, and the two ends do not meet. */
  @Test
  void producerAndConsumerDoNotConflict(@TestPool(durability = Durability.ASYNC) Pool pool)
      throws Exception {
    PersistentLinkedList<Object> list = stored(pool, 1000);
    list.addLast("more"); // several nodes
    long before = pool.stats().conflicts();
    List<Object> taken = new ArrayList<>();
    try (var threads = Executors.newFixedThreadPool(2)) {
      Future<?> producer = threads.submit(() -> IntStream.range(0, 800).forEach(list::addLast));
      Future<?> consumer =
          threads.submit(() -> IntStream.range(0, 800).forEach(_ -> taken.add(list.removeFirst())));
      producer.get();
      consumer.get();
    }
    assertThat(taken)
        .containsExactlyElementsOf(IntStream.range(0, 800).boxed().map(i -> (Object) i).toList());
    assertThat(list).hasSize(1001);
    assertThat(pool.stats().conflicts() - before).isLessThan(40);
  }

  @Test
  void linkedListsOfTheJdkBecomePersistent(
      @TestPool(durability = Durability.ASYNC) PoolUnderTest pools) {
    pools.pool().putRoot("list", new LinkedList<>(List.of("a", "b")));
    PersistentLinkedList<Object> list = found(pools.reopen());
    assertThat(list.poll()).isEqualTo("a");
    assertThat(list).containsExactly("b");
  }

  @Test
  void aCompactedListIsLinkedInBothDirections(
      @TestPool(durability = Durability.ASYNC) PoolUnderTest pools) throws Exception {
    Pool pool = pools.pool();
    PersistentLinkedList<Object> list = stored(pool, 1000);
    list.removeIf(e -> e instanceof Integer i && i % 3 == 0);
    List<Object> before = new ArrayList<>(list);
    pools.close();
    var to = pools.file().resolveSibling("compact.pool");
    Pool.compact(pools.file(), to);
    assertThat(Pool.check(to).isClean()).isTrue();
    try (Pool compact = Pool.open(to)) {
      PersistentLinkedList<Object> found = found(compact);
      List<Object> back = new ArrayList<>();
      found.descendingIterator().forEachRemaining(back::add);
      assertThat(back.reversed()).isEqualTo(before);
      while (found.pollLast() != null) {
        assertThat(found.size()).isLessThan(1000);
      }
    }
    assertThat(Pool.check(to).isClean()).isTrue();
  }
}
