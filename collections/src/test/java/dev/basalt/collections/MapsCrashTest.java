package dev.basalt.collections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.Pool;
import dev.basalt.crash.CrashFolder;
import dev.basalt.crash.WorkloadRun;
import dev.basalt.fixture.Item;
import dev.basalt.object.ObjectSpace;
import dev.basalt.object.PersistentStructure;
import dev.basalt.object.Structures;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Maps that grow from nothing and shrink to nothing again, with the power cut at every point of the
 * updates that change their structure: each kind of change is met, or the test fails. Updates that
 * change no structure are put together, several in one.
 */
class MapsCrashTest {
  private static final boolean STRESS = Boolean.getBoolean("basalt.stress");
  private static final int SUBSETS = STRESS ? 5 : 0;
  private static final long SEEDS = STRESS ? 20 : 1;

  /** What may become of a map's structure. */
  private enum Change {
    ROOT_MADE,
    ROOT_RAISED,
    SPLIT,
    WIDENED,
    MERGED,
    ROOT_LOWERED,
    ROOT_DROPPED
  }

  private Path folder;

  @BeforeEach
  void makeFolder() throws Exception {
    folder = CrashFolder.create();
  }

  @AfterEach
  void deleteFolder() throws Exception {
    CrashFolder.delete(folder);
  }

  /** Numbers of parts by which changes are told. */
  private record Structure(int levels, int parts, int slots) {
    static final Structure NONE = new Structure(0, 0, 0);

    /** What has happened between two states. */
    void addChanges(Structure after, Set<Change> changes) {
      if (levels == 0 && after.levels > 0) {
        changes.add(Change.ROOT_MADE);
      } else if (after.levels == 0 && levels > 0) {
        changes.add(Change.ROOT_DROPPED);
      } else if (after.levels > levels) {
        changes.add(Change.ROOT_RAISED);
      } else if (after.levels < levels) {
        changes.add(Change.ROOT_LOWERED);
      }
      if (after.parts > parts && levels > 0) {
        changes.add(Change.SPLIT);
      } else if (after.parts < parts && after.levels > 0) {
        changes.add(Change.MERGED);
      }
      if (after.slots > slots && slots > 0 && after.levels == levels) {
        changes.add(Change.WIDENED);
      }
    }
  }

  private static Structure of(PersistentHashMap<?, ?> map) {
    return map.reading(
        () -> {
          HashTrie trie = map.trie();
          long root = trie.root();
          if (root == 0) {
            return Structure.NONE;
          }
          Structures structures = trie.structures;
          if (!structures.isSlots(root)) {
            return new Structure(1, 1, 0);
          }
          int slots = structures.slotsLength(root);
          int parts =
              (int)
                  IntStream.range(0, slots)
                      .mapToLong(i -> structures.slot(root, Structures.slotOffset(i)))
                      .distinct()
                      .count();
          return new Structure(2, parts, slots);
        });
  }

  private static Structure of(PersistentTreeMap<?, ?> map) {
    return map.reading(
        () -> {
          ObjectSpace space = PersistentStructure.space(map);
          TreeNodes nodes = new TreeNodes(space.structures(), space.place(map), null);
          int height = nodes.height();
          return height == 0
              ? Structure.NONE
              : new Structure(height, leaves(nodes, nodes.root(), height), 0);
        });
  }

  private static int leaves(TreeNodes nodes, long node, int height) {
    return height == 1
        ? 1
        : IntStream.range(0, nodes.countOf(node))
            .map(i -> leaves(nodes, nodes.item(node, i), height - 1))
            .sum();
  }

  private static Structure of(Map<?, ?> map) {
    return map instanceof PersistentHashMap<?, ?> hash
        ? of(hash)
        : of((PersistentTreeMap<?, ?>) map);
  }

  /** Puts and removes keys one after another, each in an update, until the structure changes. */
  private static final class Life implements WorkloadRun.Updates {
    private final Supplier<Map<Object, Object>> made;
    private final List<Object> keys;
    private final int removals;
    private final int batch;
    private final Set<Change> seen = EnumSet.noneOf(Change.class);
    private int at;

    Life(Supplier<Map<Object, Object>> made, List<Object> puts, List<Object> removed, int batch) {
      this.made = made;
      this.keys = new ArrayList<>(puts);
      keys.addAll(removed);
      this.removals = puts.size();
      this.batch = batch;
    }

    @SuppressWarnings("unchecked")
    private Map<Object, Object> map(Pool pool) {
      return pool.root("map", Map.class, made);
    }

    boolean isDone() {
      return at == keys.size();
    }

