package dev.basalt.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.Durability;
import dev.basalt.MediumPools;
import dev.basalt.Pool;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import dev.basalt.medium.FileMedium;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The pool's thread syncs what is unsynced, unasked, and does nothing when there is nothing to do.
 */
@Timeout(120)
class BackgroundTest {
  @RegisterExtension final Pools pools = new Pools();

  private static final class Counting extends PlantedMedium {
    private final AtomicInteger operations = new AtomicInteger();
    private final AtomicInteger syncs = new AtomicInteger();

    Counting(Path file) {
      super(FileMedium.open(file, false));
    }

    @Override
    public void write(long offset, MemorySegment source) {
      operations.incrementAndGet();
      super.write(offset, source);
    }

    @Override
    public void sync() {
      operations.incrementAndGet();
      super.sync();
      syncs.incrementAndGet();
    }

    @Override
    public void checkIntact() {
      operations.incrementAndGet();
      super.checkIntact();
    }
  }

  private Counting medium() {
    Pool pool = pools.open();
    pool.putRoot("root", new Item(0));
    pool.close();
    return new Counting(pool.path());
  }

  private Pool open(Counting medium, Durability durability, Duration interval) {
    return pools.track(
        MediumPools.open(
            Pool.builder(pools.file("test"))
                .durability(durability)
                .syncInterval(interval)
                .maxSize(64L << 20)
                .classLoader(BackgroundTest.class.getClassLoader()),
            medium));
  }

  private static void awaitSync(Counting medium, int before) throws InterruptedException {
    while (medium.syncs.get() == before) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
  }

  @Test
  void everyAsyncUpdateIsSyncedUnasked() throws InterruptedException {
    Counting medium = medium();
    Pool pool = open(medium, Durability.ASYNC, Duration.ofMillis(1));
    Item root = pool.root("root", Item.class).orElseThrow();
    for (int n = 1; n <= 100; n++) {
      int before = medium.syncs.get();
      root.number(n);
      awaitSync(medium, before);
    }
  }

  @Test
  void idlePoolDoesNothing() throws InterruptedException {
    for (Durability durability : Durability.values()) {
      Counting medium = medium();
      Pool pool = open(medium, durability, Duration.ofMillis(1));
      pool.root("root", Item.class).orElseThrow().number(1);
      pool.reclaim(); // what an earlier round has left in limbo
      pool.sync();
      int before = medium.operations.get();
      TimeUnit.MILLISECONDS.sleep(200);
      assertThat(medium.operations.get()).as("%s", durability).isEqualTo(before);
      pool.close();
    }
  }

  @Test
  void onlyTheIntervalMakesAnAsyncUpdateDurable() throws InterruptedException {
    Counting medium = medium();
    Pool pool = open(medium, Durability.ASYNC, Duration.ofHours(1));
    int before = medium.syncs.get();
    for (int n = 1; n <= 100; n++) {
      pool.root("root", Item.class).orElseThrow().number(n);
    }
    TimeUnit.MILLISECONDS.sleep(50);
    assertThat(medium.syncs.get()).isEqualTo(before);
    pool.sync();
    assertThat(medium.syncs.get()).isEqualTo(before + 1);
    pool.sync();
    assertThat(medium.syncs.get()).as("nothing is unsynced").isEqualTo(before + 1);
  }
}
