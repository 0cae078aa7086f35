package dev.basalt.collections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.Pool;
import dev.basalt.error.UnsupportedTypeException;
import dev.basalt.junit.PoolUnderTest;
import dev.basalt.junit.TestPool;
import java.math.BigInteger;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PersistentHashMapTest {
  private static final boolean STRESS = Boolean.getBoolean("basalt.stress");

  /** Keys of few different hashes. */
  record Bad(int number) {
    @Override
    public int hashCode() {
      return number % 3;
    }
  }

  private static <K, V> PersistentHashMap<K, V> stored(Pool pool, PersistentHashMap<K, V> map) {
    pool.putRoot("map", map);
    return map;
  }

  @SuppressWarnings("unchecked")
  private static <K, V> PersistentHashMap<K, V> found(Pool pool) {
    return pool.root("map", PersistentHashMap.class).orElseThrow();
  }

  /** Moving an entry to another bucket leaves no note that the key has changed its place. */
  @Test
  void viewReadsWhatWasMovedAndIsReclaimedSince(@TestPool PoolUnderTest pools) throws Exception {
    Pool pool = pools.pool();
    PersistentHashMap<String, String> map = stored(pool, new PersistentHashMap<>());
    Map<String, String> model = new HashMap<>();
    IntStream.range(0, 1_000).forEach(i -> model.put("old key " + i, "old value " + i));
    map.putAll(model);
    CountDownLatch began = new CountDownLatch(1);
    CountDownLatch changed = new CountDownLatch(1);
    CompletableFuture<Map<String, String>> read = new CompletableFuture<>();
    Thread reader =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    pool.view(
                        () -> {
                          began.countDown();
                          changed.await();
                          read.complete(new HashMap<>(map));
                        });
                  } catch (Throwable e) {
                    read.completeExceptionally(e);
                  }
                });
    began.await();
    for (int i = 0; i < 4_000; i++) {
      map.put("new key number " + i, "new value number " + i);
    }
    model.keySet().forEach(map::remove);
    pool.reclaim();
    for (int i = 0; i < 4_000; i++) {
      map.put("newer key number " + i, "newer value number " + i);
    }
    changed.countDown();
    assertThat(read.get()).isEqualTo(model);
    reader.join();
    assertThat(map).hasSize(8_000);
  }

  @Test
  void growsAndShrinksToNothing(@TestPool PoolUnderTest pools) {
    PersistentHashMap<Integer, String> map = stored(pools.pool(), new PersistentHashMap<>());
    pools.pool().reclaim();
    long empty = pools.pool().stats().objects();
    List<Integer> keys = new ArrayList<>(IntStream.range(0, 8_000).boxed().toList());
    Collections.shuffle(keys, new Random(1));
    pools.pool().update(() -> keys.forEach(key -> map.put(key, "value number " + key)));
    assertThat(map).hasSize(8_000);

    PersistentHashMap<Integer, String> again = found(pools.reopen());
    Map<Integer, String> model = new HashMap<>();
    keys.forEach(key -> model.put(key, "value number " + key));
    assertThat(again).isEqualTo(model);
    for (int from = 0; from < keys.size(); from += 500) {
      List<Integer> some = keys.subList(from, from + 500);
      pools.pool().update(() -> some.forEach(again::remove));
      model.keySet().removeAll(some);
      assertThat(again.size()).isEqualTo(model.size());
      if (from % 4_000 == 0 || model.size() < 1_000) {
        assertThat(again).isEqualTo(model);
      }
    }
    assertThat(again).isEmpty();
    pools.pool().reclaim();
    assertThat(pools.pool().stats().objects())
        .as("types of the parts and of the keys stay")
        .isLessThan(empty + 12);
  }

  @Test
  void keysOfOneHashAreKept(@TestPool PoolUnderTest pools) {
    PersistentHashMap<Object, Integer> map = stored(pools.pool(), new PersistentHashMap<>());
    Map<Object, Integer> model = new HashMap<>();
    for (int i = 0; i < 400; i++) {
      model.put(new Bad(i), i);
      assertThat(map.put(new Bad(i), i)).isNull();
      assertThat(map.size()).isEqualTo(i + 1);
    }
    assertThat(map).isEqualTo(model);
    for (int i = 0; i < 400; i++) {
      assertThat(map.remove(new Bad(i * 7 % 400))).isEqualTo(i * 7 % 400);
      model.remove(new Bad(i * 7 % 400));
      assertThat(map.size()).isEqualTo(model.size());
      assertThat(map).isEqualTo(model);
    }
    assertThat(map).isEmpty();
  }

  @Test
  void findsKeysOfEveryKind(@TestPool PoolUnderTest pools) {
    List<Object> keys =
        List.of(
            "",
            "short",
            "longer than a slot",
            "\u20AC uro and more",
            1,
            1L,
            Long.MAX_VALUE,
            1.5,
            Double.NaN,
            -0.0,
            0.0,
            1.5f,
            'x',
            (byte) 1,
            (short) 1,
            true,
            new UUID(1, 2),
            new UUID(2, 1),
            BigInteger.TWO.pow(100),
            LocalDate.of(2026, 1, 2),
            TimeUnit.DAYS,
            new Bad(5),
            List.of(1, 2));
    PersistentHashMap<Object, Integer> map = stored(pools.pool(), new PersistentHashMap<>());
    for (int i = 0; i < keys.size() - 1; i++) {
      assertThat(map.put(keys.get(i), i)).as("%s", keys.get(i)).isNull();
    }
    assertThat(map.put(null, -1)).isNull();
    PersistentHashMap<Object, Integer> again = found(pools.reopen());
    for (int i = 0; i < keys.size() - 1; i++) {
      assertThat(again.get(keys.get(i))).as("%s", keys.get(i)).isEqualTo(i);
    }
    assertThat(again.get(null)).isEqualTo(-1);
    assertThat(again.get("shorT")).isNull();
    assertThat(again.get(new UUID(1, 3))).isNull();
    assertThatThrownBy(() -> again.put(new int[1], 1)).isInstanceOf(UnsupportedTypeException.class);
    assertThat(again).hasSize(keys.size());
  }

  private static final class Abort extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** In the long form ten million operations in all. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void behavesLikeHashMapThroughAbortsAndReopens(long seed, @TestPool PoolUnderTest pools) {
    Random random = new Random(seed);
    int operations = 150;
    int rounds = STRESS ? 2_500_000 / operations : 60;
    PersistentHashMap<Object, Integer> map = stored(pools.pool(), new PersistentHashMap<>());
    Map<Object, Integer> model = new HashMap<>();
    for (int round = 0; round < rounds; round++) {
      boolean aborts = random.nextInt(4) == 0;
      boolean grows = round / 8 % 2 == 0;
      long roundSeed = random.nextLong();
      Map<Object, Integer> next = new HashMap<>(model);
      PersistentHashMap<Object, Integer> target = map;
      try {
        pools
            .pool()
            .update(
                () -> {
                  Map<Object, Integer> inside = new HashMap<>(next);
                  apply(new Random(roundSeed), operations, target, inside, grows);
                  if (aborts) {
                    throw new Abort();
                  }
                  next.clear();
                  next.putAll(inside);
                });
        model = next;
      } catch (Abort _) {
        assertThat(aborts).isTrue();
      }
      assertThat(map.size()).as("seed %d, round %d", seed, round).isEqualTo(model.size());
      if (rounds < 1_000 || round % 100 == 0) {
        assertThat(map).as("seed %d, round %d", seed, round).isEqualTo(model);
      }
      if (random.nextInt(STRESS ? 1_000 : 10) == 0) {
        map = found(pools.reopen());
      }
    }
  }

  /** The same operations on both; the results are compared. */
  private static void apply(
      Random random,
      int operations,
      Map<Object, Integer> map,
      Map<Object, Integer> model,
      boolean grows) {
    for (int i = 0; i < operations; i++) {
      int number = random.nextInt(3_000);
      Object key =
          switch (number % 5) {
            case 0 -> number;
            case 1 -> "key number " + number;
            case 2 -> (long) number << 58;
            case 3 -> new UUID(number, -number);
            default -> number < 200 ? new Bad(number) : "k" + number;
          };
      boolean adds = random.nextInt(4) == 0 != grows;
      int kind = random.nextInt(6);
      assertThat(change(map, kind, adds, key, i)).isEqualTo(change(model, kind, adds, key, i));
    }
  }

  private static Object change(
      Map<Object, Integer> map, int kind, boolean adds, Object key, int value) {
    return switch (kind) {
      case 0 -> adds ? map.putIfAbsent(key, value) : map.remove(key, map.get(key));
      case 1 ->
          adds ? map.merge(key, value, Integer::sum) : map.computeIfPresent(key, (_, _) -> null);
      case 2 -> adds ? map.compute(key, (_, old) -> old == null ? 1 : old + 1) : map.get(key);
      case 3 -> adds ? map.computeIfAbsent(key, _ -> value) : map.keySet().remove(key);
      case 4 -> adds ? map.replace(key, value) : map.containsKey(key);
      default -> adds ? map.put(key, value) : map.remove(key);
    };
  }

  @Test
  void iteratorMeetsOnceWhatIsThereAllTheTime(@TestPool Pool pool) {
    PersistentHashMap<Integer, Integer> map = stored(pool, new PersistentHashMap<>());
    pool.update(() -> IntStream.range(0, 1_000).forEach(i -> map.put(i, i)));
    Set<Integer> met = new HashSet<>();
    Iterator<Integer> keys = map.keySet().iterator();
    for (int step = 0; keys.hasNext(); step++) {
      assertThat(met.add(keys.next())).isTrue();
      int from = 1_000 + step * 10;
      if (step < 300) {
        pool.update(() -> IntStream.range(from, from + 10).forEach(i -> map.put(i, i)));
      } else if (step < 600) {
        pool.update(() -> IntStream.range(from - 3_000, from - 2_990).forEach(map::remove));
      }
    }
    assertThat(met).containsAll(IntStream.range(0, 1_000).boxed().toList());
  }

  @Test
  void viewsWriteThrough(@TestPool Pool pool) {
    PersistentHashMap<Integer, Integer> map = stored(pool, new PersistentHashMap<>());
    IntStream.range(0, 100).forEach(i -> map.put(i, i));
    map.entrySet().forEach(entry -> entry.setValue(entry.getValue() + 1));
    assertThat(map.get(50)).isEqualTo(51);
    assertThat(map.values().removeIf(value -> value > 50)).isTrue();
    assertThat(map.keySet().retainAll(Set.of(1, 2, 70))).isTrue();
    assertThat(map.entrySet().remove(Map.entry(1, 7))).isFalse();
    assertThat(map.entrySet().remove(Map.entry(1, 2))).isTrue();
    assertThat(map).isEqualTo(Map.of(2, 3)).hasToString("{2=3}").hasSameHashCodeAs(Map.of(2, 3));
    map.clear();
    assertThat(map).isEmpty();
  }

  /** Each thread has keys of its own; nothing is lost, and the size is right. */
  @Test
  void threadsWorkSideBySide(@TestPool Pool pool) throws Exception {
    PersistentHashMap<Integer, Integer> map = stored(pool, new PersistentHashMap<>());
    List<Callable<Void>> tasks =
        IntStream.range(0, 4)
            .<Callable<Void>>mapToObj(
                thread ->
                    () -> {
                      for (int i = 0; i < 2_000; i++) {
                        map.put(i * 4 + thread, i);
                        if (i % 2 == 1) {
                          map.remove((i - 1) * 4 + thread);
                        }
                        map.merge(-1, 1, Integer::sum);
                      }
                      return null;
                    })
            .toList();
    try (var threads = Executors.newFixedThreadPool(4)) {
      for (Future<Void> done : threads.invokeAll(tasks)) {
        done.get();
      }
    }
    assertThat(map.get(-1)).isEqualTo(8_000);
    assertThat(map).hasSize(4_001);
    assertThat(map.keySet()).hasSize(4_001);
    IntStream.range(0, 8_000)
        .forEach(i -> assertThat(map.containsKey(i)).isEqualTo(i / 4 % 2 == 1));
  }

  /** Two threads that insert different keys meet at a bucket or a slot seldom. */
  @Test
  void insertionsOfDifferentKeysSeldomConflict(@TestPool Pool pool) throws Exception {
    PersistentHashMap<Integer, Integer> map = stored(pool, new PersistentHashMap<>());
    pool.update(() -> IntStream.range(0, 20_000).forEach(i -> map.put(-1 - i, i)));
    long before = pool.stats().conflicts();
    List<Callable<Void>> tasks =
        IntStream.range(0, 2)
            .<Callable<Void>>mapToObj(
                thread ->
                    () -> {
                      IntStream.range(0, 5_000).forEach(i -> map.put(i * 2 + thread, i));
                      return null;
                    })
            .toList();
    try (var threads = Executors.newFixedThreadPool(2)) {
      for (Future<Void> done : threads.invokeAll(tasks)) {
        done.get();
      }
    }
    assertThat(map).hasSize(30_000);
    assertThat(pool.stats().conflicts() - before).isLessThan(500);
  }
}
