package dev.basalt.crash;

import dev.basalt.CheckReport;
import dev.basalt.Pool;
import java.nio.file.Path;
import java.util.stream.Collectors;

/** Fails a test whose pool is not sound, or has garbage that nothing will ever reclaim. */
public final class PoolVerifier {
  private static final int SHOWN_MAX = 20;

  private PoolVerifier() {}

  /**
   * Checks the file of a closed pool.
   *
   * @throws AssertionError with the findings
   */
  public static void verify(Path file) {
    verify(file, Pool.check(file));
  }

  /**
   * Checks an open pool.
   *
   * @throws AssertionError with the findings
   */
  public static void verify(Pool pool) {
    verify(pool.path(), pool.check());
  }

  /**
   * Checks an open pool that may have garbage in cycles.
   *
   * @throws AssertionError with the findings
   */
  public static void verifySound(Pool pool) {
    verifySound(pool.path(), pool.check());
  }

  /**
   * Checks the file of a closed pool that may have garbage in cycles.
   *
   * @throws AssertionError with the findings
   */
  public static void verifySound(Path file) {
    verifySound(file, Pool.check(file));
  }

  private static void verify(Path file, CheckReport report) {
    verifySound(file, report);
    if (report.unreachableObjects() > 0) {
      throw new AssertionError(
          "%s has %d objects that cannot be reached".formatted(file, report.unreachableObjects()));
    }
  }

  private static void verifySound(Path file, CheckReport report) {
    if (!report.isClean()) {
      throw new AssertionError(
          "%s has %d faults:%n%s"
              .formatted(
                  file,
                  report.findings().size() + report.omittedFindings(),
                  report.findings().stream()
                      .limit(SHOWN_MAX)
                      .map(CheckReport.Finding::toString)
                      .collect(Collectors.joining(System.lineSeparator()))));
    }
  }
}
