package dev.basalt.tx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.Pool;
import dev.basalt.Transaction;
import dev.basalt.error.StaleTransactionException;
import dev.basalt.fixture.ChildJvm;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import dev.basalt.fixture.Threads;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Threads that end inside an update that they have begun. */
@Timeout(60)
class AbandonedTest {
  @RegisterExtension final Pools pools = new Pools();

  private enum Kind {
    PLATFORM(Thread.ofPlatform().factory()),
    VIRTUAL(Thread.ofVirtual().factory());

    final ThreadFactory factory;

    Kind(ThreadFactory factory) {
      this.factory = factory;
    }
  }

  private static Item root(Pool pool) {
    return pool.root("root", Item.class, () -> new Item(1));
  }

  private static TransactionManager transactions(Item handle) {
    return handle.$basalt$space().transactions();
  }

  /** Begins an update in a thread, does something in it, and lets the thread end. */
  private static Transaction abandon(Kind kind, Pool pool, Runnable body) throws Exception {
    AtomicReference<Transaction> begun = new AtomicReference<>();
    Thread thread =
        kind.factory.newThread(
            () -> {
              Transaction tx = pool.begin();
              body.run();
              begun.set(tx);
            });
    thread.start();
    thread.join();
    assertThat(begun.get()).isNotNull();
    return begun.get();
  }

  @ParameterizedTest
  @EnumSource
  void poolClosesThoughAThreadEndedInsideAnUpdate(Kind kind) throws Exception {
    Pool pool = pools.open();
    Item root = root(pool);
    Item plain = new Item(7);
    for (int i = 0; i < 3; i++) {
      Transaction tx =
          abandon(
              kind,
              pool,
              () -> {
                root.number(2);
                root.next(new Item(3));
                if (plain.$basalt$space() == null) {
                  root.other(plain);
                }
              });
      assertThatThrownBy(tx::close).isInstanceOf(StaleTransactionException.class);
    }
    assertThat(plain.$basalt$space()).isNotNull();
    Pool again = pools.reopen(pool);
    assertThat(root(again).number()).isEqualTo(1);
    assertThat(root(again).next()).isNull();
    assertThat(plain.$basalt$space()).as("plain again").isNull();
    root(again).other(plain);
    assertThat(root(again).other().number()).isEqualTo(7);
  }

  /** The child: two threads end inside an update; what it logs is its output. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) throws Exception {
      System.setProperty("org.slf4j.simpleLogger.log." + Abandoned.class.getName(), "warn");
      System.setProperty("org.slf4j.simpleLogger.logFile", "System.out");
      try (Pool pool =
          Pool.builder(Path.of(args[0])).logSize(Pools.LOG_SIZE).maxSize(64L << 20).open()) {
        for (Kind kind : Kind.values()) {
          abandon(kind, pool, () -> pool.putRoot("lost", 1));
        }
      }
    }
  }

  @Test
  void programIsWarnedOfEachThreadThatEndedInsideAnUpdate() throws Exception {
    Path file = pools.file("warned");
    List<String> warnings;
    try (ChildJvm child = ChildJvm.start(Child.class, file)) {
      warnings = child.finish();
    }
    assertThat(warnings)
        .hasSize(2)
        .allSatisfy(
            warning ->
                assertThat(warning)
                    .contains("WARN " + Abandoned.class.getName() + " - " + file + ": ")
                    .containsPattern(
                        "ended inside a transaction that it had begun at commit \\d+; ")
                    .endsWith("the transaction is aborted"))
        .anySatisfy(warning -> assertThat(warning).contains(": Thread["))
        .anySatisfy(warning -> assertThat(warning).contains(": VirtualThread["));
  }

  @ParameterizedTest
  @EnumSource
  void snapshotOfAnEndedThreadIsGivenUpWhileThePoolIsInUse(Kind kind) throws Exception {
    Pool pool = pools.open();
    Item root = root(pool);
    abandon(kind, pool, () -> root.number(2));
    assertThat(transactions(root).oldestSnapshot()).isNotEqualTo(Snapshots.NONE);
    for (int i = 0; transactions(root).oldestSnapshot() != Snapshots.NONE; i++) {
      root.amount(i);
      Thread.sleep(10);
    }
    assertThat(root.number()).isEqualTo(1);
  }

  /** It has claimed the object, and nobody else could ever store it. */
  @ParameterizedTest
  @EnumSource
  void objectThatAnEndedThreadWasAboutToStoreCanBeStored(Kind kind) throws Exception {
    Pool pool = pools.open();
    Item root = root(pool);
    Item plain = new Item(7);
    abandon(kind, pool, () -> root.other(plain));
    pool.update(() -> root.next(plain));
    assertThat(root.next()).isSameAs(plain);
    assertThat(root.other()).isNull();
  }

  @Test
  void whatAnEndedThreadHeldIsReclaimed() throws Exception {
    Pool pool = pools.open();
    Item root = root(pool);
    long[] unlinked = new long[1];
    abandon(Kind.PLATFORM, pool, () -> assertThat(root.next()).isNull());
    Threads.inOther(
        () -> {
          Item made = new Item(5);
          root.next(made);
          unlinked[0] = made.$basalt$offset();
          root.next(null);
        });
    for (int i = 0; pool.stats().limboObjects() > 0; i++) {
      assertThat(i).isLessThan(1000);
      System.gc(); // the handle is still in the cache
      pool.reclaim();
    }
    assertThat(unlinked[0]).isPositive();
  }

  @Test
  void updateOfALivingThreadIsLeftAlone() {
    Pool pool = pools.open();
    Item root = root(pool);
    try (Transaction tx = pool.begin()) {
      root.number(9);
      Threads.inOther(() -> transactions(root).endAbandoned());
      tx.commit();
    }
    assertThat(root.number()).isEqualTo(9);
  }

  /** The chains of their places are taken apart by others than those who made them. */
  @Test
  void thousandsOfThreadsEndInsideUpdates() throws Exception {
    Pool pool = pools.open();
    Item root = root(pool);
    Threads.inParallel(
        Thread.ofVirtual().factory(),
        3 * ThreadTx.PLACES,
        i -> {
          Transaction tx = pool.begin();
          root.number(i);
          if (i % 3 == 0) {
            tx.close();
          }
        });
    pool.close();
    assertThat(ThreadTx.hasAny(transactions(root))).isFalse();
    assertThat(root(pools.reopen(pool)).number()).isEqualTo(1);
  }
}
