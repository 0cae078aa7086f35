package dev.basalt.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.Pool;
import dev.basalt.agent.fixture.Program;
import dev.basalt.agent.started.Programs;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Programs come to the same result before rewriting, after it, and with objects in a pool; in
 * another JVM: see ProgramIT.
 */
class ProgramTest {
  @TempDir private Path folder;

  static Stream<Class<? extends Program>> programs() {
    return Programs.EXPECTED.keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("programs")
  void originalGivesTheExpectedResult(Class<? extends Program> program) throws Exception {
    assertThat(run(program, object -> object)).isEqualTo(Programs.EXPECTED.get(program));
  }

  @ParameterizedTest
  @MethodSource("programs")
  void plainObjectsOfRewrittenClassesBehaveAsBefore(Class<? extends Program> program)
      throws Exception {
    RewritingLoader loader = new RewritingLoader();
    Class<?> rewritten = loader.loadClass(program.getName());
    Object result;
    if (instance(rewritten).needsPool()) {
      try (Pool pool = pool(loader)) {
        result = pool.update(() -> run(rewritten, object -> object));
      }
    } else {
      result = run(rewritten, object -> object);
    }
    assertThat(result).isEqualTo(Programs.EXPECTED.get(program));
    assertThat(loader.refusals).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("programs")
  void handlesBehaveLikePlainObjects(Class<? extends Program> program) throws Exception {
    RewritingLoader loader = new RewritingLoader();
    try (Pool pool = pool(loader)) {
      Program.Keeper persist =
          object -> {
            pool.putRoot("root" + pool.rootNames().size(), object);
            assertThat(Pool.isPersistent(object)).isTrue();
            return object;
          };
      assertThat(run(loader.loadClass(program.getName()), persist))
          .isEqualTo(Programs.EXPECTED.get(program));
    }
  }

  @ParameterizedTest
  @MethodSource("programs")
  void handlesBehaveLikePlainObjectsInsideAnUpdate(Class<? extends Program> program)
      throws Exception {
    RewritingLoader loader = new RewritingLoader();
    try (Pool pool = pool(loader)) {
      Program.Keeper persist =
          object -> {
            pool.putRoot("root" + pool.rootNames().size(), object);
            return object;
          };
      Object result = pool.update(() -> run(loader.loadClass(program.getName()), persist));
      assertThat(result).isEqualTo(Programs.EXPECTED.get(program));
    }
  }

  private Pool pool(ClassLoader loader) {
    return Pool.builder(folder.resolve("test.pool"))
        .maxSize(64L << 20)
        .logSize(1 << 20)
        .classLoader(loader)
        .open();
  }

  private static Object run(Class<?> program, Program.Keeper keeper) throws Exception {
    return instance(program).run(keeper);
  }

  private static Program instance(Class<?> program) throws ReflectiveOperationException {
    var constructor = program.getDeclaredConstructor();
    constructor.setAccessible(true);
    return (Program) constructor.newInstance();
  }
}
