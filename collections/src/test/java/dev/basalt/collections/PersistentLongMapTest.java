package dev.basalt.collections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.testing.ConcurrentMapTestSuiteBuilder;
import com.google.common.collect.testing.SampleElements;
import com.google.common.collect.testing.TestMapGenerator;
import com.google.common.collect.testing.features.CollectionFeature;
import com.google.common.collect.testing.features.CollectionSize;
import com.google.common.collect.testing.features.MapFeature;
import dev.basalt.Durability;
import dev.basalt.Pool;
import dev.basalt.collections.Subjects.Way;
import dev.basalt.error.UnsupportedTypeException;
import dev.basalt.junit.PoolUnderTest;
import dev.basalt.junit.TestPool;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.PrimitiveIterator;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PersistentLongMapTest {
  private static final boolean LONG = Boolean.getBoolean("basalt.stress");

  private static final class Abort extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  @SuppressWarnings("unchecked")
  private static PersistentLongMap<Object> found(Pool pool) {
    return pool.root("map", PersistentLongMap.class).orElseThrow();
  }

  private static PersistentLongMap<Object> stored(Pool pool) {
    PersistentLongMap<Object> map = new PersistentLongMap<>();
    pool.putRoot("map", map);
    return map;
  }

  /** Sequential, spread, extreme keys, and those whose hashes agree in many low bits. */
  private static long key(Random random, int range) {
    int n = random.nextInt(range);
    return switch (n % 4) {
      case 0 -> n;
      case 1 -> (long) n << 40;
      case 2 -> Long.MIN_VALUE + n;
      default -> unhash((long) n << 20);
    };
  }

  /** The key of a hash. */
  private static long unhash(long hash) {
    long h = hash ^ (hash >>> 33);
    h *= inverse(0xc4ce_b9fe_1a85_ec53L);
    h ^= h >>> 33;
    h *= inverse(0xff51_afd7_ed55_8ccdL);
    return h ^ (h >>> 33);
  }

  private static long inverse(long odd) {
    long inverse = odd;
    for (int i = 0; i < 6; i++) {
      inverse *= 2 - odd * inverse;
    }
    return inverse;
  }

  private static Object change(
      PersistentLongMap<Object> map,
      Map<Long, Object> model,
      Random random,
      int range,
      boolean grows) {
    long key = key(random, range);
    Object value = random.nextInt(30) == 0 ? null : random.nextInt(40);
    Object expected;
    Object found;
    switch (random.nextInt(grows ? 12 : 20)) {
      case 0, 1, 2 -> {
        found = map.put(key, value);
        expected = model.put(key, value);
      }
      case 3 -> {
        found = map.putIfAbsent(key, "a string that is long " + key);
        expected = model.putIfAbsent(key, "a string that is long " + key);
      }
      case 4 -> {
        found = map.getOrDefault(key, "none");
        expected = model.getOrDefault(key, "none");
      }
      case 5 -> {
        found = map.remove(key, value) + " " + map.containsKey(key);
        expected = model.remove(key, value) + " " + model.containsKey(key);
      }
      case 6 -> {
        found = map.replace(key, value) + " " + map.replace(key, value, 7);
        expected = model.replace(key, value) + " " + model.replace(key, value, 7);
      }
      case 7 -> {
        found = map.computeIfAbsent(key, k -> k % 3 == 0 ? null : Long.toString(k));
        expected = model.computeIfAbsent(key, k -> k % 3 == 0 ? null : Long.toString(k));
      }
      case 8 -> {
        found = map.computeIfPresent(key, (k, v) -> k % 2 == 0 ? null : v + "+");
        expected = model.computeIfPresent(key, (k, v) -> k % 2 == 0 ? null : v + "+");
      }
      case 9 -> {
        found = map.compute(key, (_, v) -> v == null ? "new" : v instanceof Integer ? "old" : null);
        expected =
            model.compute(key, (_, v) -> v == null ? "new" : v instanceof Integer ? "old" : null);
      }
      case 10 -> {
        found = map.merge(key, 3, (a, _) -> a instanceof Integer ? "four" : null);
        expected = model.merge(key, 3, (a, _) -> a instanceof Integer ? "four" : null);
      }
      case 11 -> {
        found = map.get(key);
        expected = model.get(key);
      }
      case 12 -> {
        found = map.asMap().entrySet().removeIf(e -> e.getKey() % 16 == 0);
        expected = model.entrySet().removeIf(e -> e.getKey() % 16 == 0);
      }
      default -> {
        found = map.remove(key);
        expected = model.remove(key);
      }
    }
    assertThat(found).isEqualTo(expected);
    return found;
  }

  private static void compare(PersistentLongMap<Object> map, Map<Long, Object> model) {
    assertThat(map.size()).isEqualTo(model.size());
    assertThat(map.isEmpty()).isEqualTo(model.isEmpty());
    Map<Long, Object> met = new HashMap<>();
    map.forEach((key, value) -> assertThat(met.put(key, value)).isNull());
    assertThat(met).isEqualTo(model);
    assertThat(map.keys().sorted().toArray())
        .isEqualTo(model.keySet().stream().mapToLong(k -> k).sorted().toArray());
    model.forEach((key, value) -> assertThat(map.get(key)).isEqualTo(value));
    assertThat(map).hasSameHashCodeAs(model).isEqualTo(new PersistentLongMap<>(model));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void behavesLikeHashMapThroughAbortsAndReopens(
      long seed, @TestPool(durability = Durability.ASYNC) PoolUnderTest pools) {
    Random random = new Random(seed);
    PersistentLongMap<Object> map = stored(pools.pool());
    Map<Long, Object> model = new HashMap<>();
    long steps = LONG ? 10_000_000L / 3 : 20_000;
    for (int round = 0; steps > 0; round++) {
      int range = 40 << (2 * (round / 15 % 5));
      int some = 1 + random.nextInt(LONG ? 4000 : 400);
      steps -= some;
      boolean grows = round / 15 % 2 == 0;
      boolean aborts = random.nextInt(5) == 0;
      long roundSeed = random.nextLong();
      Map<Long, Object> next = new HashMap<>(model);
      PersistentLongMap<Object> target = map;
      try {
        if (random.nextInt(4) == 0) {
          Random one = new Random(roundSeed);
          for (int i = 0; i < some; i++) {
            change(target, next, one, range, grows);
          }
        } else {
          pools
              .pool()
              .update(
                  () -> {
                    next.clear();
                    next.putAll(model);
                    Random one = new Random(roundSeed);
                    for (int i = 0; i < some; i++) {
                      change(target, next, one, range, grows);
                    }
                    if (aborts) {
                      throw new Abort();
                    }
                  });
        }
        model.clear();
        model.putAll(next);
      } catch (Abort e) {
        assertThat(aborts).isTrue();
      } catch (AssertionError e) {
        throw new AssertionError("seed %d, round %d".formatted(seed, round), e);
      }
      compare(map, model);
      if (round % 15 == 14) {
        map = found(pools.reopen());
        compare(map, model);
      }
    }
    Pool pool = pools.pool();
    for (long key : List.copyOf(model.keySet())) {
      map.remove(key);
    }
    assertThat(map.isEmpty()).isTrue();
    pool.reclaim();
    long empty = pool.stats().objects();
    map.put(1, 1);
    assertThat(pool.stats().objects()).isLessThanOrEqualTo(empty + 1); // a leaf
  }

  @ParameterizedTest
  @EnumSource
  void asMapKeepsTheContractOfMaps(
      Way way, @TestPool(durability = Durability.ASYNC) PoolUnderTest pools) {
    int cases =
        SuiteRunner.run(
            way,
            pools,
            subjects ->
                ConcurrentMapTestSuiteBuilder.using(new Generator(subjects))
                    .withFeatures(
                        MapFeature.GENERAL_PURPOSE,
                        MapFeature.ALLOWS_NULL_VALUES,
                        MapFeature.ALLOWS_NULL_KEY_QUERIES,
                        CollectionFeature.SUPPORTS_ITERATOR_REMOVE,
                        CollectionSize.ANY)
                    .named("subject")
                    .createTestSuite());
    assertThat(cases).isGreaterThan(900);
  }

  private record Generator(Subjects subjects) implements TestMapGenerator<Long, String> {
    @Override
    public Map<Long, String> create(Object... elements) {
      Map<Long, String> entries = new HashMap<>();
      for (Object element : elements) {
        Entry<?, ?> entry = (Entry<?, ?>) element;
        entries.put(((Long) entry.getKey()).longValue(), (String) entry.getValue());
      }
      return subjects.make(() -> new PersistentLongMap<>(entries)).asMap();
    }

    @Override
    public SampleElements<Entry<Long, String>> samples() {
      return new SampleElements<>(
          Map.entry(1L, "January"),
          Map.entry(2L, "February"),
          Map.entry(3L, "March"),
          Map.entry(-4L, "April"),
          Map.entry(5L << 40, "May"));
    }

    @Override
    @SuppressWarnings({"unchecked", "rawtypes"})
    public Entry<Long, String>[] createArray(int length) {
      return new Entry[length];
    }

    @Override
    public Long[] createKeyArray(int length) {
      return new Long[length];
    }

    @Override
    public String[] createValueArray(int length) {
      return new String[length];
    }

    @Override
    public Iterable<Entry<Long, String>> order(List<Entry<Long, String>> insertionOrder) {
      return insertionOrder;
    }
  }

  @Test
  void anEntryThatCannotBeStoredIsNoEntry(@TestPool(durability = Durability.ASYNC) Pool pool) {
    PersistentLongMap<Object> map = stored(pool);
    for (int size = 0; size < 200; size++) {
      Object no = new Thread();
      long key = size;
      pool.update(
          () ->
              assertThatThrownBy(() -> map.put(key, no))
                  .isInstanceOf(UnsupportedTypeException.class));
      assertThat(map.containsKey(key)).isFalse();
      assertThat(map.put(key, "yes")).isNull();
      assertThat(map.size()).isEqualTo(size + 1);
    }
  }

  @Test
  void anIteratorMeetsWhatStaysExactlyOnce(@TestPool(durability = Durability.ASYNC) Pool pool) {
    PersistentLongMap<Object> map = stored(pool);
    pool.update(() -> LongStream.range(0, 500).forEach(key -> map.put(key, key)));
    PrimitiveIterator.OfLong keys = map.keyIterator();
    Set<Long> met = new HashSet<>();
    for (int i = 0; keys.hasNext(); i++) {
      long key = keys.nextLong();
      assertThat(key >= 500 || met.add(key)).as("once").isTrue();
      int step = i;
      if (i < 200) {
        pool.update(
            () -> LongStream.range(0, 20).forEach(k -> map.put(1000 + step * 20L + k, "new")));
      } else {
        pool.update(
            () -> LongStream.range(0, 40).forEach(k -> map.remove(1000 + (step - 200) * 40L + k)));
      }
    }
    assertThat(met).hasSize(500);
  }

  @Test
  void threadsOnDifferentKeysSeldomConflict(@TestPool(durability = Durability.ASYNC) Pool pool)
      throws Exception {
    PersistentLongMap<Object> map = stored(pool);
    int each = 5000;
    pool.update(() -> LongStream.range(0, 20_000).forEach(key -> map.put(-1 - key, 0)));
    long before = pool.stats().conflicts();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<? extends Future<?>> all =
          IntStream.range(0, 4)
              .mapToObj(
                  t ->
                      threads.submit(
                          () -> {
                            for (long i = 0; i < each; i++) {
                              map.put(i * 4 + t, t);
                              map.merge(-1 - i, 1, (a, b) -> (int) a + (int) b);
                            }
                          }))
              .toList();
      for (Future<?> one : all) {
        one.get();
      }
    }
    assertThat(map.size()).isEqualTo(20_000 + 4 * each);
    LongStream.range(0, each).forEach(i -> assertThat(map.get(-1 - i)).isEqualTo(4));
    assertThat(pool.stats().conflicts() - before).isLessThan(8L * each / 10);
  }

  @Test
  void isPlainAgainAfterAnAbort(@TestPool(durability = Durability.ASYNC) Pool pool) {
    PersistentLongMap<Object> map = new PersistentLongMap<>(Map.of(1L, "a"));
    assertThatThrownBy(
            () ->
                pool.update(
                    () -> {
                      pool.putRoot("map", map);
                      map.put(2, "b");
                      throw new Abort();
                    }))
        .isInstanceOf(Abort.class);
    assertThat(Pool.isPersistent(map)).isFalse();
    assertThat(map).hasToString("{1=a}");
    pool.putRoot("map", map);
    assertThat(found(pool)).isSameAs(map).hasToString("{1=a}");
  }
}
