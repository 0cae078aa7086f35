package dev.basalt.tx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.Durability;
import dev.basalt.Pool;
import dev.basalt.Transaction;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

class IdlenessTest {
  @RegisterExtension final Pools pools = new Pools();

  private Pool pool;
  private Item root;
  private Idleness idleness;

  @BeforeEach
  void open() {
    pool = pools.open(pools.builder("test").durability(Durability.ASYNC));
    root = pool.root("root", Item.class, () -> new Item(0));
    idleness = idlenessOf(root);
  }

  private static Idleness idlenessOf(Item item) {
    return item.$basalt$space().transactions().idleness();
  }

  @Test
  void isNoticedAndEndsWithTheNextTransaction() {
    pool.view(
        () -> {
          idleness.look();
          assertThat(idleness.isIdle()).isFalse();
        });
    idleness.look();
    assertThat(idleness.isIdle()).isTrue();
    assertThat(root.number()).isZero();
    pool.update(() -> assertThat(idleness.isIdle()).isFalse());
  }

  @Test
  @Timeout(60)
  void comesBackUnaskedAfterTheLastView() throws InterruptedException {
    awaitIdle();
    pool.view(() -> assertThat(idleness.isIdle()).isFalse());
    awaitIdle();
  }

  private void awaitIdle() throws InterruptedException {
    while (!idleness.isIdle()) {
      Thread.sleep(10);
    }
  }

  @Test
  void isThatOfOnePoolAlone() {
    Pool other = pools.open(pools.builder("other").durability(Durability.ASYNC));
    Item otherRoot = other.root("root", Item.class, () -> new Item(7));
    other.update(
        () -> {
          otherRoot.number(8);
          idleness.look();
          idlenessOf(otherRoot).look();
          assertThat(idleness.isIdle()).isTrue();
          assertThat(idlenessOf(otherRoot).isIdle()).isFalse();
          assertThat(root.number()).isZero();
          assertThat(otherRoot.number()).isEqualTo(8);
        });
  }

  /** Two look at the same time; between what the first has seen and what it says, one begins. */
  @Test
  void whatWasSeenBeforeATransactionBeganIsNotSaidAfterwards() throws Exception {
    Thread first = new Thread(idleness::look);
    Thread second = new Thread(idleness::look);
    Transaction update;
    synchronized (idleness) {
      pool.view(() -> assertThat(idleness.isIdle()).isFalse());
      first.start();
      awaitBlocked(first); // has seen nobody
      pool.view(() -> assertThat(idleness.isIdle()).isFalse());
      update = pool.begin();
      second.start();
      awaitBlocked(second);
    }
    first.join();
    second.join();
    assertThat(idleness.isIdle()).isFalse();
    root.number(5);
    update.close();
    assertThat(root.number()).isZero();
  }

  private static void awaitBlocked(Thread thread) throws InterruptedException {
    while (thread.getState() != Thread.State.BLOCKED) {
      Thread.sleep(1);
    }
  }

  /** Whoever looks all the time, and so at the same time, never makes a thread leave its update. */
  @Test
  void threadStaysInItsTransactionWhileOthersLook() throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    List<Thread> lookers = new ArrayList<>();
    for (int t = 0; t < 2; t++) {
      lookers.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    while (!done.get()) {
                      idleness.look();
                    }
                  }));
    }
    List<Thread> workers = new ArrayList<>();
    for (int t = 0; t < 3; t++) {
      workers.add(Thread.ofPlatform().start(() -> failures(failure, this::readOwnWrites)));
    }
    for (Thread worker : workers) {
      worker.join();
    }
    done.set(true);
    for (Thread looker : lookers) {
      looker.join();
    }
    assertThat(failure.get()).isNull();
    assertThat(root.number()).isZero();
  }

  private static void failures(AtomicReference<Throwable> failure, Runnable body) {
    try {
      body.run();
    } catch (Throwable e) {
      failure.compareAndSet(null, e);
    }
  }

  private void readOwnWrites() {
    for (int i = 1; i <= 20_000; i++) {
      int number = i;
      assertThat(ThreadTx.innermost()).isNull();
      pool.view(() -> assertThat(root.number()).isZero());
      pool.update(
          () -> {
            root.number(number);
            assertThat(root.number()).isEqualTo(number);
            root.number(0);
          });
    }
  }
}
