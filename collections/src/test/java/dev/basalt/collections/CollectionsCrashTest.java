package dev.basalt.collections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.Pool;
import dev.basalt.crash.CrashFolder;
import dev.basalt.crash.WorkloadRun;
import dev.basalt.fixture.Item;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Collections that grow from nothing and shrink to nothing again, with the power cut at every point
 * of every update. Each kind of part that a collection has is added and taken away on the way, or
 * the test fails; a dump tells which parts there are. Maps have a test of their own.
 */
class CollectionsCrashTest {
  private static final boolean STRESS = Boolean.getBoolean("basalt.stress");
  private static final int SUBSETS = STRESS ? 5 : 0;
  private static final long SEEDS = STRESS ? 20 : 1;
  private static final Pattern PART =
      Pattern.compile("@\\d+ (?:[\\w.]+\\.)?([\\w$]+(?:\\[\\d+])?)");

  /** Precedes the names of the parts that only the last update takes away. */
  private static final String CLEAR = "clear";

  private Path folder;

  @BeforeEach
  void makeFolder() throws Exception {
    folder = CrashFolder.create();
  }

  @AfterEach
  void deleteFolder() throws Exception {
    CrashFolder.delete(folder);
  }

  /** Grows and shrinks a collection. */
  private interface Play<C> {
    /** An operation that adds something. */
    void grow(C target, Random random, Object element);

    /** One that takes something away; of an empty collection too. */
    void shrink(C target, Random random);

    void clear(C target);

    /** What it holds, read in every way that there is. */
    String text(C target);
  }

  /** Half of the updates make it grow, the others shrink; the last one clears it. */
  private static final class Life<C> implements WorkloadRun.Updates {
    private final Supplier<C> made;
    private final Play<C> play;
    private final int updates;
    private final int batch;
    private final long seed;

    Life(Supplier<C> made, Play<C> play, int updates, int batch, long seed) {
      this.made = made;
      this.play = play;
      this.updates = updates;
      this.batch = batch;
      this.seed = seed;
    }

    @SuppressWarnings("unchecked")
    private static <C> C found(Pool pool) {
      return (C) pool.root("subject", Object.class).orElse(null);
    }

    @Override
    public void update(Pool pool, int number) {
      if (number == 1) {
        pool.putRoot("subject", made.get());
      }
      C target = found(pool);
      Random random = new Random(seed * 1_000 + number);
      boolean grows = number <= updates / 2;
      if (number == updates) {
        play.clear(target);
        return;
      }
      for (int i = 0; i < batch; i++) {
        int name = number * batch + i;
        if (grows) {
          play.grow(target, random, name % 5 == 0 ? new Item(name) : "element " + name);
        } else {
          play.shrink(target, random);
        }
      }
    }

    @Override
    public String text(Pool pool) {
      C target = found(pool);
      return target == null ? "none" : pool.view(() -> play.text(target));
    }
  }

