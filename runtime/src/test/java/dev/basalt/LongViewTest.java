package dev.basalt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import dev.basalt.fixture.Threads;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A view beside writers at full speed: a few seconds, or a minute in the long form. */
class LongViewTest {
  @RegisterExtension final Pools pools = new Pools();

  private static final long SECONDS = Boolean.getBoolean("basalt.stress") ? 60 : 3;
  private static final int ITEMS = 2_000;

  /** More than an item takes in the pool. */
  private static final int ITEM_BYTES_MAX = 128;

  @Test
  void longViewIsExactAndKeepsOneStateOfWhatChanges() {
    Pool pool = pools.open(pools.builder("test").durability(Durability.ASYNC).logSize(8L << 20));
    Item[] items = new Item[ITEMS];
    Item hot = pool.root("hot", Item.class, () -> new Item(0));
    pool.update(
        () -> {
          for (int i = 0; i < ITEMS; i++) {
            items[i] = new Item(i);
            items[i].next(hot.next());
            hot.next(items[i]);
          }
        });
    AtomicBoolean done = new AtomicBoolean();
    AtomicLong updates = new AtomicLong();
    AtomicLong storeMax = new AtomicLong();
    CompletableFuture<Void> writers =
        pool.view(
            () -> {
              assertThat(hot.number()).isZero();
              CompletableFuture<Void> started =
                  Threads.start(
                      () -> Threads.inParallel(2, t -> write(pool, hot, items, t, done, updates)));
              Random random = new Random(5);
              long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
              for (int n = 0; System.nanoTime() < end || updates.get() < 10_000; n++) {
                int i = random.nextInt(ITEMS);
                assertThat(items[i].number()).isEqualTo(i);
                assertThat(items[i].amount()).isZero();
                assertThat(hot.number()).isZero();
                if (n % 5_000 == 0) {
                  assertThat(countFrom(hot)).isEqualTo(ITEMS);
                  storeMax.accumulateAndGet(pool.stats().versionStoreBytes(), Math::max);
                }
              }
              return started;
            });
    done.set(true);
    writers.join();
    System.out.println(updates + " updates beside one view, which kept " + storeMax + " bytes");
    // One view: one state of each object, however often it was overwritten.
    assertThat(storeMax.get()).isPositive().isLessThan((ITEMS + 1L) * ITEM_BYTES_MAX);
    pool.update(() -> hot.number(-1));
    assertThat(pool.stats().versionStoreBytes()).isZero();
  }

  /** Only one object is written: the store keeps one state of it, however often. */
  @Test
  void hotObjectDoesNotMakeTheVersionStoreGrow() {
    Pool pool = pools.open(pools.builder("test").durability(Durability.ASYNC).logSize(8L << 20));
    Item hot = pool.root("hot", Item.class, () -> new Item(7));
    pool.view(
        () -> {
          assertThat(hot.number()).isEqualTo(7);
          Threads.inOther(
              () -> {
                for (int i = 0; i < 20_000; i++) {
                  pool.update(() -> hot.number(hot.number() + 1));
                }
              });
          assertThat(hot.number()).isEqualTo(7);
          assertThat(pool.stats().versionStoreBytes()).isPositive().isLessThan(ITEM_BYTES_MAX);
        });
    assertThat(hot.number()).isEqualTo(20_007);
  }

  private static int countFrom(Item head) {
    int count = 0;
    for (Item item = head.next(); item != null; item = item.next()) {
      count++;
    }
    return count;
  }

  private static void write(
      Pool pool, Item hot, Item[] items, int seed, AtomicBoolean done, AtomicLong updates) {
    Random random = new Random(seed);
    while (!done.get()) {
      int i = random.nextInt(ITEMS);
      pool.update(
          () -> {
            hot.number(hot.number() + 1);
            items[i].number(-1);
            items[i].amount(items[i].amount() + 1);
          });
      updates.incrementAndGet();
    }
  }
}
