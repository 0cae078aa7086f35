package dev.basalt.collections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.Durability;
import dev.basalt.Pool;
import dev.basalt.crash.CrashFolder;
import dev.basalt.crash.PoolVerifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Maps far larger than the heap, in a process of its own; and what is left when they are empty. */
class LargeMapsTest {
  private static final boolean STRESS = Boolean.getBoolean("basalt.stress");
  private static final int ENTRIES = STRESS ? 10_000_000 : 40_000;
  private static final String HEAP = STRESS ? "-Xmx256m" : "-Xmx48m";
  private static final int STEP = 1_000;
  private static final long CHUNK_BYTES = 64 << 10;

  /** A prime: its multiples go through all numbers below another. */
  private static final long STRIDE = 7_368_787;

  @ParameterizedTest
  @ValueSource(strings = {"hash", "tree"})
  void largeMapNeedsASmallHeapAndLeavesNothingBehind(String kind) throws Exception {
    Path folder = STRESS ? Files.createTempDirectory("basalt-test-") : CrashFolder.create();
    try {
      Path file = folder.resolve("large.pool");
      Process child =
          new ProcessBuilder(
                  List.of(
                      Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                      HEAP,
                      "--enable-native-access=ALL-UNNAMED",
                      "-cp",
                      System.getProperty("java.class.path"),
                      LargeMapsTest.class.getName(),
                      kind,
                      file.toString(),
                      Integer.toString(ENTRIES)))
              .redirectErrorStream(true)
              .start();
      String output = new String(child.getInputStream().readAllBytes());
      assertThat(child.waitFor(1, TimeUnit.HOURS)).isTrue();
      assertThat(output).contains("all " + ENTRIES + " found").contains("all removed");
      assertThat(child.exitValue()).isZero();
      PoolVerifier.verify(file);
    } finally {
      CrashFolder.delete(folder);
    }
  }

  private static String key(long number) {
    return "key number %010d".formatted(number);
  }

  /** The child: fills the map in a shuffled order, reads it all, empties it in another order. */
  public static void main(String[] args) {
    Supplier<Map<String, Long>> made =
        args[0].equals("hash") ? PersistentHashMap::new : PersistentTreeMap::new;
    int entries = Integer.parseInt(args[2]);
    try (Pool pool =
        Pool.builder(Path.of(args[1])).durability(Durability.ASYNC).maxSize(8L << 30).open()) {
      Map<String, Long> map = map(pool, made);
      // The types of all parts, and of the map itself, are in the pool from now on.
      pool.update(() -> put(map, 0, STEP, entries));
      pool.update(map::clear);
      pool.reclaim();
      long empty = pool.stats().objectBytes();
      for (int from = 0; from < entries; from += STEP) {
        int first = from;
        pool.update(() -> put(map, first, first + STEP, entries));
      }
      if (map.size() != entries) {
        throw new IllegalStateException("there are %d entries".formatted(map.size()));
      }
      for (long i = 0; i < entries; i++) {
        Long found = map.get(key(i));
        if (found == null || found != i) {
          throw new IllegalStateException("entry %d is %s".formatted(i, found));
        }
      }
      System.out.println("all " + entries + " found");
      for (int from = 0; from < entries; from += STEP) {
        int first = from;
        pool.update(
            () -> {
              for (long i = first; i < first + STEP; i++) {
                Long _ = map.remove(key((i * STRIDE + 1) % entries));
              }
            });
      }
      pool.reclaim();
      long left = pool.stats().objectBytes() - empty;
      if (!map.isEmpty() || left > CHUNK_BYTES) {
        throw new IllegalStateException("%d bytes are left behind".formatted(left));
      }
      System.out.println("all removed, " + left + " bytes left");
    }
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Long> map(Pool pool, Supplier<Map<String, Long>> made) {
    return pool.root("map", Map.class, made);
  }

  private static void put(Map<String, Long> map, long from, long to, int entries) {
    for (long i = from; i < to; i++) {
      long number = i * STRIDE % entries;
      Long _ = map.put(key(number), number);
    }
  }
}
