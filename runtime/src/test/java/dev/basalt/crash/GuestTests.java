package dev.basalt.crash;

import dev.basalt.Pool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs in the virtual machine of {@code tools/power-cut}: tests of commit, checkpoint, recovery and
 * what is built on them, with pools that lie on persistent memory.
 */
final class GuestTests {
  private static final List<String> TESTS =
      List.of(
          "AnomaliesTest",
          "tx.RelinkedTest",
          "crash.CheckpointTest",
          "crash.BackgroundTest",
          "LargeValuesTest",
          "GivenBackSpaceTest",
          "crash.ProcessLockTest",
          "crash.KillTest",
          "TransactionTest");

  private int passed;
  private int failed;
  private int skipped;

  private GuestTests() {}

  public static void main(String[] args) throws Exception {
    Path folder = CrashFolder.create();
    try (Pool pool = Pool.open(folder.resolve("probe.pool"))) {
      if (!pool.attributes().dax()) {
        throw new AssertionError(folder + " does not lie on persistent memory");
      }
    } finally {
      Files.deleteIfExists(folder.resolve("probe.pool"));
    }
    GuestTests tests = new GuestTests();
    TESTS.forEach(tests::run);
    tests.run(List.of(args));
    System.out.printf(
        "%nBASALT %s %d tests on persistent memory, %d failed, %d skipped%n",
        tests.failed == 0 && tests.passed > 0 ? "passed" : "failed",
        tests.passed,
        tests.failed,
        tests.skipped);
  }

  /** What becomes of devices of persistent memory: a disk, and one that can only be mapped. */
  private void run(List<String> devices) {
    try {
      GuestDevices.tryDisk(Path.of(devices.get(0)));
      GuestDevices.tryMemory(Path.of(devices.get(1)));
      passed += 2;
    } catch (Throwable e) {
      failed++;
      System.out.println("\nBASALT failure with " + devices);
      e.printStackTrace(System.out);
    }
  }

  private void run(String name) {
    int before = passed + failed + skipped;
    long startNanos = System.nanoTime();
    LauncherFactory.create()
        .execute(
            LauncherDiscoveryRequestBuilder.request()
                .selectors(DiscoverySelectors.selectClass("dev.basalt." + name))
                .build(),
            new Listener());
    System.out.printf(
        "%nBASALT test %s: %d in %d s%n",
        name, passed + failed + skipped - before, (System.nanoTime() - startNanos) / 1_000_000_000);
    if (passed + failed + skipped == before) {
      failed++; // a class that is not there
    }
  }

  private final class Listener implements TestExecutionListener {
    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
      skipped++;
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
      if (result.getStatus() == Status.FAILED) {
        failed++;
        System.out.println("\nBASALT failure " + test.getUniqueId());
        result.getThrowable().ifPresent(e -> e.printStackTrace(System.out));
      } else if (test.isTest()) {
        if (result.getStatus() == Status.ABORTED) {
          skipped++;
        } else {
          passed++;
        }
      }
    }
  }
}
