package dev.basalt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import dev.basalt.fixture.Threads;
import dev.basalt.object.Layouts;
import dev.basalt.object.Structures;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Limbo is emptied by the pool itself, exactly as far as handles and snapshots allow. */
@Timeout(300)
class ReclaimingTest {
  private static final int MANY = Boolean.getBoolean("basalt.stress") ? 10_000_000 : 200_000;

  /** The upper part of a deep tree, and what each of its leaves gets. */
  private static final int TOP_DEPTH = Boolean.getBoolean("basalt.stress") ? 10 : 3;

  private static final int DEPTH = 13;

  @RegisterExtension final Pools pools = new Pools();

  private PoolBuilder large(String name) {
    return pools
        .builder(name)
        .durability(Durability.ASYNC)
        .logSize(8L << 20)
        .maxSize(8L << 30)
        .memoryMax(1L << 30);
  }

  private static Item root(Pool pool) {
    return pool.root("root", Item.class, () -> new Item(0));
  }

  private static void await(String what, BooleanSupplier done) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
    while (!done.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      System.gc();
      try {
        TimeUnit.MILLISECONDS.sleep(20);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  private static void awaitEmptyLimbo(Pool pool) {
    await("limbo is empty", () -> pool.stats().limboObjects() == 0);
  }

  /** A list of so many items, made in updates of a few thousand. */
  private static void prepend(Pool pool, Item root, int count) {
    int batch = 5_000;
    for (int done = 0; done < count; done += batch) {
      pool.update(
          () -> {
            Item first = root.next();
            for (int i = 0; i < batch; i++) {
              Item item = new Item(i);
              item.next(first);
              first = item;
            }
            root.next(first);
          });
    }
  }

  @Test
  void longListIsFreedUnasked() {
    Pool pool = pools.open(large("list"));
    Item root = root(pool);
    long before = pool.stats().objects();
    prepend(pool, root, MANY);
    assertThat(pool.stats().objects()).isEqualTo(before + MANY);
    root.next(null);
    awaitEmptyLimbo(pool);
    assertThat(pool.stats().objects()).isEqualTo(before);
    assertThat(pool.check().findings()).isEmpty();
  }

  @Test
  void wideArrayIsFreedInSteps() {
    Pool pool = pools.open(large("array"));
    Item root = root(pool);
    Structures structures = root.$basalt$space().structures();
    Item shared = new Item(-1);
    root.other(shared);
    int step = 10_000;
    pool.update(() -> root.value(new Object[MANY]));
    long objects = pool.stats().objects();
    fill(pool, root, structures, step, shared);
    assertThat(pool.stats().objects()).isGreaterThan(objects + MANY / 2 - 1);
    root.value(null);
    awaitEmptyLimbo(pool);
    assertThat(pool.stats().objects()).isEqualTo(objects - 1);
    assertThat(shared.number()).isEqualTo(-1);
    assertThat(pool.check().findings()).isEmpty();
  }

  /** Every other element is an item of its own, the others are one and the same. */
  private static void fill(Pool pool, Item root, Structures structures, int step, Item shared) {
    for (int done = 0; done < MANY; done += step) {
      int from = done;
      pool.update(
          () -> {
            long slots =
                structures.slot(root.$basalt$offset(), Layouts.of(Item.class).offsetOf("value"));
            for (int i = from; i < from + step; i++) {
              structures.putReference(
                  slots, Structures.slotOffset(i), i % 2 == 0 ? new Item(i) : shared);
            }
          });
    }
  }

  @Test
  void deepTreeIsFreedUnasked() {
    Pool pool = pools.open(large("tree"));
    Item root = root(pool);
    long before = pool.stats().objects();
    pool.update(() -> root.next(tree(TOP_DEPTH)));
    long objects = before + (1 << TOP_DEPTH) - 1;
    List<Item> leaves = new ArrayList<>();
    collectLeaves(root.next(), leaves);
    for (Item leaf : leaves) {
      pool.update(
          () -> {
            leaf.next(tree(DEPTH));
            leaf.other(tree(DEPTH));
          });
      objects += 2L * ((1 << DEPTH) - 1);
    }
    assertThat(pool.stats().objects()).isEqualTo(objects);
    leaves.clear();
    root.next(null);
    awaitEmptyLimbo(pool);
    assertThat(pool.stats().objects()).isEqualTo(before);
  }

  private static void collectLeaves(Item item, List<Item> leaves) {
    if (item.next() == null) {
      leaves.add(item);
    } else {
      collectLeaves(item.next(), leaves);
      collectLeaves(item.other(), leaves);
    }
  }

  private static Item tree(int depth) {
    Item item = new Item(depth);
    if (depth > 1) {
      item.next(tree(depth - 1));
      item.other(tree(depth - 1));
    }
    return item;
  }

  @Test
  void whatAHandleReachesStaysUntilTheHandleHasGone() {
    Pool pool = pools.open();
    Item root = root(pool);
    long before = pool.stats().objects();
    List<Item> handles = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      Item item = new Item(i);
      item.next(new Item(-i));
      root.next(item);
      handles.add(item);
    }
    root.next(null);
    pool.reclaim();
    root.amount(1);
    assertThat(pool.stats().limboObjects()).isEqualTo(1_000);
    for (int i = 0; i < 1_000; i++) {
      assertThat(handles.get(i).number()).isEqualTo(i);
      assertThat(handles.get(i).next().number()).isEqualTo(-i);
    }
    handles.subList(0, 500).clear();
    await("half of them", () -> pool.stats().limboObjects() == 500);
    assertThat(pool.stats().objects()).isLessThanOrEqualTo(before + 1_000 + 20);
    for (Item handle : handles) {
      assertThat(handle.next().number()).isEqualTo(-handle.number());
    }
    handles.clear();
    awaitEmptyLimbo(pool);
    assertThat(pool.stats().objects()).isEqualTo(before);
  }

  @Test
  void whatIsStoredAgainIsNotInLimbo() {
    Pool pool = pools.open();
    Item root = root(pool);
    Item item = new Item(7);
    root.next(item);
    root.next(null);
    pool.reclaim();
    assertThat(pool.stats().limboObjects()).isEqualTo(1);
    root.other(item);
    await("no longer in limbo", () -> pool.stats().limboObjects() == 0);
    assertThat(item.number()).isEqualTo(7);
    root.other(null);
    pool.reclaim();
    assertThat(pool.stats().limboObjects()).isEqualTo(1);
    assertThat(item.number()).isEqualTo(7);
  }

  /** A handle that is made again is another one; the object has been held all the time. */
  @Test
  void handleMadeAgainHoldsItsObject() {
    Pool pool = pools.open();
    Item root = root(pool);
    Item holder = new Item(1);
    root.next(holder);
    holder.next(new Item(2));
    root.next(null);
    pool.reclaim();
    for (int i = 0; i < 20; i++) {
      Item again = holder.next();
      WeakReference<Item> dead = new WeakReference<>(again);
      again = null;
      await("collected", () -> dead.get() == null);
      assertThat(holder.next().number()).isEqualTo(2);
    }
    assertThat(pool.stats().limboObjects()).isEqualTo(1);
  }

  @Test
  void viewDelaysWhatItCanReachAndNothingElse() throws Exception {
    Pool pool = pools.open(pools.builder("test").reclaimInBackground(false));
    Item root = root(pool);
    prepend(pool, root, 5_000);
    Item early = new Item(1);
    root.other(early);
    long all = pool.stats().objects();
    pool.reclaim();
    root.other(null);
    early = null;
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    List<Long> seen = new ArrayList<>();
    CompletableFuture<Void> viewer =
        Threads.start(
            () ->
                pool.view(
                    () -> {
                      begun.countDown();
                      end.await();
                      for (Item i = root.next(); i != null; i = i.next()) {
                        seen.add(i.number());
                      }
                    }));
    begun.await();
    try {
      root.next(null);
      // What was unlinked before the view began, though what comes after it is delayed.
      await(
          "the early one",
          () -> {
            pool.reclaim();
            return pool.stats().limboObjects() == 1;
          });
      assertThat(pool.stats().objects()).isLessThanOrEqualTo(all); // a node, and one item less
    } finally {
      end.countDown();
    }
    viewer.join();
    assertThat(seen).hasSize(5_000);
    seen.clear();
    await(
        "all",
        () -> {
          pool.reclaim();
          return pool.stats().limboObjects() == 0;
        });
    assertThat(pool.stats().objects()).isEqualTo(all - 5_001);
  }

  /** What an earlier session has left to its handles has none in this one. */
  @Test
  void limboOfAnEarlierSessionIsEmptied() {
    Pool pool = pools.open(pools.builder("test").reclaimInBackground(false));
    Item root = root(pool);
    long before = pool.stats().objects();
    List<Item> handles = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      Item item = new Item(i);
      item.next(new Item(i));
      root.next(item);
      handles.add(item);
    }
    pool.reclaim();
    assertThat(pool.stats().limboObjects()).isEqualTo(4_999);
    root.next(null);
    assertThat(handles).hasSize(5_000);
    pool.close();
    Pool again = pools.open();
    awaitEmptyLimbo(again);
    assertThat(again.stats().objects()).isEqualTo(before);
  }

  @Test
  void queueAtFullSpeedNeedsNoMoreThanItHolds() {
    Pool pool = pools.open(pools.builder("test").durability(Durability.ASYNC).logSize(4L << 20));
    Item root = root(pool);
    Item[] last = {root};
    int rounds = Boolean.getBoolean("basalt.stress") ? 20_000_000 : 100_000;
    for (int i = 0; i < rounds; i++) {
      int now = i;
      pool.update(
          () -> {
            Item item = new Item(now);
            last[0].next(item);
            last[0] = item;
            if (now >= 100) {
              root.next(root.next().next());
            }
          });
    }
    last[0] = null;
    assertThat(pool.stats().poolBytes()).isLessThanOrEqualTo(64L << 20);
    awaitEmptyLimbo(pool);
    assertThat(pool.check().findings()).isEmpty();
  }
}
