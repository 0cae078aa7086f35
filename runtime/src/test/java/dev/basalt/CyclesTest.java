package dev.basalt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.crash.PoolVerifier;
import dev.basalt.error.PoolFullException;
import dev.basalt.error.ReadOnlyPoolException;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import dev.basalt.fixture.RichItem;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Objects in cycles are reclaimed once neither roots nor handles reach them, and not before. */
class CyclesTest {
  private static final boolean STRESS = Boolean.getBoolean("basalt.stress");
  private static final int RING = STRESS ? 1_000_000 : 10_000;

  @RegisterExtension final Pools pools = new Pools();

  /**
   * Lets the JVM clear the handles that nobody holds, and collects until so many objects are left;
   * beside these there are nodes of limbo if objects in it are held.
   */
  static long collectUntil(Pool pool, long objects) throws InterruptedException {
    long collected = 0;
    for (int attempt = 0; attempt < 50; attempt++) {
      System.gc();
      collected += pool.collectCycles();
      pool.reclaim();
      PoolStats stats = pool.stats();
      assertThat(stats.objects()).isGreaterThanOrEqualTo(objects);
      if (stats.objects() <= objects + stats.limboObjects()) {
        return collected;
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
    throw new AssertionError(
        "%d objects are left, not %d; %d handles"
            .formatted(pool.stats().objects(), objects, pool.stats().handles()));
  }

  /** Stores an item under a root, so that all types are recorded; returns the number of objects. */
  private static long withAnchor(Pool pool) {
    pool.update(
        () -> {
          pool.putRoot("anchor", new Item(0));
          pool.putRoot("rich", new RichItem(0));
          anchor(pool).value(new Object[1]);
          anchor(pool).value(null);
        });
    pool.reclaim();
    return pool.stats().objects();
  }

  private static Item anchor(Pool pool) {
    return pool.root("anchor", Item.class).orElseThrow();
  }

  /** Links a ring to the anchor, in updates of bounded size; returns its first item. */
  private static Item makeRing(Pool pool, int size) {
    Item first = pool.update(() -> link(pool, new Item(1)));
    Item last = first;
    for (int n = 1; n < size; n += 1000) {
      int from = n;
      Item before = last;
      last =
          pool.update(
              () -> {
                Item at = before;
                for (int i = from; i < Math.min(size, from + 1000); i++) {
                  at.next(new Item(i + 1));
                  at = at.next();
                }
                return at;
              });
    }
    last.next(first);
    return first;
  }

  private static Item link(Pool pool, Item item) {
    anchor(pool).next(item);
    return item;
  }

  @Test
  void ringIsReclaimed() throws InterruptedException {
    Pool pool = pools.open(pools.builder("ring").maxSize(256L << 20).durability(Durability.ASYNC));
    long objects = withAnchor(pool);
    makeRing(pool, RING);
    assertThat(pool.collectCycles()).isZero();
    assertThat(pool.stats().objects()).isEqualTo(objects + RING);
    anchor(pool).next(null);
    pool.reclaim();
    assertThat(pool.stats().objects()).isEqualTo(objects + RING);
    long nanos = System.nanoTime();
    assertThat(collectUntil(pool, objects)).isEqualTo(RING);
    System.out.printf(
        "a ring of %d objects: collected in %d ms%n",
        RING, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos));
    assertThat(pool.collectCycles()).isZero();
  }

  /** The sum of the numbers of the other items in a ring. */
  private static long sumWithout(Item first) {
    long sum = 0;
    for (Item at = first.next(); at != first; at = at.next()) {
      sum += at.number();
    }
    return sum;
  }

  @Test
  void whatAHandleReachesIsKept() throws InterruptedException {
    Pool pool = pools.open();
    long objects = withAnchor(pool);
    Item held = makeRing(pool, 10);
    anchor(pool).next(null);
    for (int i = 0; i < 3; i++) {
      collectUntil(pool, objects + 10);
    }
    assertThat(sumWithout(held)).isEqualTo(54);
    Reference.reachabilityFence(held);
    held = null;
    assertThat(collectUntil(pool, objects)).isEqualTo(10);
  }

  @Test
  void whatGarbageRefersToLosesExactlyItsReferences() throws InterruptedException {
    Pool pool = pools.open();
    long objects = withAnchor(pool);
    pool.update(
        () -> {
          Item shared = new Item(7);
          anchor(pool).other(shared);
          Item a = new Item(1);
          Item b = new Item(2);
          a.next(b);
          b.next(a);
          a.other(shared);
          b.other(shared);
          a.value(new Object[] {shared, "a string that has a place of its own", shared, b});
          a.name("another string that has a place of its own");
          anchor(pool).next(a);
        });
    anchor(pool).next(null);
    // two items, an array, two strings
    assertThat(collectUntil(pool, objects + 1)).isEqualTo(5);
    PoolVerifier.verify(pool);
    assertThat(anchor(pool).other().number()).isEqualTo(7);
    anchor(pool).other(null);
    assertThat(collectUntil(pool, objects)).isZero();
  }

  /** An array is emptied in several steps. */
  @Test
  void longArrayInACycleIsReclaimed() throws InterruptedException {
    Pool pool = pools.open(pools.builder("array").logSize(1 << 20));
    long objects = withAnchor(pool);
    int size = 5000;
    pool.update(
        () -> {
          Item head = new Item(1);
          Object[] items = new Object[size];
          for (int i = 0; i < size; i++) {
            Item item = i % 2 == 0 ? new Item(i) : new RichItem(i);
            item.other(head);
            items[i] = item;
          }
          head.value(items);
          anchor(pool).next(head);
        });
    anchor(pool).next(null);
    assertThat(collectUntil(pool, objects)).isEqualTo(size + 2);
  }

  @Test
  void olderViewIsNotDisturbedAndDelaysTheCollection() throws Exception {
    Pool pool = pools.open();
    long objects = withAnchor(pool);
    makeRing(pool, 100);
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch mayRead = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      Future<Long> view =
          threads.submit(
              () ->
                  pool.view(
                      () -> {
                        Item anchor = anchor(pool);
                        begun.countDown();
                        mayRead.await();
                        return sumWithout(anchor.next());
                      }));
      begun.await();
      anchor(pool).next(null);
      Future<Long> collection =
          threads.submit(
              () -> {
                System.gc();
                return pool.collectCycles();
              });
      TimeUnit.MILLISECONDS.sleep(100);
      assertThat(collection.isDone()).isFalse();
      mayRead.countDown();
      assertThat(view.get()).isEqualTo(100 * 101 / 2 - 1);
      long first = collection.get();
      assertThat(first + collectUntil(pool, objects)).isEqualTo(100);
    }
  }

