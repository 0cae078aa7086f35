package dev.basalt.tx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** Commits slow down gradually, and by the time of one checkpoint before the log is full. */
class ThrottleTest {
  private static final long CHECKPOINT = 1_000_000_000;

  @Test
  void nobodyIsDelayedWhileAQuarterIsFree() {
    assertThat(Throttle.delayNanos(0, 0.1, CHECKPOINT)).isZero();
    assertThat(Throttle.delayNanos(0.75, 0.1, CHECKPOINT)).isZero();
    assertThat(Throttle.delayNanos(0.7501, 0.1, CHECKPOINT)).isPositive();
  }

  @Test
  void theLastQuarterTakesTheTimeOfACheckpointHoweverLargeCommitsAre() {
    for (int commits : new int[] {10, 1000, 100_000}) {
      double share = 0.25 / commits;
      double sum = 0;
      for (int n = 1; n <= commits; n++) {
        sum += Throttle.delayNanos(0.75 + n * share, share, CHECKPOINT);
      }
      assertThat(sum / CHECKPOINT).as("%d commits", commits).isCloseTo(1, within(0.2));
    }
  }

  @Test
  void theDelayGrowsWithoutAJump() {
    double share = 0.0001;
    long before = 0;
    for (double fill = 0.75; fill < 1.2; fill += share) {
      long delay = Throttle.delayNanos(fill, share, CHECKPOINT);
      assertThat(delay).isBetween(before, before + CHECKPOINT / 1_000_000);
      before = delay;
    }
  }
}
