package dev.basalt.tx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.Durability;
import dev.basalt.Pool;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ThreadTxTest {
  @RegisterExtension final Pools pools = new Pools();

  /** Whoever looks around all the time never makes a thread forget the transaction it is in. */
  @Test
  void threadFindsItsTransactionWhileOthersLookAround() throws Exception {
    Pool pool = pools.open(pools.builder("test").durability(Durability.ASYNC));
    Item root = pool.root("root", Item.class, () -> new Item(0));
    AtomicBoolean done = new AtomicBoolean();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread looker =
        new Thread(
            () -> {
              while (!done.get()) {
                ThreadTx.lookAround();
              }
            });
    looker.start();
    List<Thread> workers = new ArrayList<>();
    for (int t = 0; t < 3; t++) {
      workers.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      for (int i = 0; i < 20_000; i++) {
                        assertThat(ThreadTx.innermost()).isNull();
                        pool.view(
                            () -> {
                              assertThat(ThreadTx.innermost()).isInstanceOf(View.class);
                              assertThat(root.number()).isZero();
                              assertThat(ThreadTx.innermost()).isInstanceOf(View.class);
                            });
                      }
                    } catch (Throwable e) {
                      failure.compareAndSet(null, e);
                    }
                  }));
    }
    for (Thread worker : workers) {
      worker.join();
    }
    done.set(true);
    looker.join();
    assertThat(failure.get()).isNull();
  }

  @Test
  void quietIsNoticed() {
    Pool pool = pools.open();
    pool.view(
        () -> {
          ThreadTx.lookAround();
          assertThat(ThreadTx.isQuiet()).isFalse();
        });
    ThreadTx.lookAround();
    assertThat(ThreadTx.isQuiet()).isTrue();
    pool.update(() -> assertThat(ThreadTx.isQuiet()).isFalse());
  }
}
