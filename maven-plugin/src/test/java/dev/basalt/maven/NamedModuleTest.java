package dev.basalt.maven;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program in a named module, rewritten at build time and run without the agent. */
class NamedModuleTest {
  private static final String LIBRARIES = System.getProperty("java.class.path");

  @TempDir private Path folder;

  private String run(Path classes) throws Exception {
    Path output = folder.resolve("output.txt");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--illegal-native-access=deny",
                "--enable-native-access=dev.basalt.runtime",
                "--module-path",
                LIBRARIES + java.io.File.pathSeparator + classes,
                "-m",
                "app.counter/app.counter.Counter",
                folder.resolve("a.pool").toString())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    int status = process.waitFor();
    String printed = Files.readString(output, StandardCharsets.UTF_8);
    assertThat(status).as(printed).isZero();
    return printed.substring(printed.lastIndexOf("module "));
  }

  @Test
  void modulesThatOpenTheirPackagesToTheRuntimeNeedNoAgent() throws Exception {
    Path source = Files.createDirectories(folder.resolve("src/app/counter"));
    Path descriptor = folder.resolve("src/module-info.java");
    Files.writeString(
        descriptor,
        "module app.counter { requires dev.basalt.runtime; opens app.counter to"
            + " dev.basalt.runtime; }");
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
              System.out.print(Counter.class.getModule() + ": run " + runs.count);
            }
          }
        }
        """);
    Path classes = folder.resolve("classes");
    int status =
        ToolProvider.findFirst("javac")
            .orElseThrow()
            .run(
                System.out,
                System.err,
                "-d",
                classes.toString(),
                "-proc:none",
                "--module-path",
                LIBRARIES,
                descriptor.toString(),
                source.resolve("Counter.java").toString());
    assertThat(status).isZero();
    assertThat(new Enhancer(classes, EnhancerTest.CLASS_PATH).enhance()).isEqualTo(2);
    assertThat(run(classes)).isEqualTo("module app.counter: run 1");
    assertThat(run(classes)).isEqualTo("module app.counter: run 2");
  }
}
