package dev.basalt.collections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.Pool;
import dev.basalt.error.SchemaException;
import dev.basalt.junit.PoolUnderTest;
import dev.basalt.junit.TestPool;
import dev.basalt.object.FieldKind;
import dev.basalt.object.Layout;
import dev.basalt.object.ObjectSpace;
import dev.basalt.object.PersistentStructure;
import dev.basalt.object.Structures;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The nodes of tree maps: partial words, links of leaves, and who writes what. */
class TreeStructureTest {
  private static final boolean STRESS = Boolean.getBoolean("basalt.stress");

  /** Sets of keys, and whether their nodes have partial words. */
  private enum Keys {
    NUMBERED_TEXT(true, r -> "customer number %010d".formatted(r.nextInt(1_000_000) * 37L)),
    PATHS(true, Keys::path),
    SHORT_TEXT(true, r -> Integer.toString(r.nextInt(1 << r.nextInt(1, 20)), 36)),
    ZEROES(true, r -> "\0".repeat(r.nextInt(40)) + (r.nextBoolean() ? "" : "a")),
    LATIN_1(true, r -> letters(r, "\0ab\u007F\u0080\u00E9\u00FF", r.nextInt(20))),
    UTF_16(false, r -> letters(r, "\uD83D\u20AC\uFFFF\u0100", r.nextInt(1, 12))),
    MIXED_TEXT(true, r -> r.nextInt(30) == 0 ? UTF_16.make.apply(r) : LATIN_1.make.apply(r)),
    UUIDS(true, r -> new UUID(r.nextInt(9) - 4, r.nextLong() >> r.nextInt(64))),
    LONGS(true, r -> r.nextLong() >> r.nextInt(64)),
    INTEGERS(true, r -> r.nextInt() >> r.nextInt(32)),
    DOUBLES(true, Keys::real),
    DATES(true, r -> LocalDate.ofEpochDay(r.nextInt(20_000) - 10_000)),
    INSTANTS(true, r -> Instant.ofEpochSecond(r.nextInt(50) - 25, r.nextInt(1_000_000_000))),
    DECIMALS(false, r -> BigDecimal.valueOf(r.nextInt(9_000), 2)),
    REVERSED(false, r -> "customer number " + r.nextInt(5_000));

    final boolean haveWords;
    final Function<Random, Object> make;

    Keys(boolean haveWords, Function<Random, Object> make) {
      this.haveWords = haveWords;
      this.make = make;
    }

    private static String path(Random random) {
      String[] parts = {"home", "home of everybody", "a", "a rather long name of a folder"};
      StringBuilder path = new StringBuilder();
      for (int i = random.nextInt(6); i >= 0; i--) {
        path.append('/').append(parts[random.nextInt(parts.length)]);
      }
      return path.append(random.nextInt(100)).toString();
    }

