package dev.basalt.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.Pool;
import dev.basalt.agent.started.Counter;
import dev.basalt.agent.started.Late;
import dev.basalt.annotation.Persistent;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;

/** Starts JVMs with the agent's jar and nothing else, under the coming defaults. */
class AgentStartIT {
  private static final List<String> COMING_DEFAULTS =
      List.of("--illegal-native-access=deny", "--sun-misc-unsafe-memory-access=deny");

  private static final String AGENT = System.getProperty("basalt.agent.jar");

  @TempDir private Path folder;

  private static final String LIBRARIES =
      Stream.of(Pool.class, Persistent.class, Logger.class, NullMarked.class)
          .map(AgentStartIT::place)
          .map(Path::toString)
          .collect(Collectors.joining(File.pathSeparator));

  private static Path place(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  /** Runs a program with the agent. */
  private String java(List<String> arguments) throws IOException, InterruptedException {
    List<String> withAgent = new ArrayList<>(List.of("-javaagent:" + AGENT));
    withAgent.addAll(arguments);
    return plainJava(withAgent);
  }

  /** Runs a program and returns all that it printed, on either output. */
  private String plainJava(List<String> arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(COMING_DEFAULTS);
    command.addAll(arguments);
    Path output = folder.resolve("output.txt");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    return Files.readString(output, StandardCharsets.UTF_8)
        .lines()
        .filter(line -> !line.startsWith("SLF4J"))
        .collect(Collectors.joining("\n"));
  }

  @Test
  void nothingButTheAgentIsNeededOnTheClassPath() throws Exception {
    String classPath = LIBRARIES + File.pathSeparator + place(Counter.class);
    List<String> arguments =
        List.of("-cp", classPath, Counter.class.getName(), folder.resolve("a.pool").toString());
    assertThat(java(arguments)).isEqualTo("run 1 of true");
    assertThat(java(arguments)).isEqualTo("run 2 of true");
  }

  @Test
  void agentThatComesLateLeavesLoadedClassesUsable() throws Exception {
    String output =
        plainJava(
            List.of(
                "-XX:+EnableDynamicAgentLoading",
                "-Djdk.attach.allowAttachSelf=true",
                "-cp",
                LIBRARIES + File.pathSeparator + place(Late.class),
                Late.class.getName(),
                AGENT,
                folder.resolve("late.pool").toString()));
    assertThat(output).isEqualTo("12 false true false [new] true");
  }

  @Test
  void nothingButTheAgentIsNeededInNamedModules() throws Exception {
    Path source = Files.createDirectories(folder.resolve("src/app/counter"));
    Path classes = folder.resolve("classes");
    Files.writeString(
        source.resolve("Counter.java"),
        """
        package app.counter;

        @dev.basalt.annotation.Persistent
        class Runs { int count; }

        public class Counter {
          public static void main(String[] arguments) {
            java.nio.file.Path path = java.nio.file.Path.of(arguments[0]);
            try (dev.basalt.Pool pool = dev.basalt.Pool.open(path)) {
              Runs runs = pool.root("runs", Runs.class, Runs::new);
              runs.count++;
              System.out.println(Counter.class.getModule() + ": run " + runs.count);
            }
          }
        }
        """);
    Path descriptor = folder.resolve("src/module-info.java");
    Files.writeString(descriptor, "module app.counter { requires dev.basalt.runtime; }");
    int status =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-d",
                classes.toString(),
                "-proc:none",
                "--module-path",
                LIBRARIES,
                descriptor.toString(),
                source.resolve("Counter.java").toString());
    assertThat(status).isZero();
    List<String> arguments =
        List.of(
            "--module-path",
            LIBRARIES + File.pathSeparator + classes,
            "-m",
            "app.counter/app.counter.Counter",
            folder.resolve("b.pool").toString());
    assertThat(java(arguments)).isEqualTo("module app.counter: run 1");
    assertThat(java(arguments)).isEqualTo("module app.counter: run 2");
  }
}
