package dev.basalt.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.Pool;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program and its later versions, each compiled by itself and run in a JVM under the agent. */
class MigrationIT {
  /** The same in every version: a value type with a codec that is found as a service. */
  private static final String MONEY =
      """
      package app;
      public final class Money {
        final long cents;
        Money(long cents) { this.cents = cents; }
        public String toString() { return cents + " cents"; }
      }
      """;

  private static final String CODEC =
      """
      package app;
      public class MoneyCodec implements dev.basalt.Codec<Money> {
        public Class<Money> type() { return Money.class; }
        public String name() { return "money"; }
        public byte[] encode(Money money) {
          return java.nio.ByteBuffer.allocate(8).putLong(money.cents).array();
        }
        public Money decode(byte[] bytes, int version) {
          return new Money(java.nio.ByteBuffer.wrap(bytes).getLong());
        }
      }
      """;

  private static final String FIRST =
      """
      package app;
      import dev.basalt.annotation.*;
      import java.util.*;

      @Persistent class Address { String street = "Long Street"; }

      @Persistent class Person {
        final String last;
        int age = 36;
        float weight = 60.5f;
        Address address = new Address();
        Money money = new Money(1250);
        List<Person> friends = new ArrayList<>();
        Comparable<?> label = "label";
        Person(String last) { this.last = last; }
      }

      public class Main {
        public static void main(String[] arguments) {
          try (dev.basalt.Pool pool = dev.basalt.Pool.open(java.nio.file.Path.of(arguments[0]))) {
            Person ada = new Person("Lovelace");
            Person grace = new Person("Hopper");
            ada.friends.add(grace);
            grace.friends.add(ada);
            pool.putRoot("ada", ada);
            pool.putRoot("address", ada.address);
            System.out.print("stored " + ada.money);
          }
        }
      }
      """;

  /** Class and field renamed, superclasses inserted, fields widened, added, removed and moved. */
  private static final String SECOND =
      """
      package app;
      import dev.basalt.annotation.*;
      import java.util.*;

      @Persistent abstract class Being { double weight; long born = 1815; }

      @Persistent @RenamedFrom("app.Person") class Human extends Being {
        List<Human> friends = new ArrayList<>();
        @RenamedFrom("last") String family;
        CharSequence label;
        Optional<String> mail = Optional.of("a@b");
        long age;
        Money money;
        String family() { return family + mail; }
      }

      public class Main {
        public static void main(String[] arguments) {
          try (dev.basalt.Pool pool =
              dev.basalt.Pool.builder(java.nio.file.Path.of(arguments[0])).classes(Human.class).open()) {
            Human ada = pool.root("ada", Human.class).orElseThrow();
            Human grace = ada.friends.get(0);
            ada.mail = Optional.of("ada@example.org");
            ada.age += Integer.MAX_VALUE;
            System.out.print(ada.family() + " " + ada.age + " " + ada.weight + " " + ada.born + " "
                + ada.money + " " + ada.label + " " + (grace.friends.get(0) == ada) + " " + grace.family());
            try {
              pool.root("address", Object.class);
            } catch (dev.basalt.error.SchemaException e) {
              System.out.print(" without " + e.getMessage().contains("app.Address"));
            }
          }
        }
      }
      """;

  /** Without the annotation that tells of the old name, and with two classes less. */
  private static final String THIRD =
      """
      package app;
      import dev.basalt.annotation.*;
      import java.util.*;

      @Persistent class Human {
        double age;
        String family;
        Optional<String> mail;
        List<Human> friends;
      }

      public class Main {
        public static void main(String[] arguments) {
          try (dev.basalt.Pool pool = dev.basalt.Pool.open(java.nio.file.Path.of(arguments[0]))) {
            Human ada = pool.root("ada", Human.class).orElseThrow();
            System.out.print(ada.family + " " + ada.age + " " + ada.mail.get() + " " + ada.friends.size());
          }
        }
      }
      """;

  @TempDir private Path folder;

  private static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  /** Compiles a version of the program and runs it; returns what it prints. */
  private String run(String name, String source, Path pool) throws Exception {
    Path sources = Files.createDirectories(folder.resolve(name));
    Path classes = folder.resolve(name + "-classes");
    List<String> arguments =
        new ArrayList<>(List.of("-d", classes.toString(), "-proc:none", "-cp", classPath()));
    for (String[] file :
        new String[][] {{"Main", source}, {"Money", MONEY}, {"MoneyCodec", CODEC}}) {
      Path path = sources.resolve(file[0] + ".java");
      Files.writeString(path, file[1]);
      arguments.add(path.toString());
    }
    assertThat(
            ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, arguments.toArray(String[]::new)))
        .isZero();
    Path services = Files.createDirectories(classes.resolve("META-INF/services"));
    Files.writeString(services.resolve("dev.basalt.Codec"), "app.MoneyCodec\n");
    return java(classes, pool);
  }

  private String java(Path classes, Path pool) throws Exception {
    Path output = folder.resolve("output.txt");
    Path errors = folder.resolve("errors.txt");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-javaagent:" + System.getProperty("basalt.agent.jar"),
                "-cp",
                classes + File.pathSeparator + classPath(),
                "app.Main",
                pool.toString())
            .redirectOutput(output.toFile())
            .redirectError(errors.toFile())
            .start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as(Files.readString(errors)).isZero();
    return Files.readString(output, StandardCharsets.UTF_8);
  }

  @Test
  void objectsFollowTheVersionsOfAProgram() throws Exception {
    Path pool = folder.resolve("app.pool");
    assertThat(run("first", FIRST, pool)).isEqualTo("stored 1250 cents");
    assertThat(Pool.check(pool).findings()).isEmpty();

    assertThat(run("second", SECOND, pool))
        .isEqualTo(
            "LovelaceOptional[ada@example.org] 2147483683 60.5 0 1250 cents label true Hoppernull"
                + " without true");
    assertThat(Pool.check(pool).findings()).as("also with a class missing").isEmpty();

    assertThat(run("third", THIRD, pool)).isEqualTo("Lovelace 2.147483683E9 ada@example.org 1");
    assertThat(Pool.check(pool).findings()).isEmpty();
  }
}
