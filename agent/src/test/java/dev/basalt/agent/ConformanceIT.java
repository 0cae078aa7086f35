package dev.basalt.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.Pool;
import dev.basalt.agent.conformance.Member;
import dev.basalt.agent.conformance.Members;
import dev.basalt.object.PersistentObject;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every member of the conformance set leaves the trace that it leaves without the agent: with plain
 * objects, with stored ones outside and inside an update, after reopening, and in another JVM.
 */
class ConformanceIT {
  @TempDir private static Path folder;

  /** By member; from a JVM without the agent. */
  private static Map<String, String> expected;

  /** By member; from a JVM that opened what another one had stored. */
  private static Map<String, String> elsewhere;

  @BeforeAll
  static void runInOtherJvms() throws Exception {
    String file = folder.resolve("elsewhere.pool").toString();
    String agent = "-javaagent:" + System.getProperty("basalt.agent.jar");
    expected = java(List.of("--enable-native-access=ALL-UNNAMED"), "plain");
    assertThat(java(List.of(agent), "store", file)).isEmpty();
    elsewhere = java(List.of(agent), "run", file);
  }

  private static Map<String, String> java(List<String> flags, String... arguments)
      throws Exception {
    return ChildJvm.lines(ChildJvm.run(folder, flags, Members.class, arguments));
  }

  static List<Member<?>> members() {
    return Members.ALL;
  }

  private static Pool open(Member<?> member) {
    return Pool.builder(folder.resolve(member.name() + ".pool"))
        .maxSize(64L << 20)
        .logSize(1 << 20)
        .open();
  }

  private static String expectedOf(Member<?> member) {
    return expected.get(member.name());
  }

  @ParameterizedTest
  @MethodSource("members")
  void plainObjectsLeaveTheSameTrace(Member<?> member) throws Exception {
    Object subject = member.make();
    assertThat(subject).isInstanceOf(PersistentObject.class);
    assertThat(Members.trace(member, subject)).isEqualTo(expectedOf(member));
  }

  @ParameterizedTest
  @MethodSource("members")
  void storedObjectsLeaveTheSameTraceInsideAndOutsideUpdates(Member<?> member) throws Exception {
    try (Pool pool = open(member)) {
      pool.putRoot("outside", member.make());
      Object outside = pool.root("outside", Object.class).orElseThrow();
      assertThat(Members.trace(member, outside)).isEqualTo(expectedOf(member));
      String inside =
          pool.update(
              () -> {
                Object made = member.make();
                pool.putRoot("inside", made);
                return Members.trace(member, made);
              });
      assertThat(inside).isEqualTo(expectedOf(member));
      pool.putRoot("reopened", member.make());
      pool.putRoot("reopened in an update", member.make());
    }
    try (Pool pool = open(member)) {
      Object reopened = pool.root("reopened", Object.class).orElseThrow();
      assertThat(Members.trace(member, reopened)).isEqualTo(expectedOf(member));
      Object inUpdate = pool.root("reopened in an update", Object.class).orElseThrow();
      String trace = pool.update(() -> Members.trace(member, inUpdate));
      assertThat(trace).isEqualTo(expectedOf(member));
    }
  }

  @Test
  void anotherJvmFindsWhatOneHasStored() {
    assertThat(expected).hasSameSizeAs(Members.ALL);
    assertThat(elsewhere).isEqualTo(expected);
  }
}