  /** How many parts of each class a pool has. */
  private static Map<String, Long> parts(Pool pool) {
    StringBuilder text = new StringBuilder();
    try {
      assertThat(pool.dump(text)).isZero();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString()
        .lines()
        .map(PART::matcher)
        .filter(Matcher::matches)
        .collect(Collectors.groupingBy(part -> part.group(1), TreeMap::new, Collectors.counting()));
  }

  private static <C> Set<String> changes(Path file, Life<C> life) {
    Set<String> changes = new TreeSet<>();
    try (Pool pool = Pool.open(file)) {
      Map<String, Long> before = Map.of();
      for (int number = 1; number <= life.updates; number++) {
        int update = number;
        pool.update(() -> life.update(pool, update));
        Map<String, Long> after = parts(pool);
        Set<String> names = new TreeSet<>(before.keySet());
        names.addAll(after.keySet());
        for (String name : names) {
          int more = Long.compare(after.getOrDefault(name, 0L), before.getOrDefault(name, 0L));
          if (more != 0) {
            changes.add((update == life.updates ? CLEAR : "") + (more > 0 ? "+" : "-") + name);
          }
        }
        before = after;
      }
      assertThat(life.play.text(Life.found(pool))).contains("size 0");
    }
    return changes;
  }

  private <C> void survives(
      Supplier<C> made, Play<C> play, int updates, int batch, String... expected) throws Exception {
    for (long seed = 1; seed <= SEEDS; seed++) {
      Life<C> life = new Life<>(made, play, updates, batch, seed);
      assertThat(changes(folder.resolve("rehearsal.pool"), life))
          .as("seed %d", seed)
          .satisfies(
              changes -> {
                for (String prefix : expected) {
                  assertThat(changes).anyMatch(change -> change.startsWith(prefix));
                }
              });
      long states = new WorkloadRun(folder, life).record(updates, 10).check(SUBSETS, seed);
      assertThat(states).as("seed %d", seed).isGreaterThan(updates);
      deleteFolder();
      makeFolder();
    }
  }

  private static String text(Object element) {
    return element instanceof Item item ? "item " + item.number() : String.valueOf(element);
  }

  private static String text(Collection<?> elements) {
    List<String> texts = new ArrayList<>();
    for (Object element : elements) {
      assertThat(elements.contains(element)).isTrue();
      texts.add(text(element));
    }
    return "size %d: %s".formatted(elements.size(), texts);
  }

  private static final Play<List<Object>> LIST =
      new Play<>() {
        @Override
        public void grow(List<Object> list, Random random, Object element) {
          switch (random.nextInt(3)) {
            case 0 -> list.addFirst(element);
            case 1 -> list.addLast(element);
            default -> list.add(random.nextInt(list.size() + 1), element);
          }
        }

        @Override
        public void shrink(List<Object> list, Random random) {
          if (!list.isEmpty()) {
            list.remove(random.nextInt(list.size()));
          }
        }

        @Override
        public void clear(List<Object> list) {
          list.clear();
        }

        @Override
        public String text(List<Object> list) {
          List<String> back = new ArrayList<>();
          list.reversed().forEach(element -> back.add(CollectionsCrashTest.text(element)));
          List<String> byIndex =
              IntStream.range(0, list.size())
                  .mapToObj(i -> CollectionsCrashTest.text(list.get(i)))
                  .toList();
          assertThat(back.reversed()).isEqualTo(byIndex);
          return CollectionsCrashTest.text(list);
        }
      };

  @Test
  void linkedListSurvivesACrashAtEveryChangeOfItsStructure() throws Exception {
    survives(
        PersistentLinkedList::new, LIST, 32, 16, "+LinkedNode", "-LinkedNode", "+SizeCells$Cell");
  }

  @Test
  void arrayListSurvivesACrashAtEveryChangeOfItsStructure() throws Exception {
    survives(
        PersistentArrayList::new,
        LIST,
        24,
        60,
        "+slots[256]",
        "-slots[256]",
        "-slots[4]",
        "-slots[128]",
        CLEAR + "-slots[");
  }

  @Test
  void arrayDequeSurvivesACrashAtEveryChangeOfItsStructure() throws Exception {
    Play<Deque<Object>> play =
        new Play<>() {
          @Override
          public void grow(Deque<Object> deque, Random random, Object element) {
            if (random.nextBoolean()) {
              deque.addFirst(element);
            } else {
              deque.addLast(element);
            }
          }

          @Override
          public void shrink(Deque<Object> deque, Random random) {
            Object _ = random.nextBoolean() ? deque.pollFirst() : deque.pollLast();
          }

          @Override
          public void clear(Deque<Object> deque) {
            deque.clear();
          }

          @Override
          public String text(Deque<Object> deque) {
            return CollectionsCrashTest.text(deque);
          }
        };
    survives(PersistentArrayDeque::new, play, 24, 16, "+LinkedNode", "-LinkedNode");
  }

  @Test
  void longMapSurvivesACrashAtEveryChangeOfItsStructure() throws Exception {
    Play<PersistentLongMap<Object>> play =
        new Play<>() {
          @Override
          public void grow(PersistentLongMap<Object> map, Random random, Object element) {
            map.put(random.nextInt(100_000), element);
          }

          @Override
          public void shrink(PersistentLongMap<Object> map, Random random) {
            map.keys().findFirst().ifPresent(map::remove);
          }

          @Override
          public void clear(PersistentLongMap<Object> map) {
            map.clear();
          }

          @Override
          public String text(PersistentLongMap<Object> map) {
            TreeMap<Long, String> entries = new TreeMap<>();
            map.forEach((key, value) -> entries.put(key, CollectionsCrashTest.text(value)));
            entries
                .keySet()
                .forEach(
                    key ->
                        assertThat(CollectionsCrashTest.text(map.get(key)))
                            .isEqualTo(entries.get(key)));
            return "size %d: %s".formatted(map.size(), entries);
          }
        };
    survives(
        PersistentLongMap::new,
        play,
        32,
        40,
        "+PersistentLongMap$Leaf",
        "-PersistentLongMap$Leaf",
        "+PersistentLongMap$Branch",
        "-PersistentLongMap$Branch",
        "+SizeCells$Cell",
        CLEAR + "-SizeCells$Cell");
  }

  @Test
  void setsSurviveACrashAtEveryChangeOfTheirStructure() throws Exception {
    Play<Set<Object>> play =
        new Play<>() {
          @Override
          public void grow(Set<Object> set, Random random, Object element) {
            set.add("%04d".formatted(random.nextInt(10_000)));
          }

          @Override
          public void shrink(Set<Object> set, Random random) {
            set.stream()
                .skip(set.isEmpty() ? 0 : random.nextInt(Math.min(set.size(), 20)))
                .findFirst()
                .ifPresent(set::remove);
          }

          @Override
          public void clear(Set<Object> set) {
            set.clear();
          }

          @Override
          public String text(Set<Object> set) {
            assertThat(CollectionsCrashTest.text((Collection<?>) set)).isNotEmpty();
            return "size %d: %s".formatted(set.size(), new TreeSet<>(set));
          }
        };
    survives(PersistentTreeSet::new, play, 20, 12, "+PersistentTreeMap$", "-PersistentTreeMap$");
    survives(PersistentHashSet::new, play, 20, 12, "+PersistentHashMap$", "-PersistentHashMap$");
  }
}
