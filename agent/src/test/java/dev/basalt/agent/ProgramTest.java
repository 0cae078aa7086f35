package dev.basalt.agent;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.Pool;
import dev.basalt.agent.fixture.Clones;
import dev.basalt.agent.fixture.Constructors;
import dev.basalt.agent.fixture.Flow;
import dev.basalt.agent.fixture.Hidden;
import dev.basalt.agent.fixture.Insiders;
import dev.basalt.agent.fixture.Interfaces;
import dev.basalt.agent.fixture.Neighbours;
import dev.basalt.agent.fixture.Primitives;
import dev.basalt.agent.fixture.Program;
import dev.basalt.agent.fixture.References;
import dev.basalt.agent.fixture.Reflective;
import dev.basalt.agent.fixture.Serialised;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Programs come to the same result before rewriting, after it, and with objects in a pool. */
class ProgramTest {
  private static final Map<Class<? extends Program>, Object> EXPECTED =
      Map.ofEntries(
          entry(Primitives.class, Primitives.EXPECTED),
          entry(Hidden.class, Hidden.EXPECTED),
          entry(Insiders.class, Insiders.EXPECTED),
          entry(Neighbours.class, Neighbours.EXPECTED),
          entry(Interfaces.class, Interfaces.EXPECTED),
          entry(Constructors.class, Constructors.EXPECTED),
          entry(References.class, References.EXPECTED),
          entry(Flow.class, Flow.EXPECTED),
          entry(Clones.class, Clones.EXPECTED),
          entry(Reflective.class, Reflective.EXPECTED),
          entry(Serialised.class, Serialised.EXPECTED));

  @TempDir private Path folder;

  static Stream<Class<? extends Program>> programs() {
    return EXPECTED.keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("programs")
  void originalGivesTheExpectedResult(Class<? extends Program> program) throws Exception {
    assertThat(run(program, object -> {})).isEqualTo(EXPECTED.get(program));
  }

  @ParameterizedTest
  @MethodSource("programs")
  void plainObjectsOfRewrittenClassesBehaveAsBefore(Class<? extends Program> program)
      throws Exception {
    RewritingLoader loader = new RewritingLoader();
    assertThat(run(loader.loadClass(program.getName()), object -> {}))
        .isEqualTo(EXPECTED.get(program));
    assertThat(loader.refusals).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("programs")
  void handlesBehaveLikePlainObjects(Class<? extends Program> program) throws Exception {
    RewritingLoader loader = new RewritingLoader();
    try (Pool pool = pool(loader)) {
      Consumer<Object> persist =
          object -> {
            pool.putRoot("root" + pool.rootNames().size(), object);
            assertThat(Pool.isPersistent(object)).isTrue();
          };
      assertThat(run(loader.loadClass(program.getName()), persist))
          .isEqualTo(EXPECTED.get(program));
    }
  }

  @ParameterizedTest
  @MethodSource("programs")
  void handlesBehaveLikePlainObjectsInsideAnUpdate(Class<? extends Program> program)
      throws Exception {
    RewritingLoader loader = new RewritingLoader();
    try (Pool pool = pool(loader)) {
      Consumer<Object> persist = object -> pool.putRoot("root" + pool.rootNames().size(), object);
      Object result = pool.update(() -> run(loader.loadClass(program.getName()), persist));
      assertThat(result).isEqualTo(EXPECTED.get(program));
    }
  }

  private Pool pool(ClassLoader loader) {
    return Pool.builder(folder.resolve("test.pool"))
        .maxSize(64L << 20)
        .logSize(1 << 20)
        .classLoader(loader)
        .open();
  }

  private static Object run(Class<?> program, Consumer<Object> persist) throws Exception {
    var constructor = program.getDeclaredConstructor();
    constructor.setAccessible(true);
    return ((Program) constructor.newInstance()).run(persist);
  }
}
