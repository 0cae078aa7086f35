package dev.basalt;

import dev.basalt.backup.Damage;
import java.time.Duration;
import java.util.List;

/**
 * What a backup holds.
 *
 * @param commit the number of the last commit in it
 * @param poolBytes the size of the pool
 * @param copiedBytes bytes that were written: of chunks in use, or of changed pages
 * @param damaged what was not as it had been written, and is in the backup as it was found, or
 *     empty if it could not be read
 * @param took how long it took
 */
public record BackupReport(
    long commit, long poolBytes, long copiedBytes, List<Range> damaged, Duration took) {

  /**
   * Bytes of the pool that are damaged.
   *
   * @param offset where they lie
   * @param length how many
   * @param message what is wrong
   */
  public record Range(long offset, long length, String message) {
    static Range of(Damage damage) {
      return new Range(damage.offset(), damage.length(), damage.message());
    }
  }

  /** Is told how far a backup is. */
  public interface Progress {
    /**
     * Called now and then, by the thread that makes the backup. What it throws ends the backup.
     *
     * @param done bytes looked at
     * @param total bytes to look at
     */
    void at(long done, long total);
  }

  /**
   * Whether the backup has everything.
   *
   * @return {@code true} if nothing was damaged; look before an older backup is deleted
   */
  public boolean isComplete() {
    return damaged.isEmpty();
  }
}
