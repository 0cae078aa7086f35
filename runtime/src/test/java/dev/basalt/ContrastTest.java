package dev.basalt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.error.PoolFullException;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import dev.basalt.fixture.Threads;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What was found to go wrong in other stores for objects. */
class ContrastTest {
  @RegisterExtension final Pools pools = new Pools();

  private static Item root(Pool pool) {
    return pool.root("root", Item.class, () -> new Item(0));
  }

  @Test
  void nestedBlockKeepsTheOuterWrite() {
    Pool pool = pools.open();
    Item root = root(pool);
    pool.update(
        () -> {
          root.number(1);
          pool.update(() -> root.amount(2));
          root.rank((short) 3);
        });
    Item again = root(pools.reopen(pool));
    assertThat(again.number()).isEqualTo(1);
    assertThat(again.amount()).isEqualTo(2);
    assertThat(again.rank()).isEqualTo((short) 3);
  }

  @Test
  void threadsOnDisjointObjectsDoNotDisturbEachOther() {
    Pool pool = pools.open(pools.builder("test").durability(Durability.ASYNC));
    int threads = 4;
    int rounds = 5_000;
    Item[] items = new Item[threads];
    for (int t = 0; t < threads; t++) {
      items[t] = pool.root("item " + t, Item.class, () -> new Item(0));
    }
    long conflicts = pool.stats().conflicts();
    Threads.inParallel(
        threads,
        t -> {
          for (int i = 1; i <= rounds; i++) {
            long now = (long) t << 32 | i;
            pool.update(
                () -> {
                  assertThat(items[t].number()).isEqualTo(items[t].amount() == 0 ? 0 : now - 1);
                  items[t].number(now);
                  items[t].amount(items[t].amount() + 1);
                });
          }
        });
    for (int t = 0; t < threads; t++) {
      assertThat(items[t].number()).isEqualTo((long) t << 32 | rounds);
      assertThat(items[t].amount()).isEqualTo(rounds);
    }
    assertThat(pool.stats().conflicts()).isEqualTo(conflicts);
  }

  @Test
  void twoTimesThreeHundredThousandIncrementsAreSixHundredThousand() {
    Pool pool = pools.open(pools.builder("test").durability(Durability.ASYNC).logSize(8L << 20));
    Item root = root(pool);
    Threads.inParallel(
        2,
        _ -> {
          for (int i = 0; i < 300_000; i++) {
            pool.update(() -> root.number(root.number() + 1));
          }
        });
    assertThat(root.number()).isEqualTo(600_000);
  }

  @Test
  void exceptionInTheMiddleLeavesNoHalf() {
    Pool pool = pools.open();
    Item root = root(pool);
    for (int steps = 0; steps < 4; steps++) {
      int failAt = steps;
      assertThatThrownBy(
              () ->
                  pool.update(
                      () -> {
                        for (int step = 0; ; step++) {
                          if (step == failAt) {
                            throw new IOException();
                          }
                          switch (step) {
                            case 0 -> root.number(1);
                            case 1 -> root.name("a name that needs an object of its own");
                            default -> root.next(new Item(step));
                          }
                        }
                      }))
          .isInstanceOf(IOException.class);
      assertThat(root.number()).isZero();
      assertThat(root.name()).isNull();
      assertThat(root.next()).isNull();
    }
  }

  @Test
  void nullIsAValue() {
    Pool pool = pools.open();
    Item root = root(pool);
    root.name("a name that needs an object of its own");
    root.value(5L);
    root.next(new Item(1));
    pool.update(
        () -> {
          root.name(null);
          root.value(null);
          root.next(null);
        });
    Item again = root(pools.reopen(pool));
    assertThat(again.name()).isNull();
    assertThat(again.value()).isNull();
    assertThat(again.next()).isNull();
  }

  @Test
  void fullPoolIsATypedErrorAndThePoolGoesOn() {
    Pool pool = pools.open(pools.builder("test").maxSize(4L << 20));
    Item root = root(pool);
    int[] stored = new int[1];
    assertThatThrownBy(
            () -> {
              while (true) {
                pool.update(
                    () -> {
                      Item item = new Item(stored[0]);
                      item.name("x".repeat(10_000));
                      item.next(root.next());
                      root.next(item);
                    });
                stored[0]++;
              }
            })
        .isInstanceOf(PoolFullException.class);
    assertThat(stored[0]).isPositive();
    root.number(7);
    int found = 0;
    for (Item item = root.next(); item != null; item = item.next()) {
      assertThat(item.name()).hasSize(10_000);
      found++;
    }
    assertThat(found).isEqualTo(stored[0]);
    assertThatThrownBy(() -> root.value("y".repeat(3 << 20))).isInstanceOf(PoolFullException.class);
  }

  /** What takes space away must not be needed to give it back. */
  @Test
  void fullPoolCanBeEmptied() {
    Pool pool = pools.open(pools.builder("test").durability(Durability.ASYNC).maxSize(3L << 20));
    Item root = root(pool);
    for (int round = 0; round < 2; round++) {
      int[] stored = new int[1];
      assertThatThrownBy(
              () -> {
                while (true) {
                  Item item = new Item(stored[0]++);
                  item.name("x".repeat(10));
                  pool.update(
                      () -> {
                        item.next(root.next());
                        root.next(item);
                      });
                }
              })
          .isInstanceOf(PoolFullException.class);
      assertThat(stored[0]).isGreaterThan(5_000);
      root.next(null);
      for (int i = 0; i < 100 && pool.stats().limboObjects() > 0; i++) {
        System.gc();
        pool.reclaim();
      }
      assertThat(pool.stats().limboObjects()).isZero();
    }
  }
}
