package dev.basalt;

import dev.basalt.error.BasaltException;
import dev.basalt.tx.PoolThread;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that scrubs the pool from time to time, slowly: what the medium has lost is found while
 * there still is a backup.
 */
final class BackgroundScrub implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(BackgroundScrub.class);

  /** Some 16 MiB a second at most: a chunk, then so long nothing. */
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(4);

  private final Function<BackupReport.Progress, BackupReport> scrub;
  private final Duration interval;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final PoolThread thread;

  /** Written by the thread. */
  private volatile @Nullable BackupReport last;

  /** The pool is being closed. */
  private static final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Stopped() {
      super(null, null, false, false);
    }
  }

  BackgroundScrub(Function<BackupReport.Progress, BackupReport> scrub, Duration interval) {
    this.scrub = scrub;
    this.interval = interval;
    this.thread = new PoolThread("basalt-scrub", this::run);
  }

  void start() {
    thread.start();
  }

  /** What the last one has found, if one has ended. */
  @Nullable BackupReport last() {
    return last;
  }

  private void run() {
    try {
      while (!isClosingAfter(interval.toNanos())) {
        runOnce();
      }
    } catch (Stopped e) {
      LOGGER.debug("a scrub has stopped because the pool is being closed");
    }
  }

  private void runOnce() {
    try {
      last = scrub.apply((_, _) -> pause());
    } catch (BasaltException e) {
      LOGGER.error("a scrub has failed and is tried again after {}", interval, e);
    }
  }

  private void pause() {
    if (isClosingAfter(PAUSE_NANOS)) {
      throw new Stopped();
    }
  }

  private boolean isClosingAfter(long nanos) {
    try {
      return closing.await(nanos, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      return false; // nobody has a reason to interrupt it
    }
  }

  @Override
  public void close() {
    closing.countDown();
    thread.awaitEnd();
  }
}
