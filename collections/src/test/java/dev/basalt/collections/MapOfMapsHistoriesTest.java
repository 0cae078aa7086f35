package dev.basalt.collections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.Durability;
import dev.basalt.Pool;
import dev.basalt.fixture.History;
import dev.basalt.fixture.Threads;
import dev.basalt.junit.PoolUnderTest;
import dev.basalt.junit.TestPool;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random transactions on maps in a map are serializable. Each inner map says who has put it into
 * the outer one, and who has changed it last; tokens move between the inner maps and never get
 * lost.
 */
class MapOfMapsHistoriesTest {
  private static final int TRANSACTIONS = Boolean.getBoolean("basalt.stress") ? 100_000 : 8_000;
  private static final int INNER = 6;
  private static final int TOKENS = 60;
  private static final String BORN = "born";
  private static final String CHANGED = "changed";

  private Map<String, Map<String, Long>> outer;

  private static String key(int i) {
    return "inner " + i;
  }

  private static String token(long i) {
    return "token " + i;
  }

  private void fill(Pool pool, Map<String, Map<String, Long>> empty) {
    pool.putRoot("outer", empty);
    outer = empty;
    pool.update(
        () -> {
          for (int i = 0; i < INNER; i++) {
            Map<String, Long> inner = newInner(i, History.INITIAL);
            for (long token = i; token < TOKENS; token += INNER) {
              inner.put(token(token), token);
            }
            outer.put(key(i), inner);
          }
        });
  }

  private static Map<String, Long> newInner(int i, long id) {
    Map<String, Long> inner = i % 2 == 0 ? new PersistentTreeMap<>() : new PersistentHashMap<>();
    inner.put(BORN, id);
    inner.put(CHANGED, id);
    return inner;
  }

  /** The inner map, after what it says was noted: places 2i for the map, 2i + 1 for its content. */
  private Map<String, Long> read(History.Entry entry, int i) {
    Map<String, Long> inner = outer.get(key(i));
    entry.read(2 * i, inner.get(BORN));
    entry.read(2 * i + 1, inner.get(CHANGED));
    return inner;
  }

  private static void write(History.Entry entry, int i, Map<String, Long> inner) {
    inner.put(CHANGED, entry.id());
    entry.write(2 * i + 1);
  }

  private History.Entry transaction(Pool pool, Random random, long id) {
    int from = random.nextInt(INNER);
    int to = (from + 1 + random.nextInt(INNER - 1)) % INNER;
    return switch (random.nextInt(8)) {
      case 0 -> pool.view(() -> readAll(id));
      case 1 -> pool.update(() -> replace(from, id));
      case 2 -> pool.update(() -> dependOnOther(from, to, id));
      default -> pool.update(() -> moveToken(from, to, random.nextInt(TOKENS), id));
    };
  }

  /** Every token is somewhere once. */
  private History.Entry readAll(long id) {
    History.Entry entry = new History.Entry(id);
    Set<String> tokens = new HashSet<>();
    for (int i = 0; i < INNER; i++) {
      Map<String, Long> inner = read(entry, i);
      inner.forEach(
          (name, number) -> {
            if (!name.equals(BORN) && !name.equals(CHANGED)) {
              assertThat(name).isEqualTo(token(number));
              assertThat(tokens.add(name)).as("%s is there once", name).isTrue();
            }
          });
    }
    assertThat(tokens).hasSize(TOKENS);
    return entry;
  }

  /** Puts another map with the same tokens in the place of one. */
  private History.Entry replace(int i, long id) {
    History.Entry entry = new History.Entry(id);
    Map<String, Long> before = read(entry, i);
    Map<String, Long> inner = newInner(i, id);
    before.forEach(inner::putIfAbsent);
    outer.put(key(i), inner);
    entry.write(2 * i);
    entry.write(2 * i + 1);
    return entry;
  }

  private History.Entry dependOnOther(int from, int to, long id) {
    History.Entry entry = new History.Entry(id);
    Map<String, Long> _ = read(entry, from);
    write(entry, to, read(entry, to));
    return entry;
  }

  private History.Entry moveToken(int from, int to, int token, long id) {
    History.Entry entry = new History.Entry(id);
    Map<String, Long> source = read(entry, from);
    Long number = source.remove(token(token));
    if (number != null) {
      write(entry, from, source);
      Map<String, Long> target = read(entry, to);
      assertThat(target.put(token(token), number)).isNull();
      write(entry, to, target);
    }
    return entry;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void historiesAreSerializable(
      long seed, @TestPool(durability = Durability.ASYNC) PoolUnderTest pools) {
    int threads = seed == 3 ? 16 : 4;
    System.out.println("maps of maps, " + threads + " threads, seed " + seed);
    Pool pool = pools.pool();
    fill(pool, seed % 2 == 0 ? new PersistentTreeMap<>() : new PersistentHashMap<>());
    List<List<History.Entry>> sessions = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      sessions.add(new ArrayList<>());
    }
    Threads.inParallel(
        threads,
        t -> {
          Random random = new Random(seed * 31 + t);
          for (int i = 1; i <= TRANSACTIONS / threads; i++) {
            sessions.get(t).add(transaction(pool, random, (t + 1L) << 32 | i));
          }
        });
    History.check(sessions);
    pool.reclaim();
    History.Entry _ = pool.view(() -> readAll(0));
  }
}
