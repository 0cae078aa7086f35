package dev.basalt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.error.PoolFullException;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import dev.basalt.fixture.Threads;
import dev.basalt.fixture.WeakItem;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A pool is full when what is in use has no room, not when what is garbage has none. */
@Timeout(300)
class FullPoolTest {
  private static final boolean LONG = Boolean.getBoolean("basalt.stress");
  private static final int LARGE = 3_900_000;

  @RegisterExtension final Pools pools = new Pools();

  private Pool open(long maxSize, boolean background) {
    return pools.open(
        pools
            .builder("test")
            .durability(Durability.ASYNC)
            .logSize(1L << 20)
            .maxSize(maxSize)
            .reclaimInBackground(background));
  }

  /** A heap of 8 MB, and a log that takes objects which are almost half as large. */
  private Pool openForLargeObjects() {
    return pools.open(
        pools
            .builder("test")
            .durability(Durability.ASYNC)
            .logSize(8L << 20)
            .maxSize(16L << 20)
            .reclaimInBackground(false));
  }

  private static Item root(Pool pool) {
    return pool.root("root", Item.class, () -> new Item(0));
  }

  /** The loop in which others leak: objects made and dropped without end. */
  @Test
  void endlessLoopOfGarbageGoesOn() {
    Pool pool = LONG ? open(128L << 20, true) : open(12L << 20, true);
    Item root = root(pool);
    int rounds = LONG ? 20_000_000 : 300_000;
    for (int i = 0; i < rounds; i++) {
      root.next(new Item(i));
    }
    assertThat(root.next().number()).isEqualTo(rounds - 1);
    assertThat(pool.check().findings()).isEmpty();
  }

  /** The same with nobody but the updates to reclaim, so the pool is full again and again. */
  @Test
  void updatesReclaimByThemselves() {
    Pool pool = open(8L << 20, false);
    Item root = root(pool);
    Threads.inParallel(
        3,
        thread -> {
          Item mine = new Item(thread);
          pool.putRoot("root " + thread, mine);
          for (int i = 0; i < 50_000; i++) {
            Item item = new Item(i);
            item.next(new Item(-i));
            mine.next(item);
            assertThat(mine.next().next().number()).isEqualTo(-i);
          }
        });
    assertThat(root.number()).isZero();
    assertThat(pool.check().findings()).isEmpty();
  }

  @Test
  void whatAHandleHoldsIsValidInAFullPool() {
    Pool pool = open(8L << 20, true);
    Item root = root(pool);
    List<Item> held = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      Item item = new Item(i);
      item.next(new Item(-i));
      root.next(item);
      held.add(item);
    }
    for (int i = 0; i < 100_000; i++) {
      root.next(new Item(i));
      Item some = held.get(i % 500);
      assertThat(some.number()).isEqualTo(i % 500);
      assertThat(some.next().number()).isEqualTo(-(i % 500));
    }
    Item again = held.get(77);
    root.other(again);
    held.clear();
    for (int i = 0; i < 100_000; i++) {
      root.next(new Item(i));
    }
    assertThat(root.other().next().number()).isEqualTo(-77);
  }

  /** An update's own snapshot delays what was unlinked since; without it there is room. */
  @Test
  void updateRunsAgainWithoutItsSnapshot() {
    Pool pool = openForLargeObjects();
    Item root = root(pool);
    pool.update(() -> root.value(new byte[LARGE]));
    AtomicInteger runs = new AtomicInteger();
    pool.update(
        () -> {
          root.amount();
          if (runs.incrementAndGet() == 1) {
            Threads.inOther(() -> root.value(null));
          }
          root.next(new Item(1));
          root.next().value(new byte[LARGE]);
        });
    assertThat(runs.get()).isEqualTo(2);
    assertThat(root.next().value()).isEqualTo(new byte[LARGE]);
  }

  @Test
  void transactionOfAFrameworkFindsRoom() {
    Pool pool = openForLargeObjects();
    Item root = root(pool);
    pool.update(() -> root.value(new byte[LARGE]));
    root.value(null);
    try (Transaction tx = pool.begin()) {
      root.value(new byte[LARGE]);
      tx.commit();
    }
    assertThat((byte[]) root.value()).hasSize(LARGE);
  }

  @Test
  void poolThatIsReallyFullSaysSoAndGoesOn() {
    Pool pool = open(8L << 20, true);
    Item root = root(pool);
    AtomicInteger runs = new AtomicInteger();
    assertThatThrownBy(
            () ->
                pool.update(
                    () -> {
                      runs.incrementAndGet();
                      Item last = root;
                      for (int i = 0; i < 1_000_000; i++) {
                        Item item = new Item(i);
                        last.next(item);
                        last = item;
                      }
                    }))
        .isInstanceOf(PoolFullException.class);
    assertThat(runs.get()).isLessThan(10);
    assertThat(root.next()).isNull();
    root.next(new Item(5));
    assertThat(root.next().number()).isEqualTo(5);
  }

  /** Adds to what the root leads to until the pool is full, drops it all, and needs the room. */
  private void fillAndEmpty(Consumer<Item> add) {
    Pool pool = openForLargeObjects();
    Item root = root(pool);
    assertThatThrownBy(
            () -> {
              while (true) {
                pool.update(() -> add.accept(root));
              }
            })
        .isInstanceOf(PoolFullException.class);
    long objects = pool.stats().objects();
    root.next(null);
    root.value(new byte[LARGE]);
    assertThat(pool.stats().objects()).isLessThan(objects / 10);
    assertThat(pool.check().findings()).isEmpty();
  }

  /** Nodes of limbo are objects too: a pool without any room can still be emptied. */
  @Test
  void fullPoolOfLinkedObjectsCanBeEmptied() {
    fillAndEmpty(
        root -> {
          Item item = new Item(1);
          item.next(root.next());
          root.next(item);
        });
  }

  /** Each object that is freed gives up a proxy, which comes into limbo too. */
  @Test
  void fullPoolOfWeakTargetsCanBeEmptied() {
    fillAndEmpty(
        root -> {
          WeakItem item = new WeakItem(1);
          item.next(root.next());
          item.weak(root.next());
          root.next(item);
        });
  }
}
