package dev.basalt.bench;

import dev.basalt.Durability;
import dev.basalt.Pool;
import dev.basalt.PoolStats;
import dev.basalt.collections.PersistentArrayList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * The memory of the process during a long load of random updates over a pool many times larger than
 * what it may keep in memory. {@code anon} is what the process itself needs: the Java heap and the
 * private copies of changed pages. {@code file} is page cache that it has mapped, which the kernel
 * takes back when it wants.
 *
 * <p>Arguments: seconds (300 if absent), objects (20000000), MiB of {@code memoryMax} (256).
 */
public final class ResidentMemory {
  private static final int BATCH = 10_000;
  private static final int ROWS = 20;

  private ResidentMemory() {}

  /**
   * Runs the program.
   *
   * @param args see above
   * @throws Exception if something goes wrong
   */
  public static void main(String[] args) throws Exception {
    int seconds = args.length > 0 ? Integer.parseInt(args[0]) : 300;
    int objects = args.length > 1 ? Integer.parseInt(args[1]) : 20_000_000;
    long memoryMax = (args.length > 2 ? Long.parseLong(args[2]) : 256) << 20;
    Path folder = Files.createTempDirectory(Path.of("").toAbsolutePath(), "bench");
    Path file = folder.resolve("bench.pool");
    try (Pool pool = Pool.builder(file).durability(Durability.ASYNC).memoryMax(memoryMax).open()) {
      run(pool, seconds, objects);
    } finally {
      Files.deleteIfExists(file);
      Files.delete(folder);
    }
  }

  private static void run(Pool pool, int seconds, int objects) throws IOException {
    @SuppressWarnings("unchecked")
    PersistentArrayList<Counter> list =
        pool.root("list", PersistentArrayList.class, PersistentArrayList::new);
    for (int n = 0; n < objects; n += BATCH) {
      pool.update(
          () -> {
            for (int i = 0; i < BATCH; i++) {
              list.add(new Counter());
            }
          });
    }
    Figures figures =
        new Figures(
            "second",
            "updates",
            "anon MiB",
            "file MiB",
            "heap MiB",
            "checkpoints",
            "waits",
            "delay ms");
    Random random = new Random(1);
    long start = System.nanoTime();
    long updates = 0;
    for (int row = 0; row <= ROWS; row++) {
      long until = start + TimeUnit.SECONDS.toNanos((long) seconds * row / ROWS);
      while (System.nanoTime() < until) {
        pool.update(list.get(random.nextInt(objects))::step);
        updates++;
      }
      row(figures, pool.stats(), seconds * row / ROWS, updates);
    }
    System.out.printf(
        "%,d objects in %d MiB, random updates of one object each%n",
        objects, pool.stats().poolBytes() >> 20);
    figures.print();
  }

  private static void row(Figures figures, PoolStats stats, int second, long updates)
      throws IOException {
    Runtime runtime = Runtime.getRuntime();
    figures.row(
        Integer.toString(second),
        "%,d".formatted(updates),
        Long.toString(statusKiB("RssAnon") >> 10),
        Long.toString(statusKiB("RssFile") >> 10),
        Long.toString((runtime.totalMemory() - runtime.freeMemory()) >> 20),
        Long.toString(stats.checkpoint().completed()),
        Long.toString(stats.checkpoint().commitWaits()),
        Long.toString(stats.checkpoint().commitDelay().toMillis()));
  }

  private static long statusKiB(String name) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith(name + ":")) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new IOException("/proc/self/status has no " + name);
  }
}
