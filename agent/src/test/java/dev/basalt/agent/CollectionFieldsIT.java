package dev.basalt.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.Pool;
import dev.basalt.annotation.Persistent;
import dev.basalt.collections.PersistentArrayList;
import dev.basalt.collections.PersistentHashMap;
import dev.basalt.error.UnsupportedTypeException;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
  void collectionsComeBack(@TempDir Path folder) {
    Path file = folder.resolve("week.pool");
    try (Pool pool = Pool.open(file)) {
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
    }
    try (Pool pool = Pool.open(file)) {
      Week week = pool.root("week", Week.class).orElseThrow();
      assertThat(week.same).containsExactly("a", "b", "c");
      assertThat(week.hours).isInstanceOf(PersistentHashMap.class);
      assertThat(week.hours.get(DayOfWeek.MONDAY)).containsExactly(1, 2);
      assertThat(week.hours).containsOnlyKeys(DayOfWeek.MONDAY, DayOfWeek.FRIDAY);
    }
  }
}
