package dev.basalt.tx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.Pool;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import java.lang.ref.WeakReference;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a view can reach is kept, whichever way its last reference went. */
@Timeout(300)
class RelinkedTest {
  @RegisterExtension final Pools pools = new Pools();

  private Item held;

  private interface Step {
    void run(Item root);
  }

  /** Unlinked, linked, seen by a view, unlinked: it has been in limbo since the first unlinking. */
  @Test
  void objectThatWasUnlinkedAgainIsKeptForTheViewInBetween() throws Exception {
    viewReaches(
        root -> {
          held = new Item(7);
          root.next(held);
          root.next(null);
          root.next(held);
        },
        root -> root.next(null));
  }

  /** The view's reference goes first; the last one goes with an object that no view can reach. */
  @Test
  void objectIsKeptThoughItsLastReferenceWasInGarbage() throws Exception {
    viewReaches(
        root -> {
          held = new Item(7);
          Item garbage = new Item(8);
          root.other(garbage);
          garbage.next(held);
          root.next(held);
          root.other(null);
        },
        root -> root.next(null));
  }

  /** The count does not change in the update that takes the view's reference. */
  @Test
  void objectIsKeptThoughItsReferenceWasMovedIntoGarbage() throws Exception {
    viewReaches(
        root -> {
          held = new Item(7);
          root.next(held);
          root.other(new Item(8));
        },
        root ->
            poolOf(root)
                .update(
                    () -> {
                      Item garbage = new Item(9);
                      garbage.next(root.next());
                      root.next(null);
                    }));
  }

  private static Pool poolOf(Item root) {
    return Pool.poolOf(root).orElseThrow();
  }

  /**
   * Begins a view between two steps; after the second nothing but the view leads to the object.
   *
   * @param before leaves an item of number 7 as the root's next, and as {@link #held}
   * @param after takes the root's reference away
   */
  private void viewReaches(Step before, Step after) throws Exception {
    Pool pool = pools.open();
    Item root = pool.root("root", Item.class, () -> new Item(1));
    before.run(root);
    long place = held.$basalt$offset();
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch reclaimed = new CountDownLatch(1);
    CompletableFuture<Long> read = new CompletableFuture<>();
    Thread viewer =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    pool.view(
                        () -> {
                          long seen = root.number();
                          begun.countDown();
                          reclaimed.await();
                          read.complete(seen == 1 ? root.next().number() : -1);
                        });
                  } catch (Throwable e) {
                    read.completeExceptionally(e);
                  }
                });
    begun.await();
    try {
      takeAway(pool, root, place, after);
    } finally {
      reclaimed.countDown();
    }
    assertThat(read.join()).isEqualTo(7);
    viewer.join();
    for (int i = 0; pool.stats().limboObjects() > 0; i++) {
      assertThat(i).as("rounds of collection").isLessThan(200);
      System.gc();
      pool.reclaim();
      Thread.sleep(10);
    }
  }

  private void takeAway(Pool pool, Item root, long place, Step after) throws Exception {
    after.run(root);
    WeakReference<Item> dead = new WeakReference<>(held);
    held = null;
    for (int i = 0; dead.get() != null; i++) {
      assertThat(i).as("rounds of collection").isLessThan(200);
      System.gc();
      Thread.sleep(10);
    }
    pool.reclaim();
    overwrite(root, place);
  }

  /** Sees to it that a block has another content, if it is free. */
  private static void overwrite(Item root, long place) {
    for (int i = 0; i < 2000; i++) {
      Item item = new Item(1000 + i);
      root.value(item);
      assertThat(item.$basalt$offset()).as("the place that the view can reach").isNotEqualTo(place);
    }
  }
}