  @Test
  void collectionsAreRefusedWhereTheyCannotWork() {
    Pool pool = pools.open();
    withAnchor(pool);
    assertThatThrownBy(() -> pool.update(() -> pool.collectCycles()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("inside a transaction");
    assertThatThrownBy(() -> pool.view(() -> pool.collectCycles()))
        .isInstanceOf(IllegalStateException.class);
    pool.close();
    Pool reading = pools.open(pools.builder("test").mode(OpenMode.READ_ONLY));
    assertThatThrownBy(reading::collectCycles).isInstanceOf(ReadOnlyPoolException.class);
  }

  @Test
  void interruptedCollectionReclaimsNothing() throws Exception {
    Pool pool = pools.open();
    long objects = withAnchor(pool);
    makeRing(pool, 5);
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      Future<?> view =
          threads.submit(
              () -> {
                pool.view(
                    () -> {
                      begun.countDown();
                      mayEnd.await();
                    });
                return null;
              });
      begun.await();
      anchor(pool).next(null); // so that the view is older
      System.gc();
      Thread.currentThread().interrupt();
      assertThat(pool.collectCycles()).isZero();
      assertThat(Thread.interrupted()).isTrue();
      mayEnd.countDown();
      view.get();
    }
    collectUntil(pool, objects);
  }

  /** In the smallest pool there is, full of garbage in cycles. */
  @Test
  void fullPoolCanBeEmptied() throws InterruptedException {
    Pool pool = pools.open(pools.builder("full").maxSize(3 << 20).durability(Durability.ASYNC));
    long objects = withAnchor(pool);
    List<Long> counts = new ArrayList<>();
    for (int round = 0; round < 2; round++) {
      try {
        while (true) {
          pool.update(
              () -> {
                for (int i = 0; i < 50; i++) {
                  Item a = new Item(i);
                  Item b = new Item(-i);
                  a.next(b);
                  b.next(a);
                  a.other(anchor(pool));
                  anchor(pool).next(a);
                }
              });
        }
      } catch (PoolFullException e) {
        anchor(pool).next(null);
        counts.add(collectUntil(pool, objects));
      }
    }
    assertThat(counts).allSatisfy(count -> assertThat(count).isGreaterThan(5_000));
  }
}
