package dev.basalt;

import dev.basalt.tx.CheckpointProgress;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What checkpoints have done since the pool was opened, and what the running one is doing.
 *
 * @param running whether one is running
 * @param pagesDone pages that the running one has written home
 * @param pagesToDo pages that the running one writes in all, 0 if none is running
 * @param completed checkpoints that have moved the log's start
 * @param pagesWritten pages that they have written home
 * @param last the last one that was completed
 * @param failure why the last one that failed did; updates are refused since then
 * @param commitWaits commits that found the log full and waited for a checkpoint
 * @param commitDelay how long commits were slowed down in all, so that they need not wait
 */
public record CheckpointStats(
    boolean running,
    long pagesDone,
    long pagesToDo,
    long completed,
    long pagesWritten,
    Optional<Result> last,
    Optional<String> failure,
    long commitWaits,
    Duration commitDelay) {

  /**
   * What a checkpoint has done.
   *
   * @param end when it was completed
   * @param took how long it took
   * @param pages pages written home
   * @param pageBytes their bytes
   * @param logBytes bytes of log that became free
   */
  public record Result(Instant end, Duration took, long pages, long pageBytes, long logBytes) {}

  static CheckpointStats of(CheckpointProgress progress, long commitWaits, long delayNanos) {
    CheckpointProgress.State state = progress.state();
    return new CheckpointStats(
        state.running(),
        state.pagesDone(),
        state.pagesToDo(),
        state.completed(),
        state.pagesWritten(),
        Optional.ofNullable(state.last())
            .map(r -> new Result(r.end(), r.took(), r.pages(), r.pageBytes(), r.logBytes())),
        Optional.ofNullable(state.failure()),
        commitWaits,
        Duration.ofNanos(delayNanos));
  }
}
