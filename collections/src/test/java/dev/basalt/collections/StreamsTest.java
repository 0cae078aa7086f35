package dev.basalt.collections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.Pool;
import dev.basalt.junit.TestPool;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Spliterator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What streams are told of the collections: an order if there is one, a size if it stays. */
class StreamsTest {
  private static final int COUNT = 500;

  private static void check(Pool pool, Collection<?> stored, int characteristics) {
    assertThat(stored.spliterator().hasCharacteristics(characteristics)).isTrue();
    assertThat(stored.spliterator().hasCharacteristics(Spliterator.SIZED)).isFalse();
    pool.view(
        () -> {
          assertThat(stored.spliterator().hasCharacteristics(characteristics)).isTrue();
          assertThat(stored.spliterator().getExactSizeIfKnown()).isEqualTo(COUNT);
        });
    assertThat(stored.stream().<Object>map(e -> e).toList()).isEqualTo(List.copyOf(stored));
    assertThat(stored.parallelStream().count()).isEqualTo(COUNT);
  }

  @Test
  void streamsKnowTheOrderAndNoSizeThatOthersMayChange(@TestPool Pool pool) {
    List<Integer> numbers = IntStream.range(0, COUNT).boxed().toList();
    List<Collection<Integer>> ordered =
        List.of(
            new PersistentArrayList<>(numbers),
            new PersistentLinkedList<>(numbers),
            new PersistentArrayDeque<>(numbers));
    for (Collection<Integer> collection : ordered) {
      assertThat(collection.spliterator().getExactSizeIfKnown()).isEqualTo(COUNT);
      pool.putRoot("root", collection);
      check(pool, collection, Spliterator.ORDERED);
    }
    PersistentHashMap<Integer, Integer> hash = new PersistentHashMap<>();
    PersistentTreeMap<Integer, Integer> tree = new PersistentTreeMap<>(Comparator.reverseOrder());
    PersistentHashSet<Integer> hashSet = new PersistentHashSet<>(numbers);
    PersistentTreeSet<Integer> treeSet = new PersistentTreeSet<>(numbers);
    pool.putRoot("root", List.of(hash, tree, hashSet, treeSet));
    pool.update(() -> numbers.forEach(n -> hash.put(n, n)));
    pool.update(() -> numbers.forEach(n -> tree.put(n, n)));
    for (Collection<?> keys : List.of(hash.keySet(), hash.entrySet(), hashSet)) {
      check(pool, keys, Spliterator.DISTINCT);
    }
    check(pool, hash.values(), 0);
    check(pool, tree.values(), Spliterator.ORDERED);
    check(pool, tree.entrySet(), Spliterator.ORDERED | Spliterator.DISTINCT);
    for (NavigableSet<Integer> keys : List.of(tree.navigableKeySet(), treeSet)) {
      check(pool, keys, Spliterator.ORDERED | Spliterator.SORTED | Spliterator.DISTINCT);
    }
    assertThat(treeSet.spliterator().getComparator()).isNull();
    assertThat(tree.keySet().spliterator().getComparator()).isEqualTo(Comparator.reverseOrder());
    assertThat(tree.entrySet().stream().map(Map.Entry::getKey).findFirst()).contains(COUNT - 1);
  }
}
