package dev.basalt.collections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.Durability;
import dev.basalt.Pool;
import dev.basalt.junit.TestPool;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map.Entry;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What several threads may expect of a concurrent map, in the manner of the JSR 166 tests. */
class ConcurrentMapsTest {
  private static final int THREADS = 4;
  private static final int ROUNDS = Boolean.getBoolean("basalt.stress") ? 50_000 : 500;

  enum Kind {
    HASH,
    TREE,
    LONG;

    private ConcurrentMap<Long, Long> stored(Pool pool) {
      Object map =
          switch (this) {
            case HASH -> new PersistentHashMap<Long, Long>();
            case TREE -> new PersistentTreeMap<Long, Long>();
            case LONG -> new PersistentLongMap<Long>();
          };
      pool.putRoot("map", map);
      @SuppressWarnings("unchecked")
      ConcurrentMap<Long, Long> asMap =
          map instanceof PersistentLongMap<?> longs
              ? ((PersistentLongMap<Long>) longs).asMap()
              : (ConcurrentMap<Long, Long>) map;
      return asMap;
    }
  }

  /** What one of the threads does. */
  private interface Body<R> {
    R run(int thread) throws Exception;
  }

  /** Runs a body in some threads that begin together; returns what each answers. */
  private static <R> List<R> inThreads(Body<R> body) throws Exception {
    CountDownLatch begin = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Future<R>> running = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        int thread = i;
        Callable<R> task =
            () -> {
              begin.await();
              return body.run(thread);
            };
        running.add(threads.submit(task));
      }
      begin.countDown();
      List<R> answers = new ArrayList<>();
      for (Future<R> one : running) {
        answers.add(one.get());
      }
      return answers;
    }
  }

  @ParameterizedTest
  @EnumSource
  void oneOfAllWhoPutIfAbsentWins(Kind kind, @TestPool(durability = Durability.ASYNC) Pool pool)
      throws Exception {
    ConcurrentMap<Long, Long> map = kind.stored(pool);
    List<Integer> won =
        inThreads(
            thread -> {
              int wins = 0;
              for (long key = 0; key < ROUNDS; key++) {
                wins += map.putIfAbsent(key, (long) thread) == null ? 1 : 0;
              }
              return wins;
            });
    assertThat(won.stream().mapToInt(w -> w).sum()).isEqualTo(ROUNDS);
    assertThat(map).hasSize(ROUNDS);
  }

  @ParameterizedTest
  @EnumSource
  void whatIsComputedIsComputedFromTheLatest(
      Kind kind, @TestPool(durability = Durability.ASYNC) Pool pool) throws Exception {
    ConcurrentMap<Long, Long> map = kind.stored(pool);
    List<Boolean> _ =
        inThreads(
            _ -> {
              for (long i = 0; i < ROUNDS; i++) {
                map.merge(i % 3, 1L, Long::sum);
                map.compute(3 + i % 3, (_, v) -> v == null ? 1 : v + 1);
                map.computeIfAbsent(6 + i, key -> key);
              }
              return true;
            });
    long each = (long) THREADS * ROUNDS;
    assertThat(map.get(0L) + map.get(1L) + map.get(2L)).isEqualTo(each);
    assertThat(map.get(3L) + map.get(4L) + map.get(5L)).isEqualTo(each);
    assertThat(map).hasSize(6 + ROUNDS);
  }

  /** Tokens move from key to key by replace, and none is lost or made. */
  @ParameterizedTest
  @EnumSource
  void replaceMovesOnlyWhatItHasSeen(Kind kind, @TestPool(durability = Durability.ASYNC) Pool pool)
      throws Exception {
    ConcurrentMap<Long, Long> map = kind.stored(pool);
    map.put(0L, 0L);
    List<Long> added =
        inThreads(
            thread -> {
              long sum = 0;
              for (int i = 0; i < ROUNDS; i++) {
                long seen = map.get(0L);
                if (map.replace(0L, seen, seen + thread + 1)) {
                  sum += thread + 1;
                }
              }
              return sum;
            });
    assertThat(map.get(0L)).isEqualTo(added.stream().mapToLong(a -> a).sum());
  }

  @ParameterizedTest
  @EnumSource
  void eachEntryIsRemovedByOne(Kind kind, @TestPool(durability = Durability.ASYNC) Pool pool)
      throws Exception {
    ConcurrentMap<Long, Long> map = kind.stored(pool);
    pool.update(
        () -> {
          for (long key = 0; key < ROUNDS; key++) {
            map.put(key, key);
          }
        });
    List<Integer> removed =
        inThreads(
            thread -> {
              int count = 0;
              for (long i = 0; i < ROUNDS; i++) {
                long key = thread % 2 == 0 ? i : ROUNDS - 1 - i;
                count += (thread < 2 ? map.remove(key) != null : map.remove(key, key)) ? 1 : 0;
              }
              return count;
            });
    assertThat(removed.stream().mapToInt(r -> r).sum()).isEqualTo(ROUNDS);
    assertThat(map).isEmpty();
  }

  /** Entries that stay are met exactly once while others come and go, and while one is removing. */
  @ParameterizedTest
  @EnumSource
  void iterationMeetsWhatStaysOnce(Kind kind, @TestPool(durability = Durability.ASYNC) Pool pool)
      throws Exception {
    ConcurrentMap<Long, Long> map = kind.stored(pool);
    int staying = 300;
    pool.update(
        () -> {
          for (long key = 0; key < staying; key++) {
            map.put(key * 10, key);
          }
        });
    AtomicBoolean done = new AtomicBoolean();
    List<Boolean> _ =
        inThreads(
            thread -> {
              if (thread == 0) {
                try {
                  for (int i = 0; i < 20; i++) {
                    iterate(map, staying);
                  }
                } finally {
                  done.set(true);
                }
              }
              for (long i = thread; thread > 0 && !done.get(); i += THREADS) {
                long key = i % 3000 * 10 + thread;
                map.put(key, -1L);
                map.remove(i % 1000 * 10 + thread);
              }
              return true;
            });
  }

  private static void iterate(ConcurrentMap<Long, Long> map, int staying) {
    Set<Long> met = new HashSet<>();
    for (Iterator<Entry<Long, Long>> all = map.entrySet().iterator(); all.hasNext(); ) {
      Entry<Long, Long> entry = all.next();
      if (entry.getKey() % 10 == 0) {
        assertThat(met.add(entry.getKey())).as("key %d, once", entry.getKey()).isTrue();
      } else {
        all.remove();
      }
    }
    assertThat(met).hasSize(staying);
  }

  /** Each thread takes entries in the order of its end, and no two take the same. */
  @Test
  void pollTakesEachEntryOnce(@TestPool(durability = Durability.ASYNC) Pool pool) throws Exception {
    ConcurrentNavigableMap<Long, Long> map =
        (ConcurrentNavigableMap<Long, Long>) Kind.TREE.stored(pool);
    pool.update(
        () -> {
          for (long key = 0; key < ROUNDS; key++) {
            map.put(key, key);
          }
        });
    List<List<Long>> polled =
        inThreads(
            thread -> {
              List<Long> taken = new ArrayList<>();
              Entry<Long, Long> entry;
              while ((entry = thread % 2 == 0 ? map.pollFirstEntry() : map.pollLastEntry())
                  != null) {
                taken.add(entry.getKey());
              }
              return taken;
            });
    List<Long> all = new ArrayList<>();
    for (int thread = 0; thread < THREADS; thread++) {
      List<Long> ordered = thread % 2 == 0 ? polled.get(thread) : polled.get(thread).reversed();
      assertThat(ordered).isSorted();
      all.addAll(ordered);
    }
    assertThat(all).hasSize(ROUNDS).doesNotHaveDuplicates();
  }
}
