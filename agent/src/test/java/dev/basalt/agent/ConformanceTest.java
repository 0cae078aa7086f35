package dev.basalt.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.agent.conformance.Members;
import dev.basalt.object.PersistentObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The classes of the conformance set as they are rewritten; their work is in ConformanceIT. */
class ConformanceTest {
  private final RewritingLoader loader = new RewritingLoader();

  /** The loader checks each with the JDK's verifier; initialising it makes the JVM do so too. */
  @Test
  void everyRewrittenClassPassesTheVerifiers() throws Exception {
    int persistent = 0;
    for (String name : classNames()) {
      Class<?> type = Class.forName(name, true, loader);
      assertThat(type.getClassLoader()).isSameAs(loader);
      persistent += PersistentObject.class.isAssignableFrom(type) ? 1 : 0;
    }
    assertThat(loader.refusals).isEmpty();
    assertThat(persistent).isGreaterThan(20);
    assertThat(loader.rewritten).hasSizeGreaterThan(persistent);
  }

  @Test
  void noRawAccessToStoredFieldsIsLeft() throws Exception {
    for (String name : classNames()) {
      Class<?> type = loader.loadClass(name);
      byte[] file = loader.rewritten.getOrDefault(name, RewritingLoader.classFile(name));
      assertThat(RawAccesses.of(file))
          .as(type.getName())
          .filteredOn(access -> !access.startsWith("<init>: putfield "))
          .noneMatch(this::isStored);
    }
  }

  /** Whether an access, such as {@code run: getfield Outer$Inner.own}, is one of a stored field. */
  private boolean isStored(String access) {
    String[] field = access.substring(access.lastIndexOf(' ') + 1).split("\\.");
    try {
      Class<?> owner = loader.loadClass(Members.class.getPackageName() + "." + field[0]);
      return java.util.Arrays.stream(owner.getDeclaredMethods())
          .anyMatch(method -> method.getName().equals("$basalt$get$" + field[1]));
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  private static List<String> classNames() throws Exception {
    Path folder = Path.of(Members.class.getResource(".").toURI());
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(file -> file.endsWith(".class"))
          .map(file -> Members.class.getPackageName() + "." + file.replace(".class", ""))
          .sorted()
          .toList();
    }
  }
}
