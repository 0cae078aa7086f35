package dev.basalt.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.Pool;
import dev.basalt.annotation.Persistent;
import dev.basalt.collections.PersistentArrayDeque;
import dev.basalt.collections.PersistentArrayList;
import dev.basalt.collections.PersistentHashMap;
import dev.basalt.collections.PersistentHashSet;
import dev.basalt.collections.PersistentLinkedList;
import dev.basalt.collections.PersistentTreeMap;
import dev.basalt.collections.PersistentTreeSet;
import dev.basalt.error.UnsupportedTypeException;
import dev.basalt.junit.PoolUnderTest;
import dev.basalt.junit.TestPool;
import java.io.Serializable;
import java.time.DayOfWeek;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.RandomAccess;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** JDK collections in fields of interface types become persistent ones when they are stored. */
class CollectionFieldsIT {
  @Persistent
  static class Week {
    private final List<String> names = new ArrayList<>(List.of("a", "b"));
    private final Collection<String> same = names;
    private final Map<DayOfWeek, List<Integer>> hours = new HashMap<>();
    private final SortedMap<String, Integer> sorted = new TreeMap<>(Map.of("y", 1, "x", 2));
    private final NavigableSet<String> ordered = new TreeSet<>(Comparator.reverseOrder());
    private final Set<Integer> set = new HashSet<>(Set.of(1, 2));
    private Queue<String> queue;
  }

  /** Interfaces of the JDK's collections that those in a pool do not have, or not all. */
  @Persistent
  static class Odd {
    private Serializable serializable = "text";
    private SequencedMap<String, Integer> sequenced;
    private RandomAccess random;
  }

  @Test
  void collectionThatWouldNotFitItsFieldIsRefused(@TestPool PoolUnderTest handle) {
    Pool pool = handle.pool();
    Odd odd = new Odd();
    pool.putRoot("odd", odd);
    assertThatThrownBy(() -> odd.serializable = new ArrayList<>(List.of(1)))
        .isInstanceOf(UnsupportedTypeException.class)
        .hasMessageContaining("Odd.serializable: a java.util.ArrayList")
        .hasMessageContaining("is no java.io.Serializable");
    assertThatThrownBy(() -> odd.sequenced = new LinkedHashMap<>(Map.of("k", 1)))
        .isInstanceOf(UnsupportedTypeException.class)
        .hasMessageContaining("Odd.sequenced: a java.util.LinkedHashMap");
    Odd plain = new Odd();
    plain.serializable = new HashSet<>();
    assertThatThrownBy(() -> pool.putRoot("plain", plain))
        .isInstanceOf(UnsupportedTypeException.class)
        .hasMessageContaining("Odd.serializable");
    assertThat(Pool.isPersistent(plain)).isFalse();
    odd.sequenced = new TreeMap<>(Map.of("k", 1));
    odd.random = new ArrayList<>(List.of("x"));
    Odd found = handle.reopen().root("odd", Odd.class).orElseThrow();
    assertThat(found.serializable).isEqualTo("text");
    assertThat(found.sequenced.firstEntry()).isEqualTo(Map.entry("k", 1));
    assertThat(found.random).isEqualTo(List.of("x"));
  }

  @Test
  void collectionsComeBack(@TestPool PoolUnderTest handle) {
    Pool pool = handle.pool();
    Week week = new Week();
    week.hours.put(DayOfWeek.MONDAY, List.of(1, 2));
    pool.putRoot("week", week);
    assertThat(week.names).isInstanceOf(PersistentArrayList.class).isSameAs(week.same);
    week.names.add("c");
    week.ordered.addAll(List.of("m", "n"));
    week.set.add(3);
    week.sorted.put("z", 3);
    week.hours.computeIfAbsent(DayOfWeek.FRIDAY, day -> new ArrayList<>()).add(9);
    week.queue = new LinkedList<>(List.of("zero", "one"));
    assertThat(week.queue).isInstanceOf(PersistentLinkedList.class);
    assertThat(week.queue.remove()).isEqualTo("zero");
    assertThatThrownBy(() -> week.queue = new PriorityQueue<>())
        .isInstanceOf(UnsupportedTypeException.class)
        .hasMessageContaining("Week.queue");
    week.queue = new ArrayDeque<>(List.of("first", "second"));
    Week found = handle.reopen().root("week", Week.class).orElseThrow();
    assertThat(found.same).containsExactly("a", "b", "c");
    assertThat(found.sorted).isInstanceOf(PersistentTreeMap.class);
    assertThat(found.sorted.keySet()).containsExactly("x", "y", "z");
    assertThat(found.ordered).isInstanceOf(PersistentTreeSet.class).containsExactly("n", "m");
    assertThat(found.queue).isInstanceOf(PersistentArrayDeque.class);
    assertThat(found.queue.poll()).isEqualTo("first");
    assertThat(found.set).isInstanceOf(PersistentHashSet.class).containsOnly(1, 2, 3);
    assertThat(found.hours).isInstanceOf(PersistentHashMap.class);
    assertThat(found.hours.get(DayOfWeek.MONDAY)).containsExactly(1, 2);
    assertThat(found.hours).containsOnlyKeys(DayOfWeek.MONDAY, DayOfWeek.FRIDAY);
  }
}
