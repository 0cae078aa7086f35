package dev.basalt.bench;

import dev.basalt.Durability;
import dev.basalt.Pool;
import dev.basalt.RecoveryStats;
import dev.basalt.collections.PersistentArrayList;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * How long opening takes after {@code kill -9}, for a small and a large pool, and with a full log
 * to replay. A child process fills the pool, updates it until the log holds what it should, says
 * so, and is killed; this process opens it.
 *
 * <p>Arguments: the numbers of objects (1000000 20000000 if absent).
 */
public final class Reopening {
  private static final int BATCH = 10_000;
  private static final int OPENINGS = 7;
  private static final long LOG_BYTES = 64L << 20;

  private Reopening() {}

  /** The process that is killed. */
  static final class Filler {
    private Filler() {}

    public static void main(String[] args) {
      int objects = Integer.parseInt(args[1]);
      long logBytes = Long.parseLong(args[2]);
      try (Pool pool = open(Path.of(args[0]))) {
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
        pool.checkpoint();
        // Objects that lie together, so that what is replayed is the log and not the whole pool.
        Random random = new Random(1);
        while (pool.stats().logBytes() < logBytes) {
          pool.update(
              () -> {
                for (int i = 0; i < 1000; i++) {
                  list.get(random.nextInt(Math.min(objects, 200_000))).step();
                }
              });
        }
        System.out.println("full");
        Thread.sleep(Long.MAX_VALUE);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static Pool open(Path file) {
    // No checkpoint by itself before the log is as full as it is meant to be.
    return Pool.builder(file)
        .durability(Durability.ASYNC)
        .logSize(2 * LOG_BYTES + (LOG_BYTES >> 3))
        .memoryMax(4L << 30)
        .open();
  }

  /**
   * Runs the program.
   *
   * @param args see above
   * @throws Exception if something goes wrong
   */
  public static void main(String[] args) throws Exception {
    List<Integer> sizes =
        args.length == 0
            ? List.of(1_000_000, 20_000_000)
            : Stream.of(args).map(Integer::valueOf).toList();
    Figures figures =
        new Figures("pool", "file MiB", "replayed KiB", "pages", "recovery ms", "open ms");
    for (long logBytes : new long[] {0, LOG_BYTES}) {
      for (int objects : sizes) {
        measure(figures, objects, logBytes);
      }
    }
    figures.print();
    System.out.printf("medians of %d openings, each of a copy of the killed pool%n", OPENINGS);
  }

  private static void measure(Figures figures, int objects, long logBytes) throws Exception {
    Path folder = Files.createTempDirectory(Path.of("").toAbsolutePath(), "bench");
    try {
      Path file = folder.resolve("killed.pool");
      fillAndKill(file, objects, logBytes);
      double[] opening = new double[OPENINGS];
      double[] recovery = new double[OPENINGS];
      RecoveryStats stats = null;
      Path copy = folder.resolve("copy.pool");
      for (int n = 0; n < OPENINGS; n++) {
        run("cp", "--sparse=never", file.toString(), copy.toString());
        run("sync", copy.toString());
        long start = System.nanoTime();
        try (Pool pool = open(copy)) {
          opening[n] = (System.nanoTime() - start) / 1e6;
          stats = pool.stats().recovery();
          recovery[n] = stats.took().toNanos() / 1e6;
        }
      }
      if (stats != null) {
        figures.row(
            "%,d objects, %s".formatted(objects, logBytes == 0 ? "short log" : "full log"),
            "%d".formatted(Files.size(file) >> 20),
            "%d".formatted(stats.logBytes() >> 10),
            "%d".formatted(stats.pages()),
            "%.1f".formatted(Figures.median(recovery)),
            "%.1f".formatted(Figures.median(opening)));
      }
    } finally {
      delete(folder);
    }
  }

  private static void fillAndKill(Path file, int objects, long logBytes) throws Exception {
    Process child =
        new ProcessBuilder(command(file, objects, logBytes))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader lines = child.inputReader(StandardCharsets.US_ASCII)) {
      String line = lines.readLine();
      if (!"full".equals(line)) {
        throw new IOException("the filling process said " + line);
      }
    } finally {
      child.destroyForcibly().waitFor();
    }
  }

  /** This JVM's own command, with another main class. */
  private static List<String> command(Path file, int objects, long logBytes) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("-javaagent"))
        .forEach(command::add);
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            Filler.class.getName(),
            file.toString(),
            Integer.toString(objects),
            Long.toString(logBytes)));
    return command;
  }

  private static void run(String... command) throws IOException, InterruptedException {
    int status = new ProcessBuilder(command).inheritIO().start().waitFor();
    if (status != 0) {
      throw new IOException(String.join(" ", command) + " ended with " + status);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
