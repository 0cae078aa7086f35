package dev.basalt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.crash.PoolVerifier;
import dev.basalt.error.PoolFullException;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import dev.basalt.fixture.Threads;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Garbage in cycles is collected unasked, if the pool was opened so, and only if it is worth it.
 */
@Timeout(300)
class CyclesInBackgroundTest {
  private static final int ROUNDS = Boolean.getBoolean("basalt.stress") ? 2_000_000 : 40_000;

  @RegisterExtension final Pools pools = new Pools();

  private PoolBuilder builder(long maxSize) {
    return pools.builder("test").durability(Durability.ASYNC).logSize(1L << 20).maxSize(maxSize);
  }

  private static Item root(Pool pool) {
    return pool.root("root", Item.class, () -> new Item(0));
  }

  /** Two items that refer to each other take the place of those that were there. */
  private static void replacePair(Item root, int number) {
    Item one = new Item(number);
    Item two = new Item(-number);
    one.next(two);
    two.next(one);
    root.next(one);
  }

  /** Garbage of some megabytes, half a megabyte at a time. */
  private static void replaceRings(Pool pool, int rings) {
    for (int ring = 0; ring < rings; ring++) {
      pool.update(
          () -> {
            Item first = new Item(0);
            Item at = first;
            for (int i = 1; i < 5000; i++) {
              at.next(new Item(i));
              at = at.next();
            }
            at.next(first);
            root(pool).next(first);
          });
    }
  }

  private static void collectAll(Pool pool) {
    System.gc(); // else handles keep what they reach
    assertThat(pool.collectCycles()).isNotNegative();
  }

  /** Full of pairs without end: those that nothing leads to make room for others. */
  @Test
  void endlessLoopOfCyclesGoesOn() {
    Pool pool = pools.open(builder(6L << 20).collectCyclesInBackground(true));
    Threads.inParallel(
        2,
        thread -> {
          pool.putRoot("root " + thread, new Item(thread));
          Item root = pool.root("root " + thread, Item.class).orElseThrow();
          for (int i = 0; i < ROUNDS; i++) {
            replacePair(root, i);
            assertThat(root.next().next().number()).isEqualTo(-i);
          }
        });
    assertThat(pool.stats().cycleObjects()).isGreaterThan(ROUNDS);
    PoolVerifier.verifySound(pool);
    collectAll(pool);
  }

  /** While there is a view, nothing can be collected; the garbage is not forgotten for that. */
  @Test
  void fullPoolIsCollectedOnceNoViewHoldsItUp() throws Exception {
    Pool filled = pools.open(builder(6L << 20));
    assertThatThrownBy(
            () -> {
              while (true) {
                filled.update(() -> push(root(filled), 1000));
              }
            })
        .isInstanceOf(PoolFullException.class);
    for (int i = 0; i < 10; i++) {
      filled.update(() -> pop(root(filled), 1000));
    }
    filled.close();
    // Too little room for growth that the thread would notice.
    Pool pool = pools.open(builder(6L << 20).collectCyclesInBackground(true));
    pool.putRoot("pairs", new Item(0));
    Item pairs = pool.root("pairs", Item.class).orElseThrow();
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch full = new CountDownLatch(1);
    Thread reader =
        Thread.ofPlatform()
            .start(
                () ->
                    pool.view(
                        () -> {
                          begun.countDown();
                          awaitUninterruptibly(full);
                        }));
    begun.await();
    assertThatThrownBy(
            () -> {
              for (int i = 0; true; i++) {
                replacePair(pairs, i);
              }
            })
        .isInstanceOf(PoolFullException.class);
    full.countDown();
    reader.join();
    replacePair(pairs, 1);
    assertThat(pool.stats().cycleObjects()).isPositive();
    collectAll(pool);
  }

  private static void push(Item root, int items) {
    for (int i = 0; i < items; i++) {
      Item item = new Item(i);
      item.next(root.next());
      root.next(item);
    }
  }

  private static void pop(Item root, int items) {
    for (int i = 0; i < items; i++) {
      root.next(root.next().next());
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void withoutTheOptionItEnds() {
    Pool pool = pools.open(builder(6L << 20));
    Item root = root(pool);
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < ROUNDS; i++) {
                replacePair(root, i);
              }
            })
        .isInstanceOf(PoolFullException.class);
    assertThat(pool.stats().cycleCollections()).isZero();
    collectAll(pool);
  }

  @Test
  void growthByGarbageInCyclesIsNoticed() throws InterruptedException {
    Pool pool = pools.open(builder(64L << 20).collectCyclesInBackground(true));
    for (int i = 0; i < 100 && pool.stats().cycleObjects() == 0; i++) {
      replaceRings(pool, 2);
      System.gc();
      TimeUnit.MILLISECONDS.sleep(20 + 10 * i); // the thread may have to wait for a processor
    }
    assertThat(pool.stats().cycleObjects()).isPositive();
    collectAll(pool);
  }

  /** What only grows has no garbage in cycles, and nobody looks for it. */
  @Test
  void growthByWhatIsInUseIsNoReason() throws InterruptedException {
    Pool pool = pools.open(builder(64L << 20).collectCyclesInBackground(true));
    Item root = root(pool);
    for (int i = 0; i < 40; i++) {
      pool.update(
          () -> {
            Item last = null;
            for (int n = 0; n < 1000; n++) {
              Item item = new Item(n);
              item.next(last);
              last = item;
            }
            last.other(root.next());
            root.next(last);
          });
    }
    assertThat(pool.stats().objectBytes()).isGreaterThan(2L << 20);
    TimeUnit.MILLISECONDS.sleep(600); // three times as long as losses are gathered
    assertThat(pool.stats().cycleCollections()).isZero();
  }

  /**
   * A pool that is closed does not wait for the end of a collection, nor is it disturbed by one.
   */
  @Test
  void poolIsClosedDuringACollection() {
    for (int round = 0; round < 10; round++) {
      Pool pool = builder(64L << 20).collectCyclesInBackground(true).open();
      replaceRings(pool, 6);
      pool.close();
    }
    Pool pool = pools.open(builder(64L << 20));
    collectAll(pool);
  }
}
