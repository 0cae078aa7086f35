package dev.basalt.bench;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the agent costs an application when it starts: a process that loads 5,000 generated classes,
 * of which 100 are persistent and 300 touch those, with and without the agent in turn; and one that
 * loads a single class.
 *
 * <p>Arguments: rounds (15 if absent), classes (5000).
 */
public final class StartUp {
  private StartUp() {}

  /** Wall-clock times of a process, and of the loading in it, in ms. */
  private record Times(double process, double loading) {}

  /**
   * Runs the program; the agent is the one that this process runs under.
   *
   * @param args see above
   * @throws Exception if something goes wrong
   */
  public static void main(String[] args) throws Exception {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 15;
    int classes = args.length > 1 ? Integer.parseInt(args[1]) : 5000;
    String agent =
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
            .filter(argument -> argument.startsWith("-javaagent"))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("run this with -javaagent"));
    Path folder = Files.createTempDirectory(Path.of("").toAbsolutePath(), "bench");
    Path jar = folder.resolve("application.jar");
    try {
      new GeneratedApplication(classes, classes / 50, 3 * classes / 50).write(jar);
      System.out.printf("%d classes, %d KiB of jar%n", classes, Files.size(jar) >> 10);
      measure(jar, agent, rounds, classes);
    } finally {
      Files.deleteIfExists(jar);
      Files.delete(folder);
    }
  }

  private static void measure(Path jar, String agent, int rounds, int classes) throws Exception {
    List<String> without = List.of();
    List<String> with = List.of(agent);
    Times[][] times = new Times[4][rounds];
    for (int round = -1; round < rounds; round++) {
      int n = Math.max(round, 0); // the first round only warms the page cache
      times[0][n] = run(jar, without, 1);
      times[1][n] = run(jar, with, 1);
      times[2][n] = run(jar, without, classes);
      times[3][n] = run(jar, with, classes);
    }
    Figures figures =
        new Figures("ms", "process, median", "least", "loading in it, median", "least");
    row(figures, "1 class, no agent", times[0]);
    row(figures, "1 class, agent", times[1]);
    row(figures, classes + " classes, no agent", times[2]);
    row(figures, classes + " classes, agent", times[3]);
    figures.print();
  }

  private static void row(Figures figures, String name, Times[] times) {
    double[] process = Arrays.stream(times).mapToDouble(Times::process).toArray();
    double[] loading = Arrays.stream(times).mapToDouble(Times::loading).toArray();
    figures.row(
        name,
        "%.0f".formatted(Figures.median(process)),
        "%.0f".formatted(Arrays.stream(process).min().orElseThrow()),
        "%.0f".formatted(Figures.median(loading)),
        "%.0f".formatted(Arrays.stream(loading).min().orElseThrow()));
  }

  private static Times run(Path jar, List<String> flags, int classes) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.addAll(
        List.of("-cp", classPath(jar), GeneratedApplication.MAIN, Integer.toString(classes)));
    long start = System.nanoTime();
    Process child =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    if (child.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + " ended with " + child.exitValue());
    }
    double process = (System.nanoTime() - start) / 1e6;
    return new Times(process, Long.parseLong(output.split(" ", 2)[0]) / 1e6);
  }

  /** The generated classes, and what this program has beside itself. */
  private static String classPath(Path jar) {
    return Stream.concat(
            Stream.of(jar.toString()),
            Stream.of(System.getProperty("java.class.path").split(File.pathSeparator)))
        .collect(Collectors.joining(File.pathSeparator));
  }
}
