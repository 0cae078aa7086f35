package dev.basalt.collections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.Pool;
import dev.basalt.error.UnsupportedTypeException;
import dev.basalt.junit.PoolUnderTest;
import dev.basalt.junit.TestPool;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PersistentTreeMapTest {
  private static final boolean STRESS = Boolean.getBoolean("basalt.stress");
  private static final int OPERATIONS = 150;

  private static <K, V> PersistentTreeMap<K, V> stored(Pool pool, PersistentTreeMap<K, V> map) {
    pool.putRoot("map", map);
    return map;
  }

  @SuppressWarnings("unchecked")
  private static <K, V> PersistentTreeMap<K, V> found(Pool pool) {
    return pool.root("map", PersistentTreeMap.class).orElseThrow();
  }

  /** Ascending, descending and shuffled keys, and their removal, go through all shapes of nodes. */
  @ParameterizedTest
  @ValueSource(strings = {"ascending", "descending", "shuffled"})
  void growsAndShrinksThroughAllHeights(String order, @TestPool PoolUnderTest pools) {
    PersistentTreeMap<Integer, String> map = stored(pools.pool(), new PersistentTreeMap<>());
    List<Integer> keys = new ArrayList<>(IntStream.range(0, 3_000).boxed().toList());
    switch (order) {
      case "descending" -> Collections.reverse(keys);
      case "shuffled" -> Collections.shuffle(keys, new Random(1));
      default -> {}
    }
    pools.pool().update(() -> keys.forEach(key -> map.put(key, "value " + key)));
    assertThat(map).hasSize(3_000);
    assertThat(map.keySet()).containsExactlyElementsOf(IntStream.range(0, 3_000).boxed().toList());

    PersistentTreeMap<Integer, String> again = found(pools.reopen());
    assertThat(again.get(1_234)).isEqualTo("value 1234");
    TreeMap<Integer, String> model = new TreeMap<>(again);
    List<Integer> removals = keys.reversed();
    for (int i = 0; i < removals.size(); i += 100) {
      List<Integer> some = removals.subList(i, i + 100);
      pools.pool().update(() -> some.forEach(again::remove));
      model.keySet().removeAll(some);
      assertThat(new ArrayList<>(again.entrySet())).isEqualTo(new ArrayList<>(model.entrySet()));
      assertThat(again.size()).isEqualTo(model.size());
    }
    assertThat(again).isEmpty();
  }

  private static final class Abort extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** In the long form ten million operations in all. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void behavesLikeTreeMapThroughAbortsAndReopens(long seed, @TestPool PoolUnderTest pools) {
    Random random = new Random(seed);
    int rounds = STRESS ? 10_000_000 / 3 / OPERATIONS : 60;
    PersistentTreeMap<Integer, Integer> map = stored(pools.pool(), new PersistentTreeMap<>());
    TreeMap<Integer, Integer> model = new TreeMap<>();
    for (int round = 0; round < rounds; round++) {
      boolean aborts = random.nextInt(4) == 0;
      boolean grows = round / 8 % 2 == 0;
      long roundSeed = random.nextLong();
      TreeMap<Integer, Integer> next = new TreeMap<>(model);
      apply(new Random(roundSeed), next, next, grows);
      PersistentTreeMap<Integer, Integer> target = map;
      TreeMap<Integer, Integer> before = model;
      try {
        pools
            .pool()
            .update(
                () -> {
                  TreeMap<Integer, Integer> beside = new TreeMap<>(before);
                  apply(new Random(roundSeed), target, beside, grows);
                  if (aborts) {
                    throw new Abort();
                  }
                });
        model = next;
      } catch (Abort _) {
        assertThat(aborts).isTrue();
      }
      assertThat(map).as("seed %d, round %d", seed, round).isEqualTo(model).hasSize(model.size());
      if (random.nextInt(STRESS ? 1_000 : 10) == 0) {
        map = found(pools.reopen());
      }
    }
  }

  /** The same operations on both; the results are compared. */
  private static void apply(
      Random random,
      NavigableMap<Integer, Integer> map,
      NavigableMap<Integer, Integer> model,
      boolean grows) {
    for (int i = 0; i < OPERATIONS; i++) {
      int key = random.nextInt(2_000);
      boolean adds = random.nextInt(4) == 0 != grows;
      if (map == model) {
        change(map, adds, key, i);
        continue;
      }
      assertThat(change(map, adds, key, i)).isEqualTo(change(model, adds, key, i));
      assertThat(map.floorEntry(key)).isEqualTo(model.floorEntry(key));
      assertThat(map.lowerEntry(key)).isEqualTo(model.lowerEntry(key));
      assertThat(map.ceilingEntry(key)).isEqualTo(model.ceilingEntry(key));
      assertThat(map.higherEntry(key)).isEqualTo(model.higherEntry(key));
      assertThat(map.size()).isEqualTo(model.size());
      if (i % 50 == 0) {
        int end = key + 300;
        assertThat(map.subMap(key, false, end, true).descendingMap().toString())
            .isEqualTo(model.subMap(key, false, end, true).descendingMap().toString());
        assertThat(map.descendingMap().headMap(key).toString())
            .isEqualTo(model.descendingMap().headMap(key).toString());
      }
    }
  }

  private static Object change(NavigableMap<Integer, Integer> map, boolean adds, int key, int i) {
    Object result =
        switch (i % 8) {
          case 0 -> adds ? map.merge(key, i, Integer::sum) : map.pollFirstEntry();
          case 1 -> adds ? map.putIfAbsent(key, i) : map.pollLastEntry();
          case 2 ->
              adds ? map.put(key, i) : map.subMap(key, key + 20).keySet().removeIf(k -> k > 3);
          default -> adds ? map.put(key, i) : map.remove(key);
        };
    return String.valueOf(result);
  }

  @Test
  void viewsAreLiveAndBounded(@TestPool PoolUnderTest pools) {
    PersistentTreeMap<String, Integer> map =
        stored(pools.pool(), new PersistentTreeMap<>(Map.of("b", 1, "d", 2, "f", 3)));
    NavigableMap<String, Integer> range = map.subMap("b", false, "f", true);
    map.put("c", 9);
    assertThat(range.toString()).isEqualTo("{c=9, d=2, f=3}");
    assertThat(range.descendingKeySet()).containsExactly("f", "d", "c");
    assertThatThrownBy(() -> range.put("b", 1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> range.headMap("z", false))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> map.subMap("f", "b")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> map.get(null)).isInstanceOf(NullPointerException.class);
    range.clear();
    assertThat(map.toString()).isEqualTo("{b=1}");
  }

  enum Backwards implements Comparator<String> {
    ORDER;

    @Override
    public int compare(String a, String b) {
      return b.compareTo(a);
    }
  }

  @Test
  void comparatorIsStoredWithTheMap(@TestPool PoolUnderTest pools) {
    pools.pool().putRoot("enum", new PersistentTreeMap<String, Integer>(Backwards.ORDER));
    pools
        .pool()
        .putRoot("case", new PersistentTreeMap<String, Integer>(String.CASE_INSENSITIVE_ORDER));
    Pool pool = pools.reopen();
    PersistentTreeMap<String, Integer> backwards = map(pool, "enum");
    backwards.putAll(Map.of("a", 1, "b", 2));
    assertThat(backwards.firstKey()).isEqualTo("b");
    assertThat(backwards.comparator()).isSameAs(Backwards.ORDER);
    PersistentTreeMap<String, Integer> insensitive = map(pool, "case");
    insensitive.put("Ada", 1);
    assertThat(insensitive.get("aDA")).isEqualTo(1);
    assertThat(insensitive.comparator()).isSameAs(String.CASE_INSENSITIVE_ORDER);
  }

  /** By length, then by letters; without state. */
  static final class ByLength implements Comparator<String> {
    @Override
    public int compare(String a, String b) {
      return a.length() != b.length() ? a.length() - b.length() : a.compareTo(b);
    }
  }

  /** By a part of the text. */
  record FromIndex(int index) implements Comparator<String> {
    @Override
    public int compare(String a, String b) {
      return a.substring(index).compareTo(b.substring(index));
    }
  }

  private static final class WithState implements Comparator<String> {
    private final int sign = Integer.signum(System.identityHashCode(this));

    @Override
    public int compare(String a, String b) {
      return sign < 0 ? b.compareTo(a) : a.compareTo(b);
    }
  }

  @Test
  void comparatorWithoutStateIsStoredByItsName(@TestPool PoolUnderTest pools) {
    pools.pool().putRoot("length", new PersistentTreeMap<String, Integer>(new ByLength()));
    pools.pool().putRoot("record", new PersistentTreeMap<String, Integer>(new FromIndex(1)));
    pools.pool().putRoot("set", new PersistentTreeSet<String>(new ByLength()));
    Pool pool = pools.reopen();
    PersistentTreeMap<String, Integer> map = map(pool, "length");
    map.putAll(Map.of("bb", 2, "c", 1, "aaa", 3));
    assertThat(map.toString()).isEqualTo("{c=1, bb=2, aaa=3}");
    assertThat(map.comparator()).isInstanceOf(ByLength.class);
    PersistentTreeMap<String, Integer> byRecord = map(pool, "record");
    byRecord.putAll(Map.of("ab", 2, "ba", 1));
    assertThat(byRecord.firstKey()).isEqualTo("ba");
    PersistentTreeSet<?> set = pool.root("set", PersistentTreeSet.class).orElseThrow();
    assertThat(set.comparator()).isInstanceOf(ByLength.class);
  }

  @Test
  void comparatorWithStateIsRefusedWithTheReason(@TestPool Pool pool) {
    assertThatThrownBy(
            () -> pool.putRoot("map", new PersistentTreeMap<String, Integer>(new WithState())))
        .isInstanceOf(UnsupportedTypeException.class)
        .hasMessageContaining("it has the field sign")
        .hasMessageContaining("@Persistent");
  }

  @SuppressWarnings("unchecked")
  private static PersistentTreeMap<String, Integer> map(Pool pool, String root) {
    return pool.root(root, PersistentTreeMap.class).orElseThrow();
  }

  @Test
  void comparatorThatCannotBeFoundAgainIsRefused(@TestPool Pool pool) {
    PersistentTreeMap<String, Integer> map =
        new PersistentTreeMap<>(Comparator.comparing(String::length));
    map.put("a", 1);
    assertThatThrownBy(() -> pool.putRoot("map", map))
        .isInstanceOf(UnsupportedTypeException.class)
        .hasMessageContaining("@Persistent");
    assertThat(Pool.isPersistent(map)).isFalse();
    assertThat(map).containsEntry("a", 1);
  }

  @Test
  void valueThatCannotBeStoredLeavesTheMapAsItWas(@TestPool PoolUnderTest pools) {
    PersistentTreeMap<Integer, Object> map = stored(pools.pool(), new PersistentTreeMap<>());
    pools
        .pool()
        .update(
            () -> {
              for (int i = 0; i < 100; i++) {
                map.put(2 * i, "even");
                int odd = 2 * i + 1;
                assertThatThrownBy(() -> map.put(odd, new Object()))
                    .isInstanceOf(UnsupportedTypeException.class);
              }
            });
    assertThat(map).hasSize(100).doesNotContainKey(3);
    assertThat(map.keySet()).allMatch(key -> key % 2 == 0);
  }

  @Test
  void threadsThatAddToDifferentPartsLoseNothing(@TestPool PoolUnderTest pools) throws Exception {
    PersistentTreeMap<Integer, Integer> map = stored(pools.pool(), new PersistentTreeMap<>());
    try (var threads = Executors.newFixedThreadPool(4)) {
      List<Callable<Boolean>> tasks = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        int base = t * 10_000;
        tasks.add(
            () -> {
              for (int i = 0; i < 300; i++) {
                map.put(base + i, i);
                if (i % 3 == 0) {
                  map.remove(base + i / 2);
                }
              }
              return true;
            });
      }
      for (Future<Boolean> done : threads.invokeAll(tasks)) {
        assertThat(done.get()).isTrue();
      }
    }
    TreeMap<Integer, Integer> model = new TreeMap<>();
    for (int base = 0; base < 40_000; base += 10_000) {
      for (int i = 0; i < 300; i++) {
        model.put(base + i, i);
        if (i % 3 == 0) {
          model.remove(base + i / 2);
        }
      }
    }
    assertThat(map).isEqualTo(model).hasSize(model.size());
  }

  @Test
  void emptiedTreeLeavesNothingBehind(@TestPool PoolUnderTest pools) {
    Pool pool = pools.pool();
    PersistentTreeMap<String, String> map = stored(pool, new PersistentTreeMap<>());
    long before = 0;
    for (int round = 0; round < 2; round++) { // the first one records the types of the nodes
      pool.update(() -> IntStream.range(0, 2_000).forEach(i -> map.put("a key of " + i, "v" + i)));
      map.clear();
      pool.reclaim();
      long after = pool.check().objects();
      assertThat(round == 0 || after == before).as("%d, then %d", before, after).isTrue();
      before = after;
    }
    assertThat(before).isLessThan(20);
  }

  private static String randomText(Random random) {
    String alphabet = "\0aab\u00E9\u00FF" + (random.nextInt(4) == 0 ? "\u20AC\uD83D\uFFFF" : "");
    StringBuilder text = new StringBuilder("prefix of all ".substring(0, random.nextInt(15)));
    for (int length = random.nextInt(12); length > 0; length--) {
      text.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return text.toString();
  }

  /** Keys are compared where they lie; that must be the order of their objects. */
  @ParameterizedTest
  @ValueSource(strings = {"text", "long", "uuid", "date"})
  void storedKeysAreComparedAsTheirObjectsAre(String kind, @TestPool PoolUnderTest pools) {
    Random random = new Random(7);
    TreeMap<Object, Integer> model = new TreeMap<>();
    for (int i = 0; i < 1_500; i++) {
      Object key =
          switch (kind) {
            case "text" -> randomText(random);
            case "long" -> random.nextLong() >> random.nextInt(64);
            case "uuid" -> new UUID(random.nextInt(5) - 2, random.nextLong());
            default -> LocalDate.ofEpochDay(random.nextInt(10_000));
          };
      model.put(key, i);
    }
    PersistentTreeMap<Object, Integer> map = stored(pools.pool(), new PersistentTreeMap<>());
    List<Object> keys = new ArrayList<>(model.keySet());
    Collections.shuffle(keys, random);
    pools.pool().update(() -> keys.forEach(key -> map.put(key, model.get(key))));
    PersistentTreeMap<Object, Integer> again = found(pools.reopen());
    assertThat(new ArrayList<>(again.entrySet())).isEqualTo(new ArrayList<>(model.entrySet()));
    for (Object key : keys) {
      assertThat(again.get(key)).isEqualTo(model.get(key));
      assertThat(again.higherKey(key)).isEqualTo(model.higherKey(key));
      assertThat(again.lowerKey(key)).isEqualTo(model.lowerKey(key));
    }
    assertThatThrownBy(() -> again.get(1.5)).isInstanceOf(ClassCastException.class);
    assertThatThrownBy(() -> again.put(1.5, 1)).isInstanceOf(ClassCastException.class);
  }

  /** Loaded leaf after leaf, a tree is one like any other. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 25, 26, 27, 30, 31, 52, 53, 57, 676, 677, 683, 703, 5_000})
  void sortedEntriesAreLoadedAsTheyCome(int count, @TestPool PoolUnderTest pools) {
    TreeMap<Integer, String> model = new TreeMap<>();
    IntStream.range(0, count).forEach(i -> model.put(i * 2, "value number " + i));
    PersistentTreeMap<Integer, String> map = stored(pools.pool(), new PersistentTreeMap<>(model));
    assertThat(map).isEqualTo(model).hasSize(count);
    map.clear();
    map.putAll(model);
    assertThat(new ArrayList<>(map.entrySet())).isEqualTo(new ArrayList<>(model.entrySet()));
    assertThat(map).hasSize(count);
    Random random = new Random(count);
    PersistentTreeMap<Integer, String> again = found(pools.reopen());
    pools
        .pool()
        .update(
            () -> {
              for (int i = 0; i < count; i++) {
                int key = random.nextInt(2 * count);
                if (i % 3 == 0) {
                  again.put(key, "new");
                  model.put(key, "new");
                } else {
                  again.remove(key);
                  model.remove(key);
                }
              }
            });
    assertThat(new ArrayList<>(again.entrySet())).isEqualTo(new ArrayList<>(model.entrySet()));
    assertThat(again).hasSize(model.size());
  }

  @Test
  void loadThatFailsHalfWayLeavesWhatCameBefore(@TestPool Pool pool) {
    TreeMap<Integer, Object> entries = new TreeMap<>();
    IntStream.range(0, 100).forEach(i -> entries.put(i, i));
    entries.put(53, new Object());
    PersistentTreeMap<Integer, Object> map = stored(pool, new PersistentTreeMap<>());
    assertThatThrownBy(() -> map.putAll(entries)).isInstanceOf(UnsupportedTypeException.class);
    assertThat(map).isEmpty();
    TreeMap<Integer, Object> descending = new TreeMap<>(Comparator.reverseOrder());
    descending.putAll(Map.of(1, 1, 2, 2));
    map.putAll(descending);
    assertThat(map).isEqualTo(descending);
    map.clear();
    assertThatThrownBy(() -> map.putAll(new OutOfOrder())).hasMessageContaining("2 comes before 1");
    assertThat(map).isEmpty();
  }

  /** A sorted map that is wrong. */
  private static final class OutOfOrder extends TreeMap<Integer, Object> {
    private static final long serialVersionUID = 1L;

    @Override
    public void forEach(BiConsumer<? super Integer, ? super Object> action) {
      action.accept(2, 2);
      action.accept(1, 1);
    }
  }
}
