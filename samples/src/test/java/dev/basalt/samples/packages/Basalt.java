package dev.basalt.samples.packages;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs the command {@code basalt} in a JVM like this one, agent and all.
 *
 * @param status its exit status
 * @param out what it printed
 * @param err what it printed on the error output
 */
record Basalt(int status, String out, String err) {
  private static final long TIMEOUT_SECONDS = 120;

  static Basalt run(String... arguments) throws IOException, InterruptedException {
    return runIn(List.of(), arguments);
  }

  /** Runs it by another program that takes a command line at its end. */
  static Basalt runIn(List<String> wrapper, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(wrapper);
    command.addAll(LoadProcess.command(List.of(arguments)));
    Path out = Files.createTempFile("basalt", ".out");
    Path err = Files.createTempFile("basalt", ".err");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    try {
      if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError("still running: " + command + "\n" + Files.readString(out));
      }
      return new Basalt(
          process.exitValue(),
          Files.readString(out, StandardCharsets.UTF_8),
          Files.readString(err, StandardCharsets.UTF_8));
    } finally {
      process.destroyForcibly();
      Files.delete(out);
      Files.delete(err);
    }
  }
}
