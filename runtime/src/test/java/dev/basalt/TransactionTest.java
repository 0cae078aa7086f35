package dev.basalt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.error.CrossPoolReferenceException;
import dev.basalt.error.PoolClosedException;
import dev.basalt.error.ReadOnlyPoolException;
import dev.basalt.error.StaleTransactionException;
import dev.basalt.error.UnsupportedTypeException;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import dev.basalt.fixture.RichItem;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a program may rely on in updates, views and outside both. */
class TransactionTest {
  @RegisterExtension final Pools pools = new Pools();

  private static Item root(Pool pool) {
    return pool.root("root", Item.class, () -> new Item(1));
  }

  private static void inOtherThread(ThrowingRunnable<Exception> body) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                body.run();
                done.complete(null);
              } catch (Throwable e) {
                done.completeExceptionally(e);
              }
            });
    thread.start();
    done.join();
  }

  @Test
  void everyFieldComesBack() {
    Pool first = pools.open();
    first.update(
        () -> {
          RichItem item = new RichItem(Long.MIN_VALUE);
          item.amount(-7);
          item.flag(true);
          item.rank(Short.MIN_VALUE);
          item.name("outer name that is long");
          item.innerName("inner");
          item.value(3.5);
          item.small((byte) -3);
          item.letter('\uFFFF');
          item.ratio(Float.NaN);
          item.exact(-0.0);
          item.next(new Item(2));
          item.other(item.next());
          first.putRoot("rich", item);
        });
    Pool pool = pools.reopen(first);
    RichItem item = pool.root("rich", RichItem.class).orElseThrow();
    assertThat(item.number()).isEqualTo(Long.MIN_VALUE);
    assertThat(item.amount()).isEqualTo(-7);
    assertThat(item.flag()).isTrue();
    assertThat(item.rank()).isEqualTo(Short.MIN_VALUE);
    assertThat(item.name()).isEqualTo("outer name that is long");
    assertThat(item.innerName()).isEqualTo("inner");
    assertThat(item.value()).isEqualTo(3.5);
    assertThat(item.small()).isEqualTo((byte) -3);
    assertThat(item.letter()).isEqualTo('\uFFFF');
    assertThat(item.ratio()).isNaN();
    assertThat(item.exact()).isEqualTo(-0.0);
    assertThat(item.next()).isSameAs(item.other()).isExactlyInstanceOf(Item.class);
    assertThat(item.notStored()).isZero();
  }

  @Test
  void neighbouringFieldIsNotTouched() {
    Pool pool = pools.open();
    RichItem item = new RichItem(0);
    pool.putRoot("rich", item);
    item.small((byte) -1);
    item.letter('\uFFFF');
    item.flag(true);
    item.rank((short) -1);
    item.amount(-1);
    item.small((byte) 0);
    assertThat(item.letter()).isEqualTo('\uFFFF');
    assertThat(item.flag()).isTrue();
    assertThat(item.rank()).isEqualTo((short) -1);
    item.rank((short) 0);
    assertThat(item.amount()).isEqualTo(-1);
    assertThat(item.flag()).isTrue();
    item.flag(false);
    assertThat(item.rank()).isZero();
    assertThat(item.amount()).isEqualTo(-1);
  }

  @Test
  void exceptionAbortsAndReachesTheCallerUnchanged() {
    Pool pool = pools.open();
    Item root = root(pool);
    root.name("before");
    Item plain = new Item(7);
    plain.name("plain name that needs an object");
    Item further = new Item(8);
    plain.next(further);
    pool.reclaim();
    PoolStats before = pool.stats();
    IOException thrown = new IOException("on purpose");
    assertThatThrownBy(
            () ->
                pool.update(
                    () -> {
                      root.name("after, with a name that needs an object");
                      root.next(plain);
                      assertThat(Pool.isPersistent(plain)).isTrue();
                      assertThat(Pool.isPersistent(further)).isTrue();
                      plain.number(99);
                      plain.name("changed");
                      plain.next(null);
                      throw thrown;
                    }))
        .isSameAs(thrown);
    assertThat(root.name()).isEqualTo("before");
    assertThat(root.next()).isNull();
    assertThat(Pool.isPersistent(plain)).isFalse();
    assertThat(Pool.isPersistent(further)).isFalse();
    assertThat(Pool.poolOf(plain)).isEmpty();
    assertThat(plain.number()).isEqualTo(7);
    assertThat(plain.name()).isEqualTo("plain name that needs an object");
    assertThat(plain.next()).isSameAs(further);
    PoolStats after = pool.stats();
    assertThat(after.objects()).isEqualTo(before.objects());
    assertThat(after.objectBytes()).isEqualTo(before.objectBytes());
    assertThat(after.limboObjects()).isEqualTo(before.limboObjects());
    assertThat(after.commits()).isEqualTo(before.commits());
    assertThat(after.aborts()).isEqualTo(before.aborts() + 1);

    pool.update(() -> root.next(plain));
    assertThat(root.next()).isSameAs(plain);
    assertThat(plain.next()).isSameAs(further);
  }

  @Test
  void errorAborts() {
    Pool pool = pools.open();
    Item root = root(pool);
    assertThatThrownBy(
            () ->
                pool.update(
                    () -> {
                      root.amount(5);
                      throw new StackOverflowError();
                    }))
        .isInstanceOf(StackOverflowError.class);
    assertThat(root.amount()).isZero();
  }

  @Test
  void abortGivesReservedSpaceBackAtOnce() {
    Pool pool = pools.open();
    Item root = root(pool);
    long bytes = 0;
    for (int i = 0; i < 50; i++) {
      assertThatThrownBy(
              () ->
                  pool.update(
                      () -> {
                        for (int n = 0; n < 2000; n++) {
                          Item item = new Item(n);
                          item.name("a name that needs an object of its own " + n);
                          item.next(root.next());
                          root.next(item);
                        }
                        root.value("x".repeat(200_000));
                        throw new IOException();
                      }))
          .isInstanceOf(IOException.class);
      if (i == 0) {
        bytes = pool.stats().poolBytes();
      }
    }
    assertThat(pool.stats().poolBytes()).isEqualTo(bytes);
  }

  @Test
  void nestedUpdateJoins() {
    Pool pool = pools.open();
    Item root = root(pool);
    assertThatThrownBy(
            () ->
                pool.update(
                    () -> {
                      pool.update(() -> root.amount(5));
                      pool.view(() -> assertThat(root.amount()).isEqualTo(5));
                      throw new IOException();
                    }))
        .isInstanceOf(IOException.class);
    assertThat(root.amount()).isZero();
    pool.update(
        () -> {
          pool.update(() -> root.amount(6));
          root.rank((short) root.amount());
        });
    assertThat(root.rank()).isEqualTo((short) 6);
  }

  @Test
  void nestedUpdateWhoseExceptionIsCaughtDoesNotCommitHalfOfItself() {
    Pool pool = pools.open();
    Item root = root(pool);
    try {
      pool.update(
          () -> {
            root.rank((short) 1);
            try {
              pool.update(
                  () -> {
                    root.amount(5);
                    throw new IOException();
                  });
            } catch (IOException e) {
              root.flag(true);
            }
          });
    } catch (RuntimeException e) {
      assertThat(root.rank()).isZero();
    }
    assertThat(root.amount()).as("of the failed inner update").isZero();
  }

  @Test
  void beginCommitsOnlyOnCommit() {
    Pool pool = pools.open();
    Item root = root(pool);
    try (Transaction _ = pool.begin()) {
      root.amount(1);
    }
    assertThat(root.amount()).isZero();
    try (Transaction tx = pool.begin()) {
      root.amount(2);
      tx.commit();
    }
    assertThat(root.amount()).isEqualTo(2);
  }

  @Test
  void innerTransactionThatEndsWithoutCommitDoomsTheOuter() {
    Pool pool = pools.open();
    Item root = root(pool);
    Transaction outer = pool.begin();
    try (Transaction _ = pool.begin()) {
      root.amount(1);
    }
    assertThatThrownBy(outer::commit).isInstanceOf(IllegalStateException.class);
    outer.close();
    assertThat(root.amount()).isZero();
    pool.update(() -> root.amount(3));
    assertThat(root.amount()).isEqualTo(3);
  }

  @Test
  void transactionIsRefusedAfterItsEndAndInOtherThreads() {
    Pool pool = pools.open();
    Item root = root(pool);
    Transaction tx = pool.begin();
    root.amount(1);
    inOtherThread(
        () -> {
          assertThatThrownBy(tx::commit).isInstanceOf(StaleTransactionException.class);
          assertThatThrownBy(tx::close).isInstanceOf(StaleTransactionException.class);
        });
    tx.commit();
    assertThatThrownBy(tx::commit).isInstanceOf(StaleTransactionException.class);
    tx.close();
    assertThat(root.amount()).isEqualTo(1);
  }

  @Test
  void joinedTransactionIsRefusedInOtherThreads() {
    Pool pool = pools.open();
    Item root = root(pool);
    try (Transaction outer = pool.begin()) {
      Transaction inner = pool.begin();
      root.amount(4);
      inOtherThread(
          () -> {
            assertThatThrownBy(inner::commit).isInstanceOf(StaleTransactionException.class);
            assertThatThrownBy(inner::close).isInstanceOf(StaleTransactionException.class);
          });
      inner.commit();
      outer.commit();
    }
    assertThat(root.amount()).isEqualTo(4);
  }

  @Test
  void updateInAViewIsRefused() {
    Pool pool = pools.open();
    Item root = root(pool);
    pool.view(
        () -> {
          assertThatThrownBy(() -> pool.update(() -> root.amount(1)))
              .isInstanceOf(ReadOnlyPoolException.class);
          assertThatThrownBy(() -> root.amount(1)).isInstanceOf(ReadOnlyPoolException.class);
          assertThatThrownBy(() -> root.name("x")).isInstanceOf(ReadOnlyPoolException.class);
          assertThatThrownBy(pool::begin).isInstanceOf(ReadOnlyPoolException.class);
          assertThatThrownBy(() -> pool.putRoot("a", root))
              .isInstanceOf(ReadOnlyPoolException.class);
          assertThatThrownBy(() -> pool.removeRoot("root"))
              .isInstanceOf(ReadOnlyPoolException.class);
        });
    root.amount(2);
    assertThat(root.amount()).isEqualTo(2);
  }

  @Test
  void closingInsideATransactionIsRefused() {
    Pool pool = pools.open();
    pool.update(() -> assertThatThrownBy(pool::close).isInstanceOf(IllegalStateException.class));
    pool.view(() -> assertThatThrownBy(pool::close).isInstanceOf(IllegalStateException.class));
    assertThat(pool.isOpen()).isTrue();
  }

  @Test
  void writeOutsideATransactionIsAnUpdateOfItsOwn() {
    Pool pool = pools.open();
    Item root = root(pool);
    long commits = pool.stats().commits();
    root.amount(1);
    root.next(new Item(5));
    assertThat(pool.stats().commits()).isEqualTo(commits + 2);
  }

  @Test
  void hooksRunOnceAfterTheCommitOnly() {
    Pool pool = pools.open();
    Item root = root(pool);
    AtomicInteger ran = new AtomicInteger();
    pool.update(
        () -> {
          root.amount(9);
          pool.onCommit(
              () -> {
                assertThat(root.amount()).isEqualTo(9);
                pool.update(() -> root.amount(10));
                ran.incrementAndGet();
              });
          assertThat(ran).hasValue(0);
        });
    assertThat(ran).hasValue(1);
    assertThat(root.amount()).isEqualTo(10);
    assertThatThrownBy(
            () ->
                pool.update(
                    () -> {
                      pool.onCommit(ran::incrementAndGet);
                      throw new IOException();
                    }))
        .isInstanceOf(IOException.class);
    assertThat(ran).hasValue(1);
    assertThatThrownBy(() -> pool.onCommit(ran::incrementAndGet))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void everyHookRunsWhateverAnotherOneThrows() {
    Pool pool = pools.open();
    Item root = root(pool);
    AtomicInteger ran = new AtomicInteger();
    IllegalStateException first = new IllegalStateException("first");
    AssertionError second = new AssertionError("second");
    assertThatThrownBy(
            () ->
                pool.update(
                    () -> {
                      root.amount(9);
                      pool.onCommit(ran::incrementAndGet);
                      pool.onCommit(
                          () -> {
                            throw first;
                          });
                      pool.onCommit(ran::incrementAndGet);
                      pool.onCommit(
                          () -> {
                            throw second;
                          });
                      pool.onCommit(
                          () -> {
                            throw first;
                          });
                      pool.onCommit(ran::incrementAndGet);
                    }))
        .isSameAs(first)
        .hasSuppressedException(second);
    assertThat(first.getSuppressed()).hasSize(1);
    assertThat(ran).hasValue(3);
    assertThat(root.amount()).as("the update has happened").isEqualTo(9);
    pool.update(() -> root.amount(10));
    assertThat(root.amount()).isEqualTo(10);
  }

  @Test
  void referenceIntoAnotherPoolIsRefused() {
    Pool one = pools.open("one");
    Pool two = pools.open("two");
    Item inOne = one.root("root", Item.class, () -> new Item(1));
    Item inTwo = two.root("root", Item.class, () -> new Item(2));
    assertThatThrownBy(() -> inOne.next(inTwo))
        .isInstanceOf(CrossPoolReferenceException.class)
        .hasMessageContaining("one.pool")
        .hasMessageContaining("two.pool");
    assertThatThrownBy(() -> one.putRoot("two", inTwo))
        .isInstanceOf(CrossPoolReferenceException.class);
    Item plain = new Item(3);
    plain.next(inTwo);
    assertThatThrownBy(() -> inOne.next(plain)).isInstanceOf(CrossPoolReferenceException.class);
    assertThat(Pool.isPersistent(plain)).isFalse();
    assertThat(plain.next()).isSameAs(inTwo);
    assertThat(inOne.next()).isNull();
    assertThat(one.rootNames()).containsExactly("root");
  }

  @Test
  void unsupportedTypeIsRefusedAndNothingHappens() {
    Pool pool = pools.open();
    Item root = root(pool);
    assertThatThrownBy(() -> root.value(new StringBuilder()))
        .isInstanceOf(UnsupportedTypeException.class)
        .hasMessageContaining("java.lang.StringBuilder");
    Item plain = new Item(3);
    Item inner = new Item(4);
    plain.next(inner);
    inner.value(new Object());
    assertThatThrownBy(() -> root.next(plain)).isInstanceOf(UnsupportedTypeException.class);
    assertThat(Pool.isPersistent(plain)).isFalse();
    assertThat(Pool.isPersistent(inner)).isFalse();
    assertThat(root.next()).isNull();
    assertThatThrownBy(() -> pool.putRoot("list", new ArrayList<>()))
        .isInstanceOf(UnsupportedTypeException.class);
  }

  @Test
  void updateThatFailedHalfWayThroughAPromotionCannotCommit() {
    Pool pool = pools.open();
    Item root = root(pool);
    Item plain = new Item(3);
    plain.value(new Object());
    assertThatThrownBy(
            () ->
                pool.update(
                    () -> {
                      root.amount(5);
                      try {
                        root.next(plain);
                      } catch (UnsupportedTypeException e) {
                        root.rank((short) 1);
                      }
                    }))
        .isInstanceOf(UnsupportedTypeException.class);
    assertThat(root.amount()).isZero();
    assertThat(root.next()).isNull();
    assertThat(Pool.isPersistent(plain)).isFalse();
  }

  @Test
  void viewSeesItsSnapshotWhileEverythingChanges() throws Exception {
    Pool pool = pools.open();
    Item root = root(pool);
    List<Item> items = new ArrayList<>();
    pool.update(
        () -> {
          for (int i = 0; i < 20; i++) {
            Item item = new Item(0);
            item.name("name that needs an object 0");
            item.value(0L);
            item.next(root.next());
            root.next(item);
            items.add(item);
          }
        });
    for (int round = 1; round <= 20; round++) {
      int now = round;
      pool.view(
          () -> {
            List<String> before = describe(root);
            inOtherThread(
                () -> {
                  for (int n = 0; n < 3; n++) {
                    pool.update(
                        () -> {
                          for (Item item : items) {
                            item.number(now);
                            item.name("name that needs an object " + now);
                            item.value((long) now << 60 | now);
                          }
                          root.next(root.next().next());
                          Item fresh = new Item(now);
                          fresh.next(root.next());
                          root.next(fresh);
                        });
                    pool.reclaim();
                    pool.checkpoint();
                  }
                });
            assertThat(describe(root)).isEqualTo(before);
            assertThat(pool.stats().versionStoreBytes()).isPositive();
          });
    }
    pool.update(() -> root.amount(1));
    pool.update(() -> root.amount(2));
    assertThat(pool.stats().versionStoreBytes()).isZero();
  }

  private static List<String> describe(Item root) {
    List<String> text = new ArrayList<>();
    for (Item item = root.next(); item != null; item = item.next()) {
      text.add(item.number() + " " + item.name() + " " + item.value());
    }
    return text;
  }

  @Test
  void viewsNeverSeeHalfAnUpdate() throws Exception {
    Pool pool = pools.open(pools.builder("test").durability(Durability.ASYNC));
    Item left = pool.root("left", Item.class, () -> new Item(0));
    Item right = pool.root("right", Item.class, () -> new Item(0));
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread[] readers = new Thread[3];
    AtomicInteger rounds = new AtomicInteger();
    for (int t = 0; t < readers.length; t++) {
      readers[t] =
          new Thread(
              () -> {
                try {
                  while (rounds.get() < 3000) {
                    pool.view(
                        () -> {
                          long a = left.number();
                          String name = right.name();
                          Item next = left.next();
                          long b = right.number();
                          assertThat(b).isEqualTo(a);
                          if (a > 0) {
                            assertThat(name).isEqualTo("name number " + a);
                            assertThat(next.number()).isEqualTo(a);
                          }
                          assertThat(left.number()).isEqualTo(a);
                        });
                    Item next = left.next();
                    if (next != null) {
                      assertThat(next.number()).isPositive();
                    }
                  }
                } catch (Throwable e) {
                  failure.compareAndSet(null, e);
                }
              });
      readers[t].start();
    }
    for (int i = 1; i <= 3000 && failure.get() == null; i++) {
      int now = i;
      pool.update(
          () -> {
            left.number(now);
            left.next(new Item(now));
            right.name("name number " + now);
            right.number(now);
          });
      if (i % 100 == 0) {
        pool.reclaim();
      }
      rounds.set(i);
    }
    rounds.set(3000);
    for (Thread reader : readers) {
      reader.join();
    }
    assertThat(failure.get()).isNull();
  }

  @Test
  void objectStoredAfterAViewBeganIsRefusedInIt() {
    Pool pool = pools.open();
    Item root = root(pool);
    Item plain = new Item(5);
    pool.view(
        () -> {
          inOtherThread(() -> root.next(plain));
          assertThat(root.next()).isNull();
          assertThatThrownBy(plain::number).isInstanceOf(StaleTransactionException.class);
        });
    assertThat(root.next()).isSameAs(plain);
  }

  @Test
  void plainObjectIsReadableWhileAnUpdateOfAnotherThreadStoresIt() {
    Pool pool = pools.open();
    Item root = root(pool);
    Item plain = new Item(5);
    plain.amount(6);
    plain.flag(true);
    plain.rank((short) 7);
    plain.name("a name that needs an object of its own");
    Item next = new Item(8);
    plain.next(next);
    pool.update(
        () -> {
          root.next(plain);
          plain.number(99);
          plain.name("changed");
          inOtherThread(
              () -> {
                assertThat(root.next()).isNull();
                assertThat(plain.number()).isEqualTo(5);
                assertThat(plain.amount()).isEqualTo(6);
                assertThat(plain.flag()).isTrue();
                assertThat(plain.rank()).isEqualTo((short) 7);
                assertThat(plain.name()).isEqualTo("a name that needs an object of its own");
                assertThat(plain.next()).isSameAs(next);
                pool.view(
                    () -> {
                      assertThat(plain.number()).isEqualTo(5);
                      assertThat(plain.next().number()).isEqualTo(8);
                    });
              });
        });
    assertThat(plain.number()).isEqualTo(99);
  }

  /** The reader may have found the object plain just before a commit cleared its plain fields. */
  @Test
  void plainObjectIsReadableWhileUpdatesStoreIt() throws Exception {
    readWhileStored(false);
  }

  /** The reader may have taken the place from the object just before it became plain again. */
  @Test
  void plainObjectIsReadableWhileUpdatesThatAbortStoreIt() throws Exception {
    readWhileStored(true);
  }

  /** A read of a plain object never fails and never sees anything but one of its states. */
  private void readWhileStored(boolean aborts) throws Exception {
    Pool pool = pools.open(pools.builder("test").durability(Durability.ASYNC));
    Item root = root(pool);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    AtomicReference<Item> shared = new AtomicReference<>(plain(0));
    AtomicInteger rounds = new AtomicInteger();
    Thread reader =
        new Thread(
            () -> {
              try {
                while (rounds.get() < 20_000) {
                  Item item = shared.get();
                  assertThat(item.number()).isEqualTo(5);
                  assertThat(item.name()).isEqualTo("a name that needs an object of its own");
                }
              } catch (Throwable e) {
                failure.compareAndSet(null, e);
              }
            });
    reader.start();
    for (int i = 0; i < 20_000 && failure.get() == null; i++) {
      Item item = shared.get();
      boolean abort = aborts && i % 2 == 0;
      try {
        pool.update(
            () -> {
              root.next(item);
              if (abort) {
                throw new IOException();
              }
            });
        shared.set(plain(i));
      } catch (IOException e) {
        assertThat(Pool.isPersistent(item)).isFalse();
      }
      rounds.set(i);
    }
    rounds.set(20_000);
    reader.join();
    assertThat(failure.get()).isNull();
  }

  private static Item plain(int i) {
    Item plain = new Item(5);
    plain.amount(i);
    plain.name("a name that needs an object of its own");
    return plain;
  }

  @Test
  void handlesOfAClosedPoolSaySo() {
    Pool pool = pools.open();
    Item root = root(pool);
    root.name("a name that needs an object of its own");
    pool.close();
    pool.close();
    assertThat(pool.isOpen()).isFalse();
    assertThatThrownBy(root::number).isInstanceOf(PoolClosedException.class);
    assertThatThrownBy(root::name).isInstanceOf(PoolClosedException.class);
    assertThatThrownBy(root::flag).isInstanceOf(PoolClosedException.class);
    assertThatThrownBy(() -> root.number(1)).isInstanceOf(PoolClosedException.class);
    assertThatThrownBy(() -> root.name("x")).isInstanceOf(PoolClosedException.class);
    assertThatThrownBy(() -> pool.update(() -> {})).isInstanceOf(PoolClosedException.class);
    assertThatThrownBy(() -> pool.view(() -> {})).isInstanceOf(PoolClosedException.class);
    assertThatThrownBy(pool::begin).isInstanceOf(PoolClosedException.class);
    assertThatThrownBy(pool::rootNames).isInstanceOf(PoolClosedException.class);
    assertThatThrownBy(pool::stats).isInstanceOf(PoolClosedException.class);
    assertThatThrownBy(pool::sync).isInstanceOf(PoolClosedException.class);
    assertThatThrownBy(pool::checkpoint).isInstanceOf(PoolClosedException.class);
    assertThatThrownBy(pool::reclaim).isInstanceOf(PoolClosedException.class);
    assertThatThrownBy(() -> pool.putRoot("a", new Item(1)))
        .isInstanceOf(PoolClosedException.class);
    assertThatThrownBy(() -> pool.root("root", Item.class)).isInstanceOf(PoolClosedException.class);
  }

  @Test
  void closingWhileOthersWorkEndsThemWithATypedError() throws Exception {
    for (int round = 0; round < 20; round++) {
      Pool pool = pools.open(pools.builder("round" + round));
      Item root = root(pool);
      List<Throwable> ends = new ArrayList<>();
      List<Thread> threads = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        int kind = t;
        Thread thread =
            new Thread(
                () -> {
                  try {
                    while (true) {
                      switch (kind) {
                        case 0 -> root.name("name " + root.number() + " that needs an object");
                        case 1 -> pool.view(() -> assertThat(root.number()).isEqualTo(1));
                        case 2 -> assertThat(root.number()).isEqualTo(1);
                        default -> assertThat(String.valueOf(root.name())).isNotEmpty();
                      }
                    }
                  } catch (Throwable e) {
                    synchronized (ends) {
                      ends.add(e);
                    }
                  }
                });
        thread.start();
        threads.add(thread);
      }
      Thread.sleep(5);
      pool.close();
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(ends).hasSize(4).allMatch(e -> e instanceof PoolClosedException);
    }
  }

  @Test
  void interruptsDoNotHurt() {
    Pool pool = pools.open();
    Item root = root(pool);
    for (int i = 1; i <= 20; i++) {
      Thread.currentThread().interrupt();
      root.amount(i);
      pool.checkpoint();
      pool.sync();
      assertThat(root.amount()).isEqualTo(i);
      assertThat(Thread.interrupted()).isTrue();
    }
    Thread.currentThread().interrupt();
    pool.close();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(root(pools.open()).amount()).isEqualTo(20);
  }

  @Test
  void updatesOfManyThreadsAreSerial() throws Exception {
    Pool pool = pools.open();
    Item root = root(pool);
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 8; t++) {
      Thread thread =
          Thread.ofVirtual()
              .start(
                  () -> {
                    for (int i = 0; i < 200; i++) {
                      pool.update(() -> root.amount(root.amount() + 1));
                    }
                  });
      threads.add(thread);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(root.amount()).isEqualTo(1600);
  }
}
