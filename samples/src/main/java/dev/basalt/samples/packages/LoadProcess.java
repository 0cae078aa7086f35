package dev.basalt.samples.packages;

import dev.basalt.samples.Main;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/**
 * Runs {@link LoadCommand} in a JVM like this one and kills it with SIGKILL.
 *
 * @param pid the number of the process
 * @param returned the number of updates that it has reported as returned, including earlier ones
 * @param killed whether it was killed; {@code false} if it was done before
 * @param loadNanos the time from its first update to its last report
 */
record LoadProcess(long pid, int returned, boolean killed, long loadNanos) {

  /** The exit status of a process that ended by signal 9. */
  private static final int STATUS_KILLED = 128 + 9;

  /**
   * When to kill.
   *
   * @param update after it was reported that this update had returned
   * @param delayNanos how long to wait then
   */
  record KillPoint(int update, long delayNanos) {}

  /**
   * Runs and kills the process.
   *
   * @param arguments of the command line
   * @param killPoint when to kill it
   * @param progress is told the number of each update that was reported
   * @return what happened
   * @throws DemoException if the process fails by itself
   */
  static LoadProcess runAndKill(List<String> arguments, KillPoint killPoint, IntConsumer progress)
      throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command(arguments)).redirectErrorStream(true).start();
    try {
      return follow(process, killPoint, progress);
    } finally {
      process.destroyForcibly();
    }
  }

  private static LoadProcess follow(Process process, KillPoint killPoint, IntConsumer progress)
      throws IOException, InterruptedException {
    List<String> errors = new ArrayList<>();
    int returned = 0;
    boolean killed = false;
    long startNanos = System.nanoTime();
    long endNanos = startNanos;
    try (BufferedReader reports = process.inputReader(StandardCharsets.UTF_8)) {
      // After the kill this goes on to the end of the pipe: what is in it was reported before.
      for (String line = reports.readLine(); line != null; line = reports.readLine()) {
        if (line.equals(LoadCommand.READY)) {
          startNanos = System.nanoTime();
        } else if (isWholeNumber(line)) {
          returned = Math.max(returned, Integer.parseInt(line)); // the last line may be cut off
          endNanos = System.nanoTime();
          progress.accept(returned);
        } else {
          errors.add(line.replaceFirst("^basalt: ", ""));
        }
        if (returned >= killPoint.update() && !killed) {
          LockSupport.parkNanos(killPoint.delayNanos());
          killed = true;
          process.toHandle().destroyForcibly(); // by its handle, or the pipe would be closed too
        }
      }
    }
    int status = process.waitFor();
    if (status != 0 && !(killed && status == STATUS_KILLED)) {
      throw new DemoException(
          "the process that loads has failed with exit status %d: %s"
              .formatted(status, String.join("; ", errors)));
    }
    return new LoadProcess(process.pid(), returned, status == STATUS_KILLED, endNanos - startNanos);
  }

  private static boolean isWholeNumber(String line) {
    return !line.isEmpty() && line.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  /** The command line of a JVM like this one: same Java, same class path, same agent. */
  static List<String> command(List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    boolean hasAgent = false;
    for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (!option.startsWith("-agentlib:jdwp")) { // a debugger's port is taken
        command.add(option);
        hasAgent |= option.startsWith("-javaagent:");
      }
    }
    String classPath = System.getProperty("java.class.path");
    if (!hasAgent && classPath.endsWith(".jar") && !classPath.contains(File.pathSeparator)) {
      command.addAll(List.of("-jar", classPath)); // the agent is named in the jar
    } else {
      command.addAll(List.of("-cp", classPath, Main.class.getName()));
    }
    command.addAll(arguments);
    return command;
  }
}
