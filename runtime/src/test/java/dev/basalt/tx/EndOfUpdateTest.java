package dev.basalt.tx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.Durability;
import dev.basalt.Pool;
import dev.basalt.error.StaleTransactionException;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import dev.basalt.format.SlotFormat;
import dev.basalt.log.CommitWords;
import dev.basalt.object.Layouts;
import dev.basalt.object.Structures;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What must hold at the end of an update while others are on their way. */
class EndOfUpdateTest {
  @RegisterExtension final Pools pools = new Pools();

  private static Item root(Pool pool) {
    return pool.root("root", Item.class, () -> new Item(1));
  }

  private static TransactionManager transactions(Item handle) {
    return handle.$basalt$space().transactions();
  }

  /** Another commit may reserve a node while one is about to take its own. */
  @Test
  void spareNodeKeepsItsNumberWhileOthersAreAdded() {
    Pool pool = pools.open();
    LimboNodes nodes = new LimboNodes(transactions(root(pool)).allocator());
    nodes.ensure(1);
    long planned = nodes.get(0);
    nodes.ensure(3);
    assertThat(nodes.get(0)).isEqualTo(planned);
    nodes.remove(1);
    assertThat(nodes.size()).isEqualTo(2);
    assertThat(List.of(nodes.get(0), nodes.get(1))).doesNotContain(planned);
  }

  /** Else another object may have the place by the time at which the handle is forgotten. */
  @Test
  void handlesAreForgottenBeforeTheirPlacesAreFree() {
    Pool pool = pools.open();
    Item root = root(pool);
    TransactionManager transactions = transactions(root);
    Update update = transactions.beginUpdate();
    root.number(2);
    long object = update.create(1 << 20, 64);
    AtomicReference<Long> reserved = new AtomicReference<>();
    update.setListener(
        new Update.Listener() {
          @Override
          public void beforeCommit() {}

          @Override
          public void committing() {}

          @Override
          public void committed() {}

          @Override
          public void aborted() {
            reserved.set(transactions.allocator().reserve(64));
          }
        });
    transactions.abort(update);
    assertThat(reserved.get()).isNotEqualTo(object);
    transactions.allocator().cancel(reserved.get(), 64);
    assertThat(root.number()).isEqualTo(1);
  }

