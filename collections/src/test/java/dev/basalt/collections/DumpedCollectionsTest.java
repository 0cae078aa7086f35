package dev.basalt.collections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.Pool;
import dev.basalt.junit.PoolUnderTest;
import dev.basalt.junit.TestPool;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * A dump shows the elements of every collection, in the objects that the collection consists of.
 */
class DumpedCollectionsTest {
  private static final int SIZE = 1000;
  private static final List<String> ELEMENTS =
      IntStream.range(0, SIZE).mapToObj("element number %d"::formatted).toList();

  @Test
  void elementsOfEveryCollectionAreShown(@TestPool PoolUnderTest pools) throws IOException {
    Map<String, Integer> map =
        IntStream.range(0, SIZE).boxed().collect(Collectors.toMap(ELEMENTS::get, i -> 7000 + i));
    PersistentLongMap<String> longs = new PersistentLongMap<>();
    PersistentObjectArray<String> array = new PersistentObjectArray<>(SIZE);
    for (int i = 0; i < SIZE; i++) {
      longs.put(90_000 + i, ELEMENTS.get(i));
      array.set(i, ELEMENTS.get(i));
    }
    for (Object collection :
        List.of(
            new PersistentArrayList<>(ELEMENTS),
            new PersistentLinkedList<>(ELEMENTS),
            new PersistentArrayDeque<>(ELEMENTS),
            new PersistentHashSet<>(ELEMENTS),
            new PersistentTreeSet<>(ELEMENTS),
            array)) {
      hasAll(pools.pool(), collection, i -> "= \"" + ELEMENTS.get(i) + "\"\n");
    }
    for (Object collection : List.of(new PersistentHashMap<>(map), new PersistentTreeMap<>(map))) {
      hasAll(pools.pool(), collection, i -> "= \"" + ELEMENTS.get(i) + "\"\n");
      hasAll(pools.pool(), collection, i -> "= " + (7000 + i) + "\n");
    }
    hasAll(pools.pool(), longs, i -> "= \"" + ELEMENTS.get(i) + "\"\n");
    hasAll(pools.pool(), longs, i -> "key: long = " + (90_000 + i) + "\n");
  }

  private static void hasAll(Pool pool, Object collection, Function<Integer, String> element)
      throws IOException {
    pool.putRoot("collection", collection);
    StringBuilder text = new StringBuilder();
    assertThat(pool.dump(text)).isZero();
    assertThat(text).contains("root \"collection\" = @", " " + collection.getClass().getName());
    String dump = text.toString();
    for (int i = 0; i < SIZE; i++) {
      assertThat(dump.contains(element.apply(i)))
          .as("%s: %s", collection.getClass(), element.apply(i))
          .isTrue();
    }
  }
}
