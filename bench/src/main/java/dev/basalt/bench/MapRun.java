package dev.basalt.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;
import java.util.stream.Stream;

/**
 * One contender of {@link MapRates} in a process of its own. Prints each {@link Figure} and its
 * value in a line.
 *
 * <p>Arguments: the contender's name, entries, milliseconds of a phase.
 */
final class MapRun {
  /** What is measured. */
  enum Figure {
    SORTED_LOAD("sorted load"),
    SHUFFLED_LOAD("shuffled load"),
    GET("get"),
    UPDATE("update"),
    PUT("put"),
    REMOVE("remove"),
    SCAN("scan of 100"),
    STORED_BYTES("bytes an entry"),
    HEAP_BYTES("heap an entry");

    final String heading;

    Figure(String heading) {
      this.heading = heading;
    }

    boolean isRate() {
      return compareTo(STORED_BYTES) < 0;
    }
  }

  /** Libraries print lines of their own. */
  static final String PREFIX = "figure ";

  private static final int BATCH = 1000;
  private static final int SCANNED = 100;

  private final MapContender.Kind kind;
  private final int entries;
  private final int millis;
  private final Map<Figure, Double> figures = new EnumMap<>(Figure.class);
  private final SplittableRandom random = new SplittableRandom();

  private MapRun(MapContender.Kind kind, int entries, int millis) {
    this.kind = kind;
    this.entries = entries;
    this.millis = millis;
  }

  /**
   * Runs the contender.
   *
   * @param args see above
   * @throws Exception if something goes wrong
   */
  public static void main(String[] args) throws Exception {
    MapContender.Kind kind =
        MapRates.kinds().stream().filter(k -> k.name().equals(args[0])).findFirst().orElseThrow();
    MapRun run = new MapRun(kind, Integer.parseInt(args[1]), Integer.parseInt(args[2]));
    run.measure();
    run.figures.forEach((figure, value) -> System.out.println(PREFIX + figure + " " + value));
  }

  private void set(Figure figure, double value) {
    figures.put(figure, value);
  }

  private void measure() throws Exception {
    int[] numbers = new int[entries];
    for (int i = 0; i < entries; i++) {
      numbers[i] = i;
    }
    inFolder(map -> set(Figure.SORTED_LOAD, load(map, numbers)));
    shuffle(numbers);
    long before = usedHeap();
    inFolder(
        map -> {
          set(Figure.SHUFFLED_LOAD, load(map, numbers));
          set(Figure.HEAP_BYTES, (double) (usedHeap() - before) / entries);
          set(Figure.STORED_BYTES, (double) map.storedBytes() / entries);
          work(map);
        });
  }

  private interface Work {
    void on(MapContender map) throws Exception;
  }

  /** Runs work on a new map. */
  private void inFolder(Work work) throws Exception {
    Path folder = Files.createTempDirectory(Path.of("").toAbsolutePath(), "bench");
    try {
      try (MapContender map = kind.opener().open(folder)) {
        work.on(map);
      }
    } finally {
      delete(folder);
    }
  }

  private void shuffle(int[] numbers) {
    for (int i = numbers.length - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int number = numbers[i];
      numbers[i] = numbers[other];
      numbers[other] = number;
    }
  }

  private static double load(MapContender map, int[] numbers) {
    long start = System.nanoTime();
    for (int from = 0; from < numbers.length; from += BATCH) {
      map.load(numbers, from, Math.min(from + BATCH, numbers.length));
    }
    return numbers.length * 1e9 / (System.nanoTime() - start);
  }

  private static long usedHeap() {
    Runtime runtime = Runtime.getRuntime();
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return runtime.totalMemory() - runtime.freeMemory();
  }

  private void work(MapContender map) {
    set(Figure.GET, rate(customer -> check(map.get(customer), customer)));
    set(Figure.UPDATE, rate(map::update));
    int[] next = {entries, entries};
    set(Figure.PUT, rate(_ -> map.put(next[0]++)));
    set(Figure.REMOVE, rate(_ -> map.remove(next[1] < next[0] ? next[1]++ : wrapped(map, next))));
    try {
      set(Figure.SCAN, rate(customer -> check(scan(map, customer), sum(customer))));
    } catch (UnsupportedOperationException e) {
      set(Figure.SCAN, 0);
    }
  }

  /** What was put has been removed: puts some more, which costs the contender a little. */
  private static int wrapped(MapContender map, int[] next) {
    map.put(next[0]++);
    return next[1]++;
  }

  private long scan(MapContender map, int customer) {
    return map.scan(Math.min(customer, entries - SCANNED), SCANNED);
  }

  private long sum(int customer) {
    long first = Math.min(customer, entries - SCANNED);
    return first * SCANNED + SCANNED * (SCANNED - 1) / 2;
  }

  private static void check(long found, long expected) {
    if (found != expected) {
      throw new IllegalStateException("read %d instead of %d".formatted(found, expected));
    }
  }

  /** Operations a second on random customers, after as long again to warm up. */
  private double rate(IntConsumer operation) {
    double _ = timed(operation);
    return timed(operation);
  }

  private double timed(IntConsumer operation) {
    long start = System.nanoTime();
    long end = start + millis * 1_000_000L;
    long done = 0;
    long now;
    do {
      for (int i = 0; i < 64; i++) {
        operation.accept(random.nextInt(entries));
      }
      done += 64;
      now = System.nanoTime();
    } while (now < end);
    return done * 1e9 / (now - start);
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
