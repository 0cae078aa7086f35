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
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** After a failed write or sync a pool refuses updates, and what was returned before is kept. */
class FailingMediumTest {
  @RegisterExtension final Pools pools = new Pools();

  /** Fails at the n-th write or sync, and never again. */
  private static final class Failing extends PlantedMedium {
    private int left = Integer.MAX_VALUE;
    private boolean failed;
    private boolean isFull;

    Failing(Path file) {
      super(FileMedium.open(file, false));
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
    failEverywhere(Durability.SYNC);
  }

  @Test
  void everyFailureOfAnAsyncPoolPoisonsItAndLosesNoOrder() {
    failEverywhere(Durability.ASYNC);
  }

  private void failEverywhere(Durability durability) {
    create();
    int failures = 0;
    for (int n = 1; n <= 60; n++) {
      Failing medium = new Failing(pools.file("test"));
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
