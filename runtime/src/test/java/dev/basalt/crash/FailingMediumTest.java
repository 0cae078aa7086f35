package dev.basalt.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.Durability;
import dev.basalt.MediumPools;
import dev.basalt.Pool;
import dev.basalt.error.BasaltException;
import dev.basalt.error.MediaErrorException;
import dev.basalt.error.PoolFailedException;
import dev.basalt.error.PoolFullException;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import dev.basalt.medium.FileMedium;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** After a failed write or sync a pool refuses updates, and what was returned before is kept. */
class FailingMediumTest {
  private static final boolean STRESS = Boolean.getBoolean("basalt.stress");

  @RegisterExtension final Pools pools = new Pools();

  /** Fails at the n-th write or sync, or at the n-th read, and never again. */
  private static final class Failing extends PlantedMedium {
    private int left = Integer.MAX_VALUE;
    private int readsLeft = Integer.MAX_VALUE;
    private boolean failed;
    private boolean isFull;

    Failing(Path file, boolean dax) {
      super(dax ? new PretendedDax(FileMedium.open(file, false)) : FileMedium.open(file, false));
    }

    Failing(Path file) {
      this(file, false);
    }

    @Override
    public void read(long offset, MemorySegment segment) {
      synchronized (this) {
        if (--readsLeft == 0) {
          failed = true;
          throw new MediaErrorException(
              "on purpose: cannot read", offset, segment.byteSize(), null);
        }
      }
      super.read(offset, segment);
    }

    synchronized void failAfter(int operations) {
      left = operations;
    }

    private void operation(String what) {
      if (--left == 0) {
        failed = true;
        throw new MediaErrorException("on purpose: cannot " + what);
      }
    }

    @Override
    public synchronized void write(long offset, MemorySegment source) {
      operation("write");
      super.write(offset, source);
    }

    @Override
    public synchronized void sync() {
      operation("sync");
      super.sync();
    }

    @Override
    public synchronized void grow(long newSizeBytes) {
      if (isFull) {
        throw new PoolFullException("on purpose: the disk is full");
      }
      super.grow(newSizeBytes);
    }
  }

  private Pool open(Failing medium, Durability durability) {
    return MediumPools.open(
        Pool.builder(pools.file("test"))
            .durability(durability)
            .maxSize(64L << 20)
            .classLoader(FailingMediumTest.class.getClassLoader()),
        medium);
  }

  private void create() {
    Pool pool = pools.open();
    pool.putRoot("root", new Item(0));
    pool.close();
  }

  @Test
  void everyFailureOfASyncPoolPoisonsItAndLosesNothing() {
    failEverywhere(Durability.SYNC, false, 60);
  }

  @Test
  void everyFailureOfAnAsyncPoolPoisonsItAndLosesNoOrder() {
    failEverywhere(Durability.ASYNC, false, 60);
  }

  /** Appends are stores, which do not fail; what is left are checkpoints, growth and spills. */
  @Test
  void everyFailureOfAPoolOnPersistentMemoryPoisonsItAndLosesNothing() {
    failEverywhere(Durability.SYNC, true, 30);
  }

  private void failEverywhere(Durability durability, boolean dax, int last) {
    create();
    int failures = 0;
    for (int n = 1; n <= last; n++) {
      Failing medium = new Failing(pools.file("test"), dax);
      long begun = 0;
      long returned = 0;
      Pool pool = open(medium, durability);
      try {
        Item root = pool.root("root", Item.class).orElseThrow();
        long start = root.number();
        returned = start;
        medium.failAfter(n);
        for (int i = 1; i <= 20; i++) {
          begun = start + i;
          long now = begun;
          pool.update(
              () -> {
                Item item = new Item(now);
                item.name("a name that needs an object " + now);
                item.next(root.next());
                root.next(now % 5 == 0 ? null : item);
                if (now % 10 == 0) {
                  root.value("x".repeat(40_000));
                }
                root.number(now);
              });
          returned = begun;
          if (i % 7 == 0) {
            pool.checkpoint();
          }
        }
        pool.sync();
      } catch (BasaltException e) {
        assertThat(medium.failed).isTrue();
        failures++;
        assertThatThrownBy(() -> pool.putRoot("other", new Item(1)))
            .isInstanceOf(PoolFailedException.class)
            .hasRootCauseInstanceOf(MediaErrorException.class)
            .hasMessageContaining("on purpose");
        assertThatThrownBy(pool::checkpoint).isInstanceOf(PoolFailedException.class);
        long seen = pool.view(() -> pool.root("root", Item.class).orElseThrow().number());
        assertThat(seen).isBetween(returned, begun);
      } finally {
        try {
          pool.close();
        } catch (BasaltException e) {
          assertThat(medium.failed).isTrue();
        }
      }
      Pool again = pools.open();
      assertThat(again.root("root", Item.class).orElseThrow().number())
          .as("failure %d", n)
          .isBetween(returned, begun);
      again.close();
      PoolVerifier.verify(pools.file("test"));
    }
    assertThat(failures).isGreaterThan(last / 3);
  }

  /** Reads of superblocks, log, pages that are verified, sums, free space, a check, a backup. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void everyFailedReadIsATypedErrorAndLosesNothing(boolean dax) throws IOException {
    create();
    Path file = pools.file("test");
    long begun = 0;
    long returned = 0;
    int failures = 0;
    boolean failed = true;
    for (int n = 1; failed; n += n < 60 || STRESS ? 1 : 7) {
      Failing medium = new Failing(file, dax);
      medium.readsLeft = n;
      Path backup = pools.file("backup");
      try (Pool pool = open(medium, Durability.SYNC)) {
        Item root = pool.root("root", Item.class).orElseThrow();
        long start = root.number();
        for (long number = start + 1; number <= start + 3; number++) {
          long now = number;
          begun = now;
          pool.update(
              () -> {
                Item item = new Item(now);
                item.value("v".repeat(40_000));
                root.next(item);
                root.number(now);
              });
          returned = now;
        }
        pool.reclaim();
        pool.checkpoint();
        pool.check();
        pool.backup(backup);
      } catch (MediaErrorException e) {
        assertThat(medium.failed).as("failure of read %d", n).isTrue();
      } finally {
        failed = medium.failed;
        failures += failed ? 1 : 0;
        Files.deleteIfExists(backup);
      }
      try (Pool again = pools.builder("test").open()) {
        assertThat(again.root("root", Item.class).orElseThrow().number())
            .as("failure of read %d", n)
            .isBetween(returned, begun);
      }
      PoolVerifier.verify(file);
    }
    System.out.printf("reads that failed in turn, %s: %d%n", dax ? "DAX" : "file", failures);
    assertThat(failures).isGreaterThan(20);
  }

  @Test
  void fullDiskAbortsOneUpdateOnly() {
    create();
    Failing medium = new Failing(pools.file("test"));
    medium.isFull = true;
    Pool pool = pools.track(open(medium, Durability.SYNC));
    Item root = pool.root("root", Item.class).orElseThrow();
    assertThatThrownBy(() -> root.value("x".repeat(8 << 20)))
        .isInstanceOf(PoolFullException.class)
        .hasMessageContaining("the disk is full");
    root.number(7);
    assertThat(root.value()).isNull();
    medium.isFull = false;
    root.value("x".repeat(8 << 20));
    assertThat(root.number()).isEqualTo(7);
  }
}
