package dev.basalt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.error.ConflictException;
import dev.basalt.error.StaleTransactionException;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import dev.basalt.fixture.Threads;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RecursiveTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Transactions in threads of all kinds, thousands at once, and in the wrong thread. */
class ThreadsOfUpdatesTest {
  @RegisterExtension final Pools pools = new Pools();

  private Pool openAsync() {
    return pools.open(
        pools.builder("test").durability(Durability.ASYNC).logSize(1L << 20).maxSize(256L << 20));
  }

  private static Item root(Pool pool) {
    return pool.root("root", Item.class, () -> new Item(0));
  }

  /** More than the places by which threads are found, so that they share places. */
  @Test
  void thousandsOfVirtualThreadsAreInTransactionsAtOnce() {
    Pool pool = openAsync();
    Pool second = pools.open(pools.builder("second").durability(Durability.ASYNC));
    int threads = 10_000;
    Item root = root(pool);
    Item[] items = new Item[threads];
    pool.update(
        () -> {
          for (int t = 0; t < threads; t++) {
            items[t] = new Item(t);
            items[t].next(root.next());
            root.next(items[t]);
          }
        });
    Item other = root(second);
    CountDownLatch allInside = new CountDownLatch(threads);
    CountDownLatch go = new CountDownLatch(1);
    CompletableFuture<Void> running =
        Threads.start(
            () ->
                Threads.inParallel(
                    Thread.ofVirtual().factory(),
                    threads,
                    t -> {
                      boolean[] inside = new boolean[1];
                      ThrowingRunnable<InterruptedException> body =
                          () -> {
                            assertThat(items[t].number()).isEqualTo(t);
                            if (!inside[0]) {
                              inside[0] = true;
                              allInside.countDown();
                              go.await();
                            }
                            assertThat(items[t].number()).isEqualTo(t);
                            if (t % 100 == 0) {
                              second.view(() -> assertThat(other.number()).isZero());
                            }
                            if (t % 2 == 0) {
                              items[t].amount(items[t].amount() + 1);
                            }
                          };
                      try {
                        if (t % 2 == 0) {
                          pool.update(body);
                        } else {
                          pool.view(body);
                        }
                      } catch (InterruptedException e) {
                        throw new AssertionError(e);
                      }
                      // Outside again: a write is an update of its own.
                      items[t].rank((short) 1);
                    }));
    CompletableFuture.anyOf(running, CompletableFuture.runAsync(() -> awaitLatch(allInside)))
        .join();
    // A thread without a transaction is not taken for one of them.
    root.amount(1);
    go.countDown();
    running.join();
    for (int t = 0; t < threads; t++) {
      assertThat(items[t].amount()).isEqualTo(t % 2 == 0 ? 1 : 0);
      assertThat(items[t].rank()).isEqualTo((short) 1);
    }
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** A task may run inside another task's thread while that one joins. */
  @Test
  void tasksOfAForkJoinPoolHaveTransactionsOfTheirOwn() {
    Pool pool = openAsync();
    Item root = root(pool);
    class Add extends RecursiveTask<Integer> {
      private static final long serialVersionUID = 1L;
      final int count;

      Add(int count) {
        this.count = count;
      }

      @Override
      protected Integer compute() {
        if (count == 1) {
          pool.update(() -> root.number(root.number() + 1));
          return pool.<Integer, RuntimeException>view(() -> root.number() > 0 ? 1 : 0);
        }
        Add left = new Add(count / 2);
        left.fork();
        int right = new Add(count - count / 2).compute();
        return left.join() + right;
      }
    }
    try (ForkJoinPool tasks = new ForkJoinPool(8)) {
      assertThat(tasks.invoke(new Add(2_000))).isEqualTo(2_000);
    }
    assertThat(root.number()).isEqualTo(2_000);
  }

  @Test
  void transactionOfAnotherThreadIsRefusedAndStaysUsable() {
    Pool pool = pools.open();
    Item root = root(pool);
    try (Transaction tx = pool.begin()) {
      root.number(5);
      Threads.inOther(
          () -> {
            assertThatThrownBy(tx::commit).isInstanceOf(StaleTransactionException.class);
            assertThatThrownBy(tx::close).isInstanceOf(StaleTransactionException.class);
            assertThat(root.number()).isZero();
          });
      tx.commit();
      assertThatThrownBy(tx::commit).isInstanceOf(StaleTransactionException.class);
    }
    assertThat(root.number()).isEqualTo(5);
  }

  @Test
  void transactionThatCannotRunAgainThrowsItsConflict() {
    Pool pool = pools.open();
    Item root = root(pool);
    Transaction tx = pool.begin();
    root.number(root.number() + 1);
    Threads.inOther(() -> root.number(100));
    assertThatThrownBy(tx::commit).isInstanceOf(ConflictException.class);
    assertThatThrownBy(tx::commit).isInstanceOf(StaleTransactionException.class);
    tx.close();
    assertThat(root.number()).isEqualTo(100);
    assertThat(pool.stats().conflicts()).isEqualTo(1);
    // The thread is free for the next one.
    pool.update(() -> root.number(root.number() + 1));
    assertThat(root.number()).isEqualTo(101);
  }

  @Test
  void hooksRunOnceInTheOrderOfTheCommitsOfTheirThread() {
    Pool pool = pools.open();
    Item root = root(pool);
    int threads = 4;
    int rounds = 200;
    List<List<Integer>> ran = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      ran.add(new ArrayList<>());
    }
    Threads.inParallel(
        threads,
        t -> {
          for (int i = 0; i < rounds; i++) {
            int now = i;
            pool.update(
                () -> {
                  root.number(root.number() + 1);
                  pool.onCommit(() -> ran.get(t).add(2 * now));
                  pool.onCommit(() -> ran.get(t).add(2 * now + 1));
                });
          }
        });
    assertThat(root.number()).isEqualTo(threads * rounds);
    for (List<Integer> hooks : ran) {
      assertThat(hooks).hasSize(2 * rounds).isSorted().doesNotHaveDuplicates();
    }
  }

  /** Long bodies on one object: each attempt meets another thread's commit unless it runs alone. */
  @Test
  void everyUpdateOfAHotObjectEnds() {
    Pool pool = openAsync();
    Item root = root(pool);
    int threads = 8;
    int rounds = 20;
    Threads.inParallel(
        threads,
        _ -> {
          for (int i = 0; i < rounds; i++) {
            pool.update(
                () -> {
                  long before = root.number();
                  LockSupport.parkNanos(1_000_000);
                  root.number(before + 1);
                });
          }
        });
    assertThat(root.number()).isEqualTo(threads * rounds);
    assertThat(pool.stats().loneRuns()).isPositive();
  }

  /** The other thread waits before its commit for the lone update, which waits for its end. */
  @Test
  void loneUpdateMayWaitForAThreadThatCommits() {
    Pool pool = pools.open();
    Item root = root(pool);
    Item other = pool.root("other", Item.class, () -> new Item(0));
    AtomicInteger attempts = new AtomicInteger();
    pool.update(
        () -> {
          long before = root.number();
          if (attempts.incrementAndGet() <= 4) {
            Threads.inOther(() -> root.number(root.number() + 1));
          } else {
            Threads.inOther(() -> other.number(other.number() + 1));
          }
          root.number(before + 1);
        });
    assertThat(attempts).hasValue(5);
    assertThat(root.number()).isEqualTo(5);
    assertThat(other.number()).isEqualTo(1);
    assertThat(pool.stats().loneRuns()).isEqualTo(1);
  }
}
