package dev.basalt;

import java.util.List;

/**
 * What a repair has done.
 *
 * @param repaired pages that are as they were written again
 * @param remaining pages that are not: the backup has them in another state, or not at all
 */
public record RepairReport(List<BackupReport.Range> repaired, List<BackupReport.Range> remaining) {

  /**
   * Whether nothing is damaged any more.
   *
   * @return {@code true} if every damaged page has been repaired
   */
  public boolean isComplete() {
    return remaining.isEmpty();
  }
}
