package dev.basalt.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Runs programs of the tests' class path in JVMs of their own. */
final class ChildJvm {
  private ChildJvm() {}

  static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  /** Runs a program to its good end; returns what it printed on either output. */
  static String run(Path folder, List<String> flags, Class<?> program, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.addAll(List.of("-Dstdout.encoding=UTF-8", "-cp", classPath(), program.getName()));
    command.addAll(List.of(arguments));
    Path output = Files.createTempFile(folder, "output", ".txt");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    String printed = Files.readString(output, StandardCharsets.UTF_8);
    assertThat(process.exitValue()).as(printed).isZero();
    return printed;
  }

  /** The lines of the form {@code name: text} among what a program printed. */
  static Map<String, String> lines(String printed) {
    Map<String, String> lines = new TreeMap<>();
    for (String line : printed.split("\n")) {
      String[] parts = line.split(": ", 2);
      if (parts.length == 2) {
        lines.put(parts[0], parts[1]);
      }
    }
    return lines;
  }
}
