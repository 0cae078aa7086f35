package dev.basalt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.error.ConflictException;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import dev.basalt.fixture.Threads;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The anomalies of A. Adya, <em>Weak Consistency</em> (MIT, 1999), and those of the SQL standard,
 * each by the interleaving that would show it: in the middle of one transaction's first attempt
 * another one runs from begin to end.
 */
class AnomaliesTest {
  @RegisterExtension final Pools pools = new Pools();

  private Pool pool;
  private Item x;
  private Item y;
  private final AtomicInteger attempts = new AtomicInteger();

  @BeforeEach
  void open() {
    pool = pools.open();
    x = pool.root("x", Item.class, () -> new Item(0));
    y = pool.root("y", Item.class, () -> new Item(0));
  }

  /** Runs another thread's transaction unless the caller's body is running again. */
  private void meanwhile(ThrowingRunnable<Exception> other) {
    if (attempts.incrementAndGet() == 1) {
      Threads.inOther(other);
    }
  }

  @Test
  void g0WritesOfTwoUpdatesDoNotInterleave() {
    pool.update(
        () -> {
          x.number(1);
          meanwhile(
              () ->
                  pool.update(
                      () -> {
                        x.number(2);
                        y.number(2);
                      }));
          y.number(1);
        });
    assertThat(x.number()).isEqualTo(y.number());
  }

  @Test
  void g1aNobodyReadsWhatIsAborted() {
    assertThatThrownBy(
            () ->
                pool.update(
                    () -> {
                      x.number(1);
                      x.name("a name that needs an object of its own");
                      x.next(new Item(1));
                      Threads.inOther(
                          () -> {
                            assertThat(x.number()).isZero();
                            assertThat(x.name()).isNull();
                            pool.view(() -> assertThat(x.number()).isZero());
                            pool.update(() -> y.number(x.number() + (x.next() == null ? 0 : 1)));
                          });
                      throw new IOException();
                    }))
        .isInstanceOf(IOException.class);
    assertThat(x.number()).isZero();
    assertThat(y.number()).isZero();
  }

  @Test
  void g1bNobodyReadsAnIntermediateState() {
    List<Long> seen = new ArrayList<>();
    pool.update(
        () -> {
          x.number(1);
          meanwhile(
              () -> {
                seen.add(x.number());
                seen.add(pool.view(() -> x.number()));
                seen.add(pool.update(() -> x.number()));
              });
          x.number(2);
        });
    assertThat(seen).containsExactly(0L, 0L, 0L);
    assertThat(x.number()).isEqualTo(2);
  }

  @Test
  void g1cTwoUpdatesDoNotReadFromEachOther() {
    long[] otherSaw = new long[1];
    long[] thisSaw = new long[1];
    pool.update(
        () -> {
          x.number(1);
          meanwhile(
              () ->
                  pool.update(
                      () -> {
                        y.number(1);
                        otherSaw[0] = x.number();
                      }));
          thisSaw[0] = y.number();
        });
    assertThat(otherSaw[0]).isZero();
    assertThat(thisSaw[0]).isEqualTo(1);
  }

  @Test
  void noUpdateIsLost() {
    pool.update(
        () -> {
          long before = x.number();
          meanwhile(() -> pool.update(() -> x.number(x.number() + 1)));
          x.number(before + 1);
        });
    assertThat(x.number()).isEqualTo(2);
    assertThat(attempts).hasValue(2);
  }

  @Test
  void noUpdateIsLostThatCannotRunAgain() {
    Transaction tx = pool.begin();
    long before = x.number();
    Threads.inOther(() -> x.number(x.number() + 1));
    assertThatThrownBy(
            () -> {
              x.number(before + 1);
              tx.commit();
            })
        .isInstanceOf(ConflictException.class);
    tx.close();
    assertThat(x.number()).isEqualTo(1);
  }

  /** What it has read before is still so, so it can go on from the newer state. */
  @Test
  void updateThatMeetsSomethingNewerGoesOn() {
    Item z = pool.root("z", Item.class, () -> new Item(0));
    pool.update(
        () -> {
          long first = x.number();
          meanwhile(
              () -> {
                y.number(5);
                z.number(6);
              });
          x.number(first + y.number());
          z.number(z.number() + 1);
        });
    assertThat(x.number()).isEqualTo(5);
    assertThat(z.number()).isEqualTo(7);
    assertThat(attempts).hasValue(1);
  }

  /** In no attempt, also not in one that has a conflict later. */
  @Test
  void readSkewIsNeverSeen() {
    List<List<Long>> seen = new ArrayList<>();
    ThrowingRunnable<RuntimeException> body =
        () -> {
          long first = x.number();
          meanwhile(
              () ->
                  pool.update(
                      () -> {
                        x.number(x.number() + 1);
                        y.number(y.number() + 1);
                      }));
          seen.add(List.of(first, y.number()));
        };
    pool.update(body);
    attempts.set(0);
    pool.view(body);
    assertThat(seen).hasSize(2).allMatch(pair -> pair.getFirst().equals(pair.getLast()));
  }

  @Test
  void writeSkewIsImpossible() {
    pool.update(
        () -> {
          x.number(60);
          y.number(60);
        });
    attempts.set(0);
    pool.update(
        () -> {
          if (x.number() + y.number() >= 100) {
            meanwhile(
                () ->
                    pool.update(
                        () -> {
                          if (x.number() + y.number() >= 100) {
                            y.number(y.number() - 100);
                          }
                        }));
            x.number(x.number() - 100);
          }
        });
    assertThat(x.number() + y.number()).isEqualTo(20);
  }

  private int count(int from) {
    int count = 0;
    for (Item item = x.next(); item != null; item = item.next()) {
      count += item.number() >= from ? 1 : 0;
    }
    return count;
  }

  private void insert(long number) {
    pool.update(
        () -> {
          Item item = new Item(number);
          item.next(x.next());
          x.next(item);
        });
  }

  @Test
  void phantomIsImpossible() {
    insert(1);
    insert(5);
    pool.update(
        () -> {
          int counted = count(5);
          meanwhile(() -> insert(6));
          y.number(counted);
        });
    assertThat(y.number()).isEqualTo(2).isEqualTo(count(5));
    attempts.set(0);
    pool.view(
        () -> {
          int counted = count(5);
          meanwhile(() -> insert(7));
          assertThat(count(5)).isEqualTo(counted);
        });
    assertThat(count(5)).isEqualTo(3);
  }
}
