package dev.basalt.tx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.Durability;
import dev.basalt.Pool;
import dev.basalt.Transaction;
import dev.basalt.fixture.Pools;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ThreadTxTest {
  @RegisterExtension final Pools pools = new Pools();

  @Test
  void threadsThatMeetInOnePlaceFindTheirOwnTransactions() throws Exception {
    Pool one = pools.open(pools.builder("one").durability(Durability.ASYNC));
    Pool two = pools.open(pools.builder("two").durability(Durability.ASYNC));
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Runnable work =
        () -> {
          try {
            for (int i = 0; i < 20_000; i++) {
              assertThat(ThreadTx.innermost()).isNull();
              nestOneInTheOther(one, two);
              Transaction first = one.begin();
              Transaction second = two.begin();
              first.close(); // not the innermost
              Tx left = ThreadTx.innermost();
              assertThat(left).isInstanceOf(Update.class);
              assertThat(left.thread).isSameAs(Thread.currentThread());
              second.close();
            }
          } catch (Throwable e) {
            failure.compareAndSet(null, e);
          }
        };
    List<Thread> workers = threadsOfOnePlace(4, work);
    workers.forEach(Thread::start);
    for (Thread worker : workers) {
      worker.join();
    }
    assertThat(failure.get()).isNull();
  }

  private static void nestOneInTheOther(Pool one, Pool two) {
    one.view(
        () -> {
          Tx outer = ThreadTx.innermost();
          two.view(
              () -> {
                Tx inner = ThreadTx.innermost();
                assertThat(inner).isNotSameAs(outer);
                assertThat(inner.thread).isSameAs(Thread.currentThread());
                assertThat(ThreadTx.current(outer.manager)).isSameAs(outer);
                assertThat(ThreadTx.current(inner.manager)).isSameAs(inner);
              });
          assertThat(ThreadTx.innermost()).isSameAs(outer);
        });
  }

  /** Threads get their numbers when they are made, in a row. */
  private static List<Thread> threadsOfOnePlace(int count, Runnable work) {
    List<Thread> chosen = new ArrayList<>();
    while (chosen.size() < count) {
      Thread next = new Thread(work);
      if (chosen.isEmpty() || (next.threadId() - chosen.get(0).threadId()) % ThreadTx.PLACES == 0) {
        chosen.add(next);
      }
    }
    return chosen;
  }
}
