package dev.basalt.bench;

import dev.basalt.collections.PersistentHashMap;
import dev.basalt.collections.PersistentTreeMap;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Maps of a million entries beside each other: operations a second of one thread, each operation a
 * transaction of its own, but for loads, which are 1,000 entries a transaction. Nothing is synced.
 * Each contender has a process of its own in each round; the rounds alternate between them, and the
 * medians are printed.
 *
 * <p>Arguments: rounds (3 if absent), entries (1,000,000), milliseconds of a phase (3,000), names
 * of contenders (all).
 */
public final class MapRates {
  private MapRates() {}

  /** All contenders: Basalt's maps, the JDK's, and those that are on the class path beside. */
  static List<MapContender.Kind> kinds() {
    List<MapContender.Kind> kinds = new ArrayList<>();
    kinds.add(kind("Basalt-hash", f -> new BasaltMap(f, PersistentHashMap::new)));
    kinds.add(kind("Basalt-tree", f -> new BasaltMap(f, PersistentTreeMap::new)));
    kinds.add(kind("HashMap", _ -> new HeapMap(new HashMap<>())));
    kinds.add(kind("TreeMap", _ -> new HeapMap(new TreeMap<>())));
    kinds.add(kind("ConcurrentSkipListMap", _ -> new HeapMap(new ConcurrentSkipListMap<>())));
    ServiceLoader.load(MapContender.Peers.class).forEach(peers -> kinds.addAll(peers.kinds()));
    return kinds;
  }

  private static MapContender.Kind kind(String name, MapContender.Opener opener) {
    return new MapContender.Kind(name, opener);
  }

  /**
   * Runs the program.
   *
   * @param args see above
   * @throws Exception if something goes wrong
   */
  public static void main(String[] args) throws Exception {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 3;
    String entries = args.length > 1 ? args[1] : "1000000";
    String millis = args.length > 2 ? args[2] : "3000";
    List<String> wanted = args.length > 3 ? Arrays.asList(args).subList(3, args.length) : List.of();
    List<String> names =
        kinds().stream()
            .map(MapContender.Kind::name)
            .filter(name -> wanted.isEmpty() || wanted.contains(name))
            .toList();
    Map<String, Map<MapRun.Figure, double[]>> figures = new HashMap<>();
    for (int round = 0; round < rounds; round++) {
      for (String name : names) {
        Map<MapRun.Figure, double[]> values =
            figures.computeIfAbsent(name, _ -> new EnumMap<>(MapRun.Figure.class));
        for (MapRun.Figure figure : MapRun.Figure.values()) {
          values.computeIfAbsent(figure, _ -> new double[rounds]);
        }
        run(command(name, entries, millis), values, round);
      }
    }
    print(names, figures);
    System.out.printf(
        "medians of %d rounds; %s entries of %d bytes%n", rounds, entries, Customers.PAYLOAD);
  }

  private static void run(List<String> command, Map<MapRun.Figure, double[]> values, int round)
      throws Exception {
    Process child =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (BufferedReader lines = child.inputReader(StandardCharsets.US_ASCII)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.startsWith(MapRun.PREFIX)) {
          continue;
        }
        String[] words = line.substring(MapRun.PREFIX.length()).split(" ");
        Objects.requireNonNull(values.get(MapRun.Figure.valueOf(words[0])))[round] =
            Double.parseDouble(words[1]);
      }
    }
    if (child.waitFor() != 0) {
      throw new IOException("%s has failed".formatted(command));
    }
  }

  /** This JVM's own command, with another main class. */
  private static List<String> command(String name, String entries, String millis) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            MapRun.class.getName(),
            name,
            entries,
            millis));
    return command;
  }

  private static void print(List<String> names, Map<String, Map<MapRun.Figure, double[]>> figures) {
    List<String> headings = new ArrayList<>(List.of("a second"));
    for (MapRun.Figure figure : MapRun.Figure.values()) {
      headings.add(figure.heading);
    }
    Figures table = new Figures(headings.toArray(String[]::new));
    for (String name : names) {
      List<String> row = new ArrayList<>(List.of(name));
      Objects.requireNonNull(figures.get(name))
          .forEach((figure, values) -> row.add(text(figure, Figures.median(values))));
      table.row(row.toArray(String[]::new));
    }
    table.print();
  }

  private static String text(MapRun.Figure figure, double median) {
    if (median == 0) {
      return "-";
    }
    return figure.isRate() ? rate(median) : "%.0f".formatted(median);
  }

  private static String rate(double perSecond) {
    return perSecond >= 100_000
        ? "%,dk".formatted(Math.round(perSecond / 1000))
        : "%.1fk".formatted(perSecond / 1000);
  }
}