    /** At most a batch of operations, and none behind one that changes the structure. */
    @Override
    public void update(Pool pool, int number) {
      Map<Object, Object> map = map(pool);
      Structure before = of(map);
      for (int i = 0; i < batch && !isDone(); i++) {
        boolean puts = at < removals;
        Object key = keys.get(at++);
        if (puts) {
          map.put(key, key.hashCode() % 3 == 0 ? new Item(number) : "value of " + key);
        } else {
          map.remove(key);
        }
        Structure after = of(map);
        if (!after.equals(before)) {
          before.addChanges(after, seen);
          return;
        }
      }
    }

    @Override
    public String text(Pool pool) {
      TreeMap<String, String> text = new TreeMap<>();
      pool.view(
          () ->
              pool.root("map", Map.class)
                  .ifPresent(
                      found -> {
                        Map<?, ?> map = found;
                        map.forEach(
                            (key, value) ->
                                text.put(
                                    key.toString(),
                                    value instanceof Item item
                                        ? "item " + item.number()
                                        : value.toString()));
                        assertThat(map).hasSize(text.size());
                        if (map instanceof PersistentTreeMap<?, ?> tree) {
                          TreeInvariants.check(tree);
                        }
                        map.keySet().forEach(key -> assertThat(map.containsKey(key)).isTrue());
                      }));
      return text.toString();
    }
  }

  private long enumerate(Life life, long seed) throws Exception {
    WorkloadRun run = new WorkloadRun(folder, life);
    int updates = 0;
    // How many updates there are is only known when the life has been lived: rehearse it.
    try (Pool pool = Pool.open(folder.resolve("rehearsal.pool"))) {
      while (!life.isDone()) {
        int number = ++updates;
        pool.update(() -> life.update(pool, number));
      }
    }
    life.at = 0;
    long states = run.record(updates, 25).check(SUBSETS, seed);
    assertThat(states).isGreaterThan(updates);
    return states;
  }

  private static List<Object> shuffled(List<Object> keys, long seed) {
    List<Object> copy = new ArrayList<>(keys);
    Collections.shuffle(copy, new Random(seed));
    return copy;
  }

  private static List<Object> keys(int count) {
    return IntStream.range(0, count)
        .<Object>mapToObj(i -> i % 2 == 0 ? "key %05d".formatted(i) : "k" + i)
        .toList();
  }

  private void survives(Supplier<Map<Object, Object>> made, int count, Set<Change> expected)
      throws Exception {
    for (long seed = 1; seed <= SEEDS; seed++) {
      Life life =
          new Life(made, shuffled(keys(count), seed), shuffled(keys(count), -seed), count / 10);
      long states = enumerate(life, seed);
      assertThat(life.seen).as("seed %d, %d states", seed, states).containsAll(expected);
      deleteFolder();
      makeFolder();
    }
  }

  @Test
  void hashMapSurvivesACrashAtEveryChangeOfItsStructure() throws Exception {
    survives(PersistentHashMap::new, 150, EnumSet.allOf(Change.class));
  }

  @Test
  void treeMapSurvivesACrashAtEveryChangeOfItsStructure() throws Exception {
    survives(PersistentTreeMap::new, 300, EnumSet.complementOf(EnumSet.of(Change.WIDENED)));
  }

  /** Keys of three hashes: chains of buckets, and the deepest ways to them. */
  @Test
  void hashMapOfCollidingKeysSurvivesACrashAtEveryChange() throws Exception {
    List<Object> keys =
        IntStream.range(0, 160).<Object>mapToObj(PersistentHashMapTest.Bad::new).toList();
    enumerate(new Life(PersistentHashMap::new, keys, keys.reversed(), 15), 1);
  }

  @Test
  void clearedMapsSurviveACrashAtEveryPoint() throws Exception {
    for (Supplier<Map<Object, Object>> made :
        List.<Supplier<Map<Object, Object>>>of(PersistentHashMap::new, PersistentTreeMap::new)) {
      WorkloadRun.Updates cleared =
          new WorkloadRun.Updates() {
            private final Life life = new Life(made, keys(200), List.of(), 200);

            @Override
            public void update(Pool pool, int number) {
              if (number % 8 == 0) {
                life.map(pool).clear();
                life.at = 0;
              } else {
                life.update(pool, number);
              }
            }

            @Override
            public String text(Pool pool) {
              return life.text(pool);
            }
          };
      assertThat(new WorkloadRun(folder, cleared).record(24, 5).check(SUBSETS, 1))
          .isGreaterThan(24);
      deleteFolder();
      makeFolder();
    }
  }
}