  /** An image that is kept for a snapshot must not be taken for that of another object. */
  @Test
  void placeIsNotUsedAgainWhileASnapshotMayLookForItsEarlierState() throws Exception {
    Pool pool = pools.open();
    Item root = root(pool);
    long[] place = new long[1];
    WeakReference<Item> dead = unlinkedAndChangedBesideAView(pool, root, place);
    CountDownLatch begun = new CountDownLatch(1);
    AtomicReference<Item> given = new AtomicReference<>();
    CountDownLatch stored = new CountDownLatch(1);
    CompletableFuture<Long> read = new CompletableFuture<>();
    Thread viewer =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    pool.view(
                        () -> {
                          begun.countDown();
                          stored.await();
                          read.complete(given.get().number());
                        });
                  } catch (Throwable e) {
                    read.completeExceptionally(e);
                  }
                });
    begun.await();
    changeLast(dead);
    awaitCollection(dead);
    pool.reclaim();
    List<Item> fresh = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      Item item = new Item(1000 + i);
      root.other(item);
      fresh.add(item);
    }
    given.set(
        fresh.stream()
            .filter(item -> item.$basalt$offset() == place[0])
            .findAny()
            .orElse(fresh.getLast()));
    stored.countDown();
    assertThatThrownBy(read::join).hasCauseInstanceOf(StaleTransactionException.class);
    viewer.join();
  }

  private WeakReference<Item> unlinkedAndChangedBesideAView(Pool pool, Item root, long[] place) {
    Item item = new Item(7);
    root.next(item);
    place[0] = item.$basalt$offset();
    root.next(null);
    held = item;
    return new WeakReference<>(item);
  }

  private Item held;

  private void changeLast(WeakReference<Item> item) {
    item.get().number(8);
    held = null;
  }

  private static void awaitCollection(WeakReference<?> reference) throws InterruptedException {
    for (int i = 0; reference.get() != null; i++) {
      assertThat(i).as("rounds of collection").isLessThan(200);
      System.gc();
      Thread.sleep(10);
    }
  }

  /** The number of views at different commits is not bounded by the depth of a stack. */
  @Test
  void hotObjectIsKeptForThousandsOfViews() {
    Snapshots snapshots = new Snapshots(new CommitWords(), 1);
    VersionStore store = new VersionStore();
    Snapshots.Registered registered = new Snapshots.Registered();
    List<Snapshots.Snapshot> views = new ArrayList<>();
    int count = 3_000;
    for (int commit = 2; commit < count; commit++) {
      views.add(snapshots.takeView());
      if (commit > count - 500) {
        views.get(commit - (count - 500)).close(); // makes the chain anew
      }
      store.add(16, commit - 1, commit, new long[] {commit - 1}, snapshots.look(registered));
      snapshots.publish(commit);
    }
    for (int commit = count - 1; commit > 500; commit -= 100) {
      assertThat(store.find(16, commit - 1)).containsExactly(commit - 1);
    }
    assertThat(store.bytes()).isLessThanOrEqualTo(8L * views.size());
  }

  /** Whoever has read of a large commit must not begin on the state before it. */
  @Test
  void largeCommitIsSeenAsAWhole() throws Exception {
    Pool pool =
        pools.open(
            pools
                .builder("test")
                .durability(Durability.ASYNC)
                .logSize(16L << 20)
                .maxSize(1L << 28));
    Item root = root(pool);
    Structures structures = root.$basalt$space().structures();
    int length = 200_000;
    long[] slots = new long[1];
    pool.update(
        () -> {
          slots[0] = structures.createSlots(length);
          structures.putSlot(root.$basalt$offset(), valueOffset(), slots[0]);
        });
    AtomicReference<Item> offered = new AtomicReference<>();
    AtomicInteger round = new AtomicInteger();
    CompletableFuture<String> failure = new CompletableFuture<>();
    Thread reader =
        Thread.ofPlatform()
            .start(
                () -> {
                  int seen = 0;
                  while (round.get() >= 0) {
                    Item item = offered.get();
                    if (item == null || item.amount() <= seen) {
                      continue;
                    }
                    seen = item.amount();
                    int now = seen;
                    try {
                      pool.view(
                          () -> {
                            if (root.amount() < now) {
                              failure.complete("saw " + now + ", then " + root.amount());
                            }
                          });
                    } catch (RuntimeException e) {
                      failure.completeExceptionally(e);
                    }
                  }
                });
    for (int i = 1; i <= 25; i++) {
      int now = i;
      Item item = new Item(0);
      offered.set(item);
      pool.update(
          () -> {
            root.next(item);
            item.amount(now);
            root.amount(now);
            for (int n = 0; n < length; n += 20) {
              structures.putSlot(slots[0], Structures.slotOffset(n), small(now));
            }
          });
    }
    round.set(-1);
    reader.join();
    assertThat(failure.getNow(null)).isNull();
  }

  private static int valueOffset() {
    return Layouts.of(Item.class).offsetOf("value");
  }

  /** A slot that holds a small value. */
  private static long small(int value) {
    return ((long) value << 4) | SlotFormat.LONG;
  }

  /** The lone update's body waits for an update that has had as many conflicts. */
  @Test
  void loneUpdateMayWaitForAnotherThatIsToRunAlone() throws Exception {
    Pool pool = pools.open();
    Item left = pool.root("left", Item.class, () -> new Item(0));
    Item right = pool.root("right", Item.class, () -> new Item(0));
    CompletableFuture<Void> otherIsDone = new CompletableFuture<>();
    CompletableFuture<Void> leftIsAlone = new CompletableFuture<>();
    AtomicInteger leftRuns = new AtomicInteger();
    AtomicInteger rightRuns = new AtomicInteger();
    Thread other =
        new Thread(
            () -> {
              pool.update(
                  () -> {
                    right.number();
                    if (rightRuns.incrementAndGet() <= 4) {
                      inOtherThread(() -> right.number(right.number() + 1));
                    }
                    if (rightRuns.get() == 4) {
                      leftIsAlone.join();
                    }
                    right.number(right.number() + 1);
                  });
              otherIsDone.complete(null);
            });
    other.start();
    pool.update(
        () -> {
          left.number();
          if (leftRuns.incrementAndGet() <= 4) {
            inOtherThread(() -> left.number(left.number() + 1));
          } else {
            leftIsAlone.complete(null);
            otherIsDone.orTimeout(60, TimeUnit.SECONDS).join();
          }
          left.number(left.number() + 1);
        });
    other.join();
    assertThat(left.number()).isEqualTo(5);
    assertThat(right.number()).isEqualTo(5);
    assertThat(pool.stats().loneRuns()).isPositive();
  }

  private static void inOtherThread(Runnable body) {
    CompletableFuture.runAsync(body, task -> new Thread(task).start()).join();
  }

  /** A hook must not tell the world of what a power cut can still undo. */
  @Test
  void hookOfAnUpdateThatOnlyReadsRunsWhenItsReadsAreDurable() {
    Pool pool = pools.open();
    Item root = root(pool);
    TransactionManager transactions = transactions(root);
    // Committed and visible, but not made durable by anybody yet.
    transactions.runLocked(update -> update.putWord(root.$basalt$offset(), numberOffset(), 77));
    assertThat(transactions.log().isUnsynced()).isTrue();
    AtomicInteger hooks = new AtomicInteger();
    pool.update(
        () -> {
          assertThat(root.number()).isEqualTo(77);
          pool.onCommit(
              () -> {
                assertThat(transactions.log().isUnsynced()).isFalse();
                hooks.incrementAndGet();
              });
        });
    assertThat(hooks).hasValue(1);
  }

  private static int numberOffset() {
    return Layouts.of(Item.class).offsetOf("number");
  }
}
