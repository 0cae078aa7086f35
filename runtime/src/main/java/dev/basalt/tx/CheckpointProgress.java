package dev.basalt.tx;

import dev.basalt.format.Geometry;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What checkpoints have done and are doing, for those who watch. Thread-safe. */
public final class CheckpointProgress {
  private boolean running;
  private long startNanos;
  private long pagesDone;
  private long pagesToDo;
  private long completed;
  private long pagesWritten;
  private @Nullable Result last;
  private @Nullable String failure;

  CheckpointProgress() {}

  /**
   * A moment of it.
   *
   * @param running whether a checkpoint is running
   * @param pagesDone pages that it has written
   * @param pagesToDo pages that it writes in all
   * @param completed how many were completed
   * @param pagesWritten pages that those have written
   * @param last the last completed one
   * @param failure why the last failed one did
   */
  public record State(
      boolean running,
      long pagesDone,
      long pagesToDo,
      long completed,
      long pagesWritten,
      @Nullable Result last,
      @Nullable String failure) {}

  /**
   * A completed checkpoint.
   *
   * @param end when it was completed
   * @param took how long it took
   * @param pages pages written home
   * @param pageBytes their bytes
   * @param logBytes bytes of log cut off
   */
  public record Result(Instant end, Duration took, long pages, long pageBytes, long logBytes) {}

  synchronized void begin(long pages) {
    running = true;
    startNanos = System.nanoTime();
    pagesDone = 0;
    pagesToDo = pages;
  }

  synchronized void written(long pages) {
    pagesDone = pages;
  }

  synchronized void complete(long logBytes) {
    Duration took = Duration.ofNanos(System.nanoTime() - startNanos);
    last = new Result(Instant.now(), took, pagesToDo, pagesToDo * Geometry.PAGE_SIZE, logBytes);
    completed++;
    pagesWritten += pagesToDo;
    end();
  }

  synchronized void fail(Throwable cause) {
    failure = cause.toString();
    end();
  }

  private void end() {
    running = false;
    pagesDone = 0;
    pagesToDo = 0;
  }

  /** How long a checkpoint takes, by the last one and the running one; 0 before the first. */
  synchronized long expectedNanos() {
    long before = last == null ? 0 : last.took.toNanos();
    return running ? Math.max(before, System.nanoTime() - startNanos) : before;
  }

  /**
   * The present state.
   *
   * @return the state, consistent in itself
   */
  public synchronized State state() {
    return new State(running, pagesDone, pagesToDo, completed, pagesWritten, last, failure);
  }
}
