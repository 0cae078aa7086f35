package dev.basalt.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.Pool;
import dev.basalt.annotation.Persistent;
import dev.basalt.collections.PersistentArrayList;
import dev.basalt.collections.PersistentHashMap;
import dev.basalt.error.UnsupportedTypeException;
import dev.basalt.junit.PoolUnderTest;
import dev.basalt.junit.TestPool;
import java.time.DayOfWeek;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** JDK collections in fields of interface types become persistent ones when they are stored. */
class CollectionFieldsIT {
  @Persistent
  static class Week {
    private final List<String> names = new ArrayList<>(List.of("a", "b"));
    private final Collection<String> same = names;
    private final Map<DayOfWeek, List<Integer>> hours = new HashMap<>();
    private Queue<String> queue;
  }

  @Test
  void collectionsComeBack(@TestPool PoolUnderTest handle) {
    Pool pool = handle.pool();
    Week week = new Week();
    week.hours.put(DayOfWeek.MONDAY, List.of(1, 2));
    pool.putRoot("week", week);
    assertThat(week.names).isInstanceOf(PersistentArrayList.class).isSameAs(week.same);
    week.names.add("c");
    week.hours.computeIfAbsent(DayOfWeek.FRIDAY, day -> new ArrayList<>()).add(9);
    assertThatThrownBy(() -> week.queue = new ArrayDeque<>())
        .isInstanceOf(UnsupportedTypeException.class)
        .hasMessageContaining("Week.queue")
        .hasMessageContaining("DEQUE");
    Week found = handle.reopen().root("week", Week.class).orElseThrow();
    assertThat(found.same).containsExactly("a", "b", "c");
    assertThat(found.hours).isInstanceOf(PersistentHashMap.class);
    assertThat(found.hours.get(DayOfWeek.MONDAY)).containsExactly(1, 2);
    assertThat(found.hours).containsOnlyKeys(DayOfWeek.MONDAY, DayOfWeek.FRIDAY);
  }
}
