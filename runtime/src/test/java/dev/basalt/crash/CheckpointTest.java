package dev.basalt.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.CheckpointStats;
import dev.basalt.Durability;
import dev.basalt.MediumPools;
import dev.basalt.Pool;
import dev.basalt.error.MediaErrorException;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import dev.basalt.format.Geometry;
import dev.basalt.medium.FileMedium;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Checkpoints let commits go on, say what they do, and are waited for only when there is no room.
 */
@Timeout(120)
class CheckpointTest {
  @RegisterExtension final Pools pools = new Pools();

  /** Stops who writes pages home until the gate is opened. */
  private static final class Gate extends PlantedMedium {
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch open = new CountDownLatch(1);
    private final Set<String> pageWriters = ConcurrentHashMap.newKeySet();
    private volatile boolean armed;
    private volatile boolean broken;

    Gate(Path file) {
      super(FileMedium.open(file, false));
    }

    @Override
    public void write(long offset, MemorySegment source) {
      if (armed && offset >= Geometry.heapOffset(Pools.LOG_SIZE)) {
        if (broken) {
          throw new MediaErrorException("on purpose: a page cannot be written");
        }
        pageWriters.add(Thread.currentThread().getName());
        reached.countDown();
        try {
          open.await();
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
      }
      super.write(offset, source);
    }
  }

  private Gate gate() {
    Pool pool = pools.open();
    pool.putRoot("root", new Item(0));
    pool.close();
    return new Gate(pool.path());
  }

  private Pool open(Gate gate) {
    return pools.track(
        MediumPools.open(
            Pool.builder(pools.file("test"))
                .durability(Durability.SYNC)
                .maxSize(64L << 20)
                .classLoader(CheckpointTest.class.getClassLoader()),
            gate));
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    while (!condition.getAsBoolean()) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
  }

  @Test
  void commitsGoOnWhilePagesAreWrittenAndProgressIsSeen() throws Exception {
    Gate gate = gate();
    Pool pool = open(gate);
    Item root = pool.root("root", Item.class).orElseThrow();
    CheckpointStats before = pool.stats().checkpoint();
    assertThat(before.running()).isFalse();
    assertThat(before.pagesToDo()).isZero();
    assertThat(before.last()).isEmpty();
    gate.armed = true;
    root.number(1);
    Thread checkpoint = Thread.ofPlatform().start(pool::checkpoint);
    gate.reached.await();
    for (int n = 2; n <= 50; n++) {
      root.number(n);
    }
    CheckpointStats during = pool.stats().checkpoint();
    assertThat(during.running()).isTrue();
    assertThat(during.pagesToDo()).isPositive();
    assertThat(during.pagesDone()).isLessThan(during.pagesToDo());
    assertThat(during.completed()).isZero();
    long logBytes = pool.stats().logBytes();
    gate.open.countDown();
    checkpoint.join();
    CheckpointStats after = pool.stats().checkpoint();
    assertThat(after.running()).isFalse();
    assertThat(after.completed()).isEqualTo(1);
    assertThat(after.pagesWritten()).isEqualTo(during.pagesToDo());
    assertThat(after.failure()).isEmpty();
    CheckpointStats.Result last = after.last().orElseThrow();
    assertThat(last.pages()).isEqualTo(during.pagesToDo());
    assertThat(last.pageBytes()).isEqualTo(last.pages() * Geometry.PAGE_SIZE);
    assertThat(last.logBytes()).isPositive();
    assertThat(last.took()).isPositive();
    assertThat(pool.stats().logBytes()).isEqualTo(logBytes - last.logBytes()).isPositive();
    assertThat(root.number()).isEqualTo(50);
  }

  private static boolean isWaitingForCheckpoint(Thread thread) {
    return Arrays.stream(thread.getStackTrace())
        .anyMatch(frame -> frame.getClassName().endsWith(".Checkpointer"));
  }

  @Test
  void commitThatFindsTheLogFullWaitsForTheRunningCheckpointAndStartsNoOther() throws Exception {
    Gate gate = gate();
    Pool pool = open(gate);
    Item root = pool.root("root", Item.class).orElseThrow();
    gate.armed = true;
    root.number(1);
    Thread checkpoint = Thread.ofPlatform().name("checkpoint").start(pool::checkpoint);
    gate.reached.await();
    Thread committer =
        Thread.ofPlatform()
            .name("committer")
            .start(
                () -> {
                  for (int n = 2; n <= 4; n++) {
                    root.value("v".repeat(28_000 + n));
                  }
                });
    // Two of three values fit. The third waits, and goes on once the checkpoint has cut the log.
    await(() -> isWaitingForCheckpoint(committer));
    assertThat(gate.pageWriters).containsExactly("checkpoint");
    gate.open.countDown();
    checkpoint.join();
    committer.join();
    assertThat(pool.stats().checkpoint().commitWaits()).isEqualTo(1);
    assertThat(gate.pageWriters).doesNotContain("committer");
    assertThat(root.value()).isEqualTo("v".repeat(28_004));
    assertThat(pool.stats().checkpoint().commitDelay()).isGreaterThan(Duration.ZERO);
  }

  @Test
  void failedCheckpointSaysWhy() throws Exception {
    Gate gate = gate();
    Pool pool = open(gate);
    Item root = pool.root("root", Item.class).orElseThrow();
    root.number(1);
    gate.broken = true;
    gate.armed = true;
    assertThatThrownBy(pool::checkpoint)
        .isInstanceOf(MediaErrorException.class)
        .hasMessageContaining("on purpose");
    CheckpointStats stats = pool.stats().checkpoint();
    assertThat(stats.running()).isFalse();
    assertThat(stats.completed()).isZero();
    assertThat(stats.failure().orElseThrow()).contains("a page cannot be written");
  }

  @Test
  void recoveryIsReported() throws Exception {
    Pool pool = pools.open();
    pool.putRoot("root", new Item(0));
    for (int n = 1; n <= 10; n++) {
      pool.root("root", Item.class).orElseThrow().number(n);
    }
    Path copy = pools.file("copy");
    Files.copy(pool.path(), copy);
    Pool recovered = pools.open(Pool.builder(copy).maxSize(64L << 20));
    assertThat(recovered.stats().recovery().commits()).isGreaterThanOrEqualTo(11);
    assertThat(recovered.stats().recovery().logBytes()).isEqualTo(pool.stats().logBytes());
    assertThat(recovered.stats().recovery().pages()).isPositive();
    assertThat(recovered.stats().recovery().spilledBytes()).isZero();
    assertThat(recovered.stats().recovery().took()).isPositive();
    recovered.close();
    Pool clean = pools.open(Pool.builder(copy).maxSize(64L << 20));
    assertThat(clean.stats().recovery().commits()).isZero();
    assertThat(clean.stats().recovery().logBytes()).isZero();
    assertThat(clean.stats().recovery().pages()).isZero();
  }
}