    private static String letters(Random random, String alphabet, int length) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < length; i++) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      return text.toString();
    }

    private static Object real(Random random) {
      return switch (random.nextInt(10)) {
        case 0 -> random.nextBoolean() ? 0.0 : -0.0;
        case 1 -> random.nextBoolean() ? Double.NaN : Double.longBitsToDouble(-1);
        case 2 -> random.nextBoolean() ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
        case 3 -> Double.MIN_VALUE * random.nextInt(9);
        default -> random.nextGaussian() * (1 << random.nextInt(20));
      };
    }

    @SuppressWarnings("unchecked")
    Comparator<Object> order() {
      return this == REVERSED
          ? (Comparator<Object>) (Comparator<?>) Comparator.reverseOrder()
          : null;
    }
  }

  private static <K, V> PersistentTreeMap<K, V> stored(Pool pool, PersistentTreeMap<K, V> map) {
    pool.putRoot("map", map);
    return map;
  }

  /** From nothing to thousands of entries and back; the structure is checked all the way. */
  @ParameterizedTest
  @EnumSource
  void nodesAreWhatTheirKeysSay(Keys kind, @TestPool PoolUnderTest pools) {
    int steps = STRESS ? 400 : 24;
    for (long seed = 1; seed <= (STRESS ? 20 : 1); seed++) {
      Random random = new Random(seed);
      PersistentTreeMap<Object, Integer> map =
          stored(pools.pool(), new PersistentTreeMap<>(kind.order()));
      TreeMap<Object, Integer> model = new TreeMap<>(kind.order());
      int words = 0;
      for (int step = 0; step < steps || !model.isEmpty(); step++) {
        String where = "%s, seed %d, step %d".formatted(kind, seed, step);
        int grown = step < steps / 2 ? 8 : step < steps ? 5 : 1;
        pools.pool().update(() -> change(kind, random, map, model, grown));
        words = Math.max(words, TreeInvariants.check(map).withWords());
        assertThat(new ArrayList<>(map.entrySet()).equals(new ArrayList<>(model.entrySet())))
            .as(where)
            .isTrue();
        assertThat(new ArrayList<>(map.descendingMap().values()))
            .as(where)
            .isEqualTo(new ArrayList<>(model.descendingMap().values()));
      }
      assertThat(words > 0).isEqualTo(kind.haveWords);
    }
  }

  private static void change(
      Keys kind,
      Random random,
      PersistentTreeMap<Object, Integer> map,
      TreeMap<Object, Integer> model,
      int grown) {
    for (int i = 0; i < 100; i++) {
      Object key = kind.make.apply(random);
      Object present = model.isEmpty() ? key : model.ceilingKey(key);
      if (random.nextInt(10) < grown) {
        assertThat(map.put(key, i)).isEqualTo(model.put(key, i));
      } else if (present != null) {
        assertThat(map.remove(present)).isEqualTo(model.remove(present));
      } else {
        assertThat(map.pollFirstEntry()).isEqualTo(model.pollFirstEntry());
      }
      Object other = kind.make.apply(random);
      assertThat(map.get(other)).isEqualTo(model.get(other));
      assertThat(map.floorKey(other)).isEqualTo(model.floorKey(other));
      assertThat(map.higherKey(other)).isEqualTo(model.higherKey(other));
      assertThat(map.headMap(other).size()).isEqualTo(model.headMap(other).size());
    }
  }

  /** Keys of hundreds of equal bytes: the end of a prefix is too short to tell them apart. */
  @Test
  void keysWithLongPrefixesAreFoundByTheirOwnBytes(@TestPool Pool pool) {
    PersistentTreeMap<String, Integer> map = stored(pool, new PersistentTreeMap<>());
    List<String> keys = new ArrayList<>();
    for (int length = 0; length < 300; length += 3) {
      for (int i = 0; i < 20; i++) {
        keys.add("x".repeat(length) + (char) ('a' + i % 5) + "y".repeat(i));
      }
    }
    Collections.shuffle(keys, new Random(3));
    pool.update(() -> keys.forEach(key -> map.put(key, key.length())));
    assertThat(TreeInvariants.check(map).withLongPrefix()).isPositive();
    for (String key : keys) {
      assertThat(map.get(key)).isEqualTo(key.length());
      assertThat(map.get(key + "\0")).isNull();
      assertThat(map.get(key.substring(1) + "z")).isNull();
    }
    assertThat(new ArrayList<>(map.keySet())).isSorted().hasSize(map.size());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 16, 17, 20, 21, 33, 256, 257, 273, 4_000})
  void sortedLoadsMakeSoundTrees(int count, @TestPool Pool pool) {
    TreeMap<String, Integer> model = new TreeMap<>();
    IntStream.range(0, count).forEach(i -> model.put("customer %08d".formatted(i), i));
    PersistentTreeMap<String, Integer> map = stored(pool, new PersistentTreeMap<>(model));
    TreeInvariants.check(map);
    map.clear();
    pool.update(() -> model.forEach(map::put));
    TreeInvariants.check(map);
    map.clear();
    pool.update(() -> model.descendingMap().forEach(map::put));
    TreeInvariants.check(map);
    assertThat(map).isEqualTo(model);
  }

  // ---- iterators beside changes

  /** Even keys stay and are each met once; odd ones come and go. */
  private static void iterateBesideChanges(PersistentTreeMap<Integer, Integer> map, Random random) {
    int size = 3_000;
    boolean up = random.nextBoolean();
    var seen = new ArrayList<Integer>();
    var range = up ? map : map.descendingMap();
    var values = range.values().iterator();
    while (values.hasNext()) {
      int value = values.next();
      seen.add(value);
      for (int i = random.nextInt(3); i > 0; i--) {
        int odd = Math.floorMod(value + random.nextInt(200) - 100, size) | 1;
        if (random.nextBoolean()) {
          map.put(odd, odd);
        } else {
          map.remove(odd);
        }
      }
      if (value % 2 == 1 && random.nextInt(4) == 0) {
        values.remove();
        assertThat(map.containsKey(value)).isFalse();
      }
    }
    assertThat(seen)
        .isSortedAccordingTo(up ? Comparator.naturalOrder() : Comparator.reverseOrder());
    assertThat(seen).doesNotHaveDuplicates();
    assertThat(seen.stream().filter(i -> i % 2 == 0).count()).isEqualTo(size / 2);
  }

  private static PersistentTreeMap<Integer, Integer> evens(Pool pool, Random random) {
    PersistentTreeMap<Integer, Integer> map = stored(pool, new PersistentTreeMap<>());
    pool.update(() -> IntStream.range(0, 1_500).forEach(i -> map.put(2 * i, 2 * i)));
    pool.update(
        () ->
            IntStream.range(0, 500)
                .map(_ -> random.nextInt(3_000) | 1)
                .forEach(i -> map.put(i, i)));
    return map;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void whatIsThereAllTheTimeIsMetOnce(long seed, @TestPool Pool pool) {
    Random random = new Random(seed);
    PersistentTreeMap<Integer, Integer> map = evens(pool, random);
    pool.update(() -> iterateBesideChanges(map, random));
    iterateBesideChanges(map, random);
    TreeInvariants.check(map);
  }

  @Test
  void inATransactionIteratorsAreExact(@TestPool Pool pool) {
    PersistentTreeMap<Integer, Integer> map = stored(pool, new PersistentTreeMap<>());
    pool.update(() -> IntStream.range(0, 100).forEach(i -> map.put(i * 10, i)));
    pool.update(
        () -> {
          var keys = map.keySet().iterator();
          for (int i = 0; i <= 50; i++) {
            assertThat(keys.next()).isEqualTo(i * 10);
          }
          int leaf = 20; // what was read before the change may still be met
          IntStream.range(0, 1_000).filter(i -> i % 10 != 0).forEach(i -> map.put(i, i));
          IntStream.range(0, 1_000).filter(i -> i % 10 == 0).forEach(map::remove);
          List<Integer> rest = new ArrayList<>();
          keys.forEachRemaining(rest::add);
          List<Integer> behind = rest.subList(leaf, rest.size());
          assertThat(behind)
              .isEqualTo(List.copyOf(map.tailMap(behind.getFirst()).keySet()))
              .hasSizeGreaterThan(200);
          var others = map.keySet().iterator();
          assertThat(others.next()).isEqualTo(1);
          map.clear();
          IntStream.range(2_000, 2_100).forEach(i -> map.put(i, i));
          rest.clear();
          others.forEachRemaining(rest::add);
          assertThat(rest.subList(leaf, rest.size()))
              .endsWith(2_098, 2_099)
              .allMatch(key -> key >= 2_000);
        });
  }

  @Test
  void valueOfAnEndedTransactionIsNotRemoved(@TestPool Pool pool) {
    PersistentTreeMap<Integer, Integer> map = evens(pool, new Random(1));
    var values = map.values().iterator();
    pool.view(() -> assertThat(values.next()).isZero());
    assertThatThrownBy(values::remove)
        .isInstanceOf(dev.basalt.error.StaleTransactionException.class)
        .hasMessageContaining("has ended");
    int second = values.next();
    assertThat(map).containsKey(second);
    List<Integer> rest = new ArrayList<>();
    values.forEachRemaining(rest::add);
    assertThat(rest).isEqualTo(List.copyOf(map.tailMap(second, false).values()));
  }

  // ---- conflicts

  /** Runs a change in a thread that counts in another cell of the map's size than this one. */
  private static void elsewhere(Runnable change) {
    try {
      while (true) {
        Thread thread = new Thread(change);
        if (((thread.threadId() ^ Thread.currentThread().threadId()) & 7) != 0) {
          thread.start();
          thread.join();
          return;
        }
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static int runs(Pool pool, Runnable change, Runnable meanwhile) {
    AtomicInteger runs = new AtomicInteger();
    pool.update(
        () -> {
          change.run();
          if (runs.incrementAndGet() == 1) {
            elsewhere(() -> pool.update(meanwhile::run));
          }
        });
    return runs.get();
  }

  private static PersistentTreeMap<Integer, Integer> wide(Pool pool) {
    PersistentTreeMap<Integer, Integer> map = stored(pool, new PersistentTreeMap<>());
    pool.update(() -> IntStream.range(0, 20_000).forEach(i -> map.put(i * 100, i)));
    pool.update(
        () -> IntStream.range(0, 20_000).filter(i -> i % 4 == 0).forEach(i -> map.remove(i * 100)));
    assertThat(TreeInvariants.check(map).height()).isGreaterThanOrEqualTo(3);
    return map;
  }

  @Test
  void changesOfNeighbouringLeavesDoNotConflict(@TestPool Pool pool) {
    PersistentTreeMap<Integer, Integer> map = wide(pool);
    List<Integer> firsts = map.reading(() -> TreeInvariants.firstKeys(map));
    int left = firsts.get(100);
    int right = firsts.get(101);
    assertThat(runs(pool, () -> map.put(left + 1, 1), () -> map.put(right + 1, 1))).isEqualTo(1);
    assertThat(runs(pool, () -> map.remove(right + 1), () -> map.remove(left + 1))).isEqualTo(1);
    TreeInvariants.check(map);
  }

  /** Under other parents; beside a split under the same one the parent is what both need. */
  @Test
  void splitsAndMergesDoNotConflictWithChangesElsewhere(@TestPool Pool pool) {
    PersistentTreeMap<Integer, Integer> map = wide(pool);
    int leaves = TreeInvariants.check(map).leaves();
    Runnable far = () -> map.put(1_500_001, 1);
    Runnable splits = () -> IntStream.range(1, 99).forEach(i -> map.put(200_000 + i, i));
    assertThat(runs(pool, splits, far)).isEqualTo(1);
    int more = TreeInvariants.check(map).leaves();
    assertThat(more).isGreaterThan(leaves);
    Runnable merges = () -> IntStream.range(1, 99).forEach(i -> map.remove(200_000 + i));
    assertThat(runs(pool, merges, () -> map.remove(1_500_001))).isEqualTo(1);
    assertThat(TreeInvariants.check(map).leaves()).isLessThan(more);
  }

  // ---- what is wrong is found

  private static void plant(PersistentTreeMap<?, ?> map, Function<TreeNodes, Boolean> bug) {
    boolean _ =
        map.changing(
            () -> {
              ObjectSpace space = PersistentStructure.space(map);
              return bug.apply(new TreeNodes(space.structures(), space.place(map), null));
            });
    assertThatThrownBy(() -> TreeInvariants.check(map)).isInstanceOf(AssertionError.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"word", "prefix", "end", "kind", "link", "order"})
  void checkFindsWhatIsWrong(String what, @TestPool Pool pool) {
    PersistentTreeMap<String, Integer> map = stored(pool, new PersistentTreeMap<>());
    pool.update(
        () -> IntStream.range(0, 900).forEach(i -> map.put("customer %06d".formatted(i), i)));
    TreeInvariants.check(map);
    plant(
        map,
        nodes -> {
          long node = nodes.search("customer 000500").leaf();
          long state = nodes.state(node);
          int word = TreeNodes.wordField(3);
          switch (what) {
            case "word" -> nodes.words.putWord(node, word, nodes.words.word(node, word) + 1);
            case "prefix" -> nodes.setState(node, state - (1 << 16));
            case "end" -> nodes.setState(node, state + (1L << 32));
            case "kind" -> nodes.setState(node, state + (1 << 8));
            case "link" -> nodes.setNext(node, nodes.next(nodes.next(node)));
            default -> {
              long key = nodes.keySlot(node, 3);
              nodes.words.copy(node, TreeNodes.keyField(4), node, TreeNodes.keyField(3), 1);
              nodes.words.putWord(node, TreeNodes.keyField(4), key);
            }
          }
          return true;
        });
    pool.removeRoot("map");
  }

  // ---- pools of earlier builds

  @Test
  void treeOfAnEarlierBuildIsRefused(@TestPool Pool pool) {
    Layout earlier =
        Layout.of(
            PersistentTreeMap.class.getName(),
            null,
            List.of(
                new Layout.Declaration("height", FieldKind.INT, "int"),
                new Layout.Declaration("root", FieldKind.REFERENCE, "node"),
                new Layout.Declaration("cells", FieldKind.REFERENCE, "slots"),
                new Layout.Declaration(
                    "comparator", FieldKind.REFERENCE, Comparator.class.getName())));
    PersistentHashSet<String> any = new PersistentHashSet<>();
    pool.putRoot("any", any);
    Structures structures = PersistentStructure.space(any).structures();
    assertThatThrownBy(() -> pool.update(() -> structures.value(structures.create(earlier))))
        .isInstanceOf(SchemaException.class)
        .hasMessageContaining("PersistentTreeMap has changed");
  }
}
