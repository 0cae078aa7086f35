package dev.basalt.collections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.Pool;
import dev.basalt.junit.PoolUnderTest;
import dev.basalt.junit.TestPool;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PersistentSetsTest {
  private static Set<Integer> empty(boolean sorted) {
    return sorted ? new PersistentTreeSet<>() : new PersistentHashSet<>();
  }

  @SuppressWarnings("unchecked")
  private static Set<Integer> found(Pool pool) {
    return pool.root("set", Set.class).orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void behavesLikeTheSetOfTheJdk(boolean sorted, @TestPool PoolUnderTest pools) {
    Random random = new Random(7);
    Set<Integer> set = empty(sorted);
    set.add(1);
    pools.pool().putRoot("set", set);
    Set<Integer> model = new HashSet<>(List.of(1));
    for (int round = 0; round < 20; round++) {
      Set<Integer> target = set;
      pools
          .pool()
          .update(
              () -> {
                for (int i = 0; i < 100; i++) {
                  Integer element = random.nextInt(300);
                  boolean adds = random.nextBoolean();
                  assertThat(adds ? target.add(element) : target.remove(element))
                      .isEqualTo(adds ? model.add(element) : model.remove(element));
                  assertThat(target.contains(element)).isEqualTo(adds);
                }
              });
      List<Integer> some = List.of(round, round + 40, round + 80);
      assertThat(set.addAll(some)).isEqualTo(model.addAll(some));
      assertThat(set.removeIf(e -> e % 50 == 7)).isEqualTo(model.removeIf(e -> e % 50 == 7));
      assertThat(set).isEqualTo(model).hasSameHashCodeAs(model).hasSize(model.size());
      if (round % 5 == 4) {
        set = found(pools.reopen());
      }
    }
    set.clear();
    assertThat(set).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void isPlainAgainAfterAnAbort(boolean sorted, @TestPool Pool pool) {
    Set<Integer> set = empty(sorted);
    set.add(1);
    assertThatThrownBy(
            () ->
                pool.update(
                    () -> {
                      pool.putRoot("set", set);
                      set.add(2);
                      throw new IllegalStateException("aborted");
                    }))
        .hasMessage("aborted");
    assertThat(Pool.isPersistent(set)).isFalse();
    assertThat(set).containsExactly(1);
    set.add(3);
    pool.putRoot("set", set);
    assertThat(Pool.isPersistent(set)).isTrue();
    assertThat(found(pool)).isSameAs(set).containsExactlyInAnyOrder(1, 3);
  }

  @Test
  @SuppressWarnings("unchecked")
  void sortedCollectionsOfTheJdkKeepTheirOrder(@TestPool PoolUnderTest pools) {
    NavigableSet<String> words = new TreeSet<>(Comparator.reverseOrder());
    words.addAll(List.of("a", "c", "b"));
    pools.pool().putRoot("set", words);
    pools.pool().putRoot("map", new TreeMap<>(String.CASE_INSENSITIVE_ORDER));
    pools.pool().putRoot("hash", new HashSet<>(List.of("x")));
    Pool pool = pools.reopen();
    NavigableSet<String> set = pool.root("set", PersistentTreeSet.class).orElseThrow();
    assertThat(set).containsExactly("c", "b", "a");
    assertThat(set.headSet("b", true).descendingSet()).containsExactly("b", "c");
    assertThat(set.pollFirst()).isEqualTo("c");
    assertThat(set.higher("b")).isEqualTo("a");
    PersistentTreeMap<String, Integer> map =
        pool.root("map", PersistentTreeMap.class).orElseThrow();
    map.put("KEY", 1);
    assertThat(map.get("key")).isEqualTo(1);
    assertThat(pool.root("hash", PersistentHashSet.class).orElseThrow()).hasSize(1);
  }
}
