package dev.basalt.collections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.Durability;
import dev.basalt.Pool;
import dev.basalt.junit.PoolUnderTest;
import dev.basalt.junit.TestPool;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.ListIterator;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PersistentArrayListTest {
  private static PersistentArrayList<Integer> stored(Pool pool, int size) {
    PersistentArrayList<Integer> list =
        new PersistentArrayList<>(IntStream.range(0, size).boxed().toList());
    pool.putRoot("list", list);
    return list;
  }

  private static long objects(Pool pool) {
    pool.reclaim();
    assertThat(pool.stats().limboObjects()).isZero();
    return pool.stats().objects();
  }

  /** Ways to make a list shorter. */
  private enum Shrink {
    REMOVE_LAST(
        list -> {
          while (!list.isEmpty()) {
            Integer _ = list.removeLast();
          }
        }),
    REMOVE_FIRST(
        list -> {
          while (list.size() > 2000) {
            list.subList(0, 500).clear();
          }
          while (!list.isEmpty()) {
            Integer _ = list.removeFirst();
          }
        }),
    REMOVE_RANGE(list -> list.subList(0, list.size()).clear()),
    REMOVE_IF(list -> list.removeIf(_ -> true)),
    RETAIN_ALL(list -> list.retainAll(List.of())),
    ITERATOR(
        list -> {
          ListIterator<Integer> at = list.listIterator(list.size());
          while (at.hasPrevious()) {
            Integer _ = at.previous();
            at.remove();
          }
        });

    private final Consumer<List<Integer>> way;

    Shrink(Consumer<List<Integer>> way) {
      this.way = way;
    }
  }

  /** Two objects are left: a directory and a leaf, both as short as those of a new list. */
  @ParameterizedTest
  @EnumSource
  void leavesAreGivenBackWhenAListBecomesShorter(
      Shrink shrink, @TestPool(durability = Durability.ASYNC) Pool pool) {
    PersistentArrayList<Integer> list = stored(pool, 1);
    long objects = objects(pool);
    long bytes = pool.stats().memory().liveBytes();
    assertThat(list.addAll(IntStream.range(1, 20_000).boxed().toList())).isTrue();
    assertThat(objects(pool)).isGreaterThanOrEqualTo(objects + 20_000 / Slots.LEAF);
    pool.update(() -> shrink.way.accept(list));
    assertThat(list).isEmpty();
    assertThat(objects(pool)).isEqualTo(objects);
    assertThat(pool.stats().memory().liveBytes()).isEqualTo(bytes);
    list.addAll(List.of(1, 2, 3));
    assertThat(list).containsExactly(1, 2, 3);
  }

  @Test
  void aListThatIsHalfAsLongTakesAboutHalf(
      @TestPool(durability = Durability.ASYNC) PoolUnderTest pools) {
    PersistentArrayList<Integer> list = stored(pools.pool(), 40_000);
    long before = objects(pools.pool());
    list.removeIf(i -> i % 2 == 0);
    assertThat(objects(pools.pool())).isBetween(before - 80, before - 76);
    assertThat((Object) pools.reopen().root("list", List.class).orElseThrow())
        .isEqualTo(IntStream.range(0, 40_000).filter(i -> i % 2 == 1).boxed().toList());
  }

  /** Whatever the size: leaves and directories that come and go would wait in limbo. */
  @Test
  void whatComesAndGoesAtABorderMakesAndDropsNothing(
      @TestPool(durability = Durability.ASYNC) Pool pool) {
    PersistentArrayList<Integer> list = stored(pool, 0);
    for (int size = 0; size < 1400; size += size < 300 || size % 64 > 8 ? 1 : 5) {
      while (list.size() < size) {
        list.add(size);
      }
      cycle(list);
      pool.reclaim();
      long objects = pool.stats().objects();
      pool.update(() -> IntStream.range(0, 5).forEach(_ -> cycle(list)));
      assertThat(pool.stats().limboObjects()).as("limbo at size %d", size).isZero();
      assertThat(pool.stats().objects()).as("objects at size %d", size).isEqualTo(objects);
    }
  }

  private static void cycle(List<Integer> list) {
    int size = list.size();
    for (int i = 0; i < 2; i++) {
      list.add(i);
    }
    for (int i = 0; i < 4 && !list.isEmpty(); i++) {
      Integer _ = list.removeLast();
    }
    while (list.size() < size) {
      list.add(size);
    }
  }

  @Test
  void aViewStillReadsTheLeavesThatItsListHasGivenBack(
      @TestPool(durability = Durability.ASYNC) Pool pool) throws Exception {
    PersistentArrayList<Integer> list = stored(pool, 5000);
    pool.view(
        () -> {
          Thread other =
              Thread.ofPlatform()
                  .start(
                      () -> {
                        list.subList(10, 5000).clear();
                        pool.reclaim();
                        list.addAll(List.of(-1, -2, -3));
                      });
          other.join();
          assertThat(list).isEqualTo(IntStream.range(0, 5000).boxed().toList());
        });
    assertThat(list).hasSize(13).endsWith(9, -1, -2, -3);
  }

  @Test
  void anAbortedUpdateGivesNothingBack(@TestPool(durability = Durability.ASYNC) Pool pool) {
    PersistentArrayList<Integer> list = stored(pool, 3000);
    long before = objects(pool);
    assertThatThrownBy(
            () ->
                pool.update(
                    () -> {
                      list.subList(1, 2999).clear();
                      list.addAll(List.of(7, 8, 9));
                      throw new IllegalStateException("abort");
                    }))
        .hasMessage("abort");
    assertThat(list).isEqualTo(IntStream.range(0, 3000).boxed().toList());
    assertThat(objects(pool)).isEqualTo(before);
  }

  /** Another thread's removals do not make an iterator fail. */
  @Test
  void anIteratorReturnsWhatItHasFound(@TestPool(durability = Durability.ASYNC) Pool pool) {
    PersistentArrayList<Integer> list = stored(pool, 10);
    List<Integer> met = new ArrayList<>();
    for (Iterator<Integer> at = list.iterator(); at.hasNext(); ) {
      list.subList(list.size() - 2, list.size()).clear();
      met.add(at.next());
    }
    assertThat(met).containsExactly(0, 1, 2, 3);
    assertThat(list).containsExactly(0, 1);
  }

  @Test
  void whatHasMovedIsNeitherRemovedNorSetThroughAnIterator(
      @TestPool(durability = Durability.ASYNC) Pool pool) {
    PersistentArrayList<Integer> list = stored(pool, 5);
    ListIterator<Integer> at = list.listIterator();
    assertThat(at.next()).isZero();
    assertThat(at.next()).isEqualTo(1);
    list.addFirst(-1);
    at.remove();
    assertThat(list).containsExactly(-1, 0, 1, 2, 3, 4);
    assertThat(at.previous()).isEqualTo(-1);
    list.removeFirst();
    at.set(9);
    assertThat(list).containsExactly(0, 1, 2, 3, 4);
    list.clear();
    at.add(5);
    at.add(6);
    assertThat(list).containsExactly(5, 6);
    assertThat(at.hasNext()).isFalse();
  }
}
