package dev.basalt;

import dev.basalt.recovery.RecoveryReport;
import java.time.Duration;

/**
 * What opening the pool had to do.
 *
 * @param commits commits replayed from the log; 0 if the pool had been closed
 * @param logBytes bytes of log that held them
 * @param spilledBytes bytes of commits too large for the log, read from where they had been put
 * @param pages pages that the commits changed; written home unless the pool is open for reading
 * @param took how long it took, with mapping the pool and writing the pages
 */
public record RecoveryStats(
    long commits, long logBytes, long spilledBytes, long pages, Duration took) {

  static RecoveryStats of(RecoveryReport report) {
    return new RecoveryStats(
        report.commits(),
        report.logBytes(),
        report.spilledBytes(),
        report.pages(),
        Duration.ofNanos(report.nanos()));
  }
}
