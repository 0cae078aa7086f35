package dev.basalt.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.basalt.Pool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;

/** What a test is told of its pools when it is over: JUnit runs the classes in here. */
class FailingPoolsTest {
  private static final Map<String, Path> FILES = new ConcurrentHashMap<>();

  private static EngineExecutionResults run(Class<?> tests) {
    FILES.clear();
    EngineExecutionResults results =
        EngineTestKit.engine("junit-jupiter")
            .selectors(selectClass(tests))
            .configurationParameter("junit.jupiter.execution.parallel.enabled", "true")
            .configurationParameter("junit.jupiter.execution.parallel.config.strategy", "fixed")
            .configurationParameter(
                "junit.jupiter.execution.parallel.config.fixed.parallelism", "4")
            .execute();
    assertThat(FILES.values())
        .as("folders that stay")
        .noneMatch(file -> Files.exists(file.getParent()));
    return results;
  }

  /** By test, the throwable that it failed with. */
  private static Map<String, Throwable> failures(EngineExecutionResults results) {
    return results.testEvents().failed().stream()
        .collect(
            Collectors.toMap(
                event -> event.getTestDescriptor().getDisplayName().replaceAll("\\(.*", ""),
                event ->
                    event
                        .getRequiredPayload(TestExecutionResult.class)
                        .getThrowable()
                        .orElseThrow()));
  }

  private static void noteFile(String test, Path file) {
    FILES.put(test, file);
  }

  /** Overwrites what lies behind the log, but for the headers there. */
  private static void damage(Path file, long logSize) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      long from = logSize + (192 << 10);
      byte[] bytes = new byte[Math.toIntExact(channel.size() - from)];
      Arrays.fill(bytes, (byte) 0x5a);
      channel.write(ByteBuffer.wrap(bytes), from);
    }
  }

  static class Damaged {
    @Test
    void damagedAndClosed(@TestPool PoolUnderTest handle) throws IOException {
      noteFile("damagedAndClosed", handle.file());
      fillAndDamage(handle);
    }

    @Test
    void damagedAndSaidSo(@TestPool PoolUnderTest handle) throws IOException {
      noteFile("damagedAndSaidSo", handle.file());
      handle.doNotCheck();
      fillAndDamage(handle);
    }

    @Test
    void damagedBeforeReopening(@TestPool PoolUnderTest handle) throws IOException {
      noteFile("damagedBeforeReopening", handle.file());
      fillAndDamage(handle);
      handle.reopen();
    }

    @Test
    void failedAndDamaged(@TestPool PoolUnderTest handle) throws IOException {
      noteFile("failedAndDamaged", handle.file());
      fillAndDamage(handle);
      throw new IllegalStateException("the test's own failure");
    }

    private static void fillAndDamage(PoolUnderTest handle) throws IOException {
      for (int i = 0; i < 100; i++) {
        handle.pool().putRoot("root " + i, new int[1000]);
      }
      handle.close();
      damage(handle.file(), 1 << 20);
    }
  }

  @Test
  void damagedPoolFailsItsTest() {
    EngineExecutionResults results = run(Damaged.class);
    assertThat(results.testEvents().succeeded().count()).isEqualTo(1);
    Map<String, Throwable> failures = failures(results);
    assertThat(failures)
        .containsOnlyKeys("damagedAndClosed", "damagedBeforeReopening", "failedAndDamaged");
    assertThat(failures.get("damagedAndClosed"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("the pool 'test' has")
        .hasMessageContaining("faults");
    assertThat(failures.get("damagedBeforeReopening")).isInstanceOf(AssertionError.class);
    assertThat(failures.get("failedAndDamaged")).hasMessage("the test's own failure");
    assertThat(failures.get("failedAndDamaged").getSuppressed())
        .hasSize(1)
        .allSatisfy(found -> assertThat(found).isInstanceOf(AssertionError.class));
  }

  static class Open {
    @Test
    void transactionLeftOpen(@TestPool PoolUnderTest handle) {
      noteFile("transactionLeftOpen", handle.file());
      handle.pool().begin();
    }

    @Test
    void othersEnd(@TestPool("other") Pool pool) {
      noteFile("othersEnd", pool.path());
      pool.putRoot("text", "fine");
    }
  }

  @Test
  void transactionThatIsLeftOpenFailsItsTest() {
    assertThat(failures(run(Open.class)))
        .containsOnlyKeys("transactionLeftOpen")
        .allSatisfy((test, failure) -> assertThat(failure).hasMessageContaining("transaction"));
  }

  static class Mistakes {
    @Test
    void wrongType(@TestPool String pool) {}

    @Test
    void twoSetsOfOptions(@TestPool Pool one, @TestPool(maxSize = 1 << 24) Pool two) {
      noteFile("twoSetsOfOptions", one.path());
    }
  }

  @Test
  void mistakesAreToldWithTheirPlace() {
    Map<String, Throwable> failures = failures(run(Mistakes.class));
    assertThat(failures).containsOnlyKeys("wrongType", "twoSetsOfOptions");
    assertThat(failures.get("wrongType"))
        .hasStackTraceContaining("its type must be dev.basalt.Pool");
    assertThat(failures.get("twoSetsOfOptions"))
        .hasStackTraceContaining("one name is one pool")
        .hasStackTraceContaining("16777216");
  }

  @Execution(ExecutionMode.CONCURRENT)
  static class Parallel {
    @TestPool private PoolUnderTest inField;

    @RepeatedTest(20)
    void eachHasItsOwn(@TestPool("other") Pool other) {
      noteFile("field " + inField.pool().id(), inField.file());
      noteFile("other " + other.id(), other.path());
      assertThat(inField.pool().rootNames()).isEmpty();
      for (int i = 0; i < 10; i++) {
        int number = i;
        inField.pool().update(() -> inField.pool().putRoot("number", number));
      }
      assertThat(inField.reopen().root("number", Integer.class)).contains(9);
    }
  }

  @Test
  void parallelTestsHavePoolsOfTheirOwn() {
    EngineExecutionResults results = run(Parallel.class);
    assertThat(failures(results)).isEmpty();
    assertThat(results.testEvents().succeeded().count()).isEqualTo(20);
    assertThat(FILES).hasSize(40);
    assertThat(List.copyOf(FILES.values())).doesNotHaveDuplicates();
  }
}
