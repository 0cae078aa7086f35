package dev.basalt.object;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.fixture.Item;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WeakHandlesTest {
  private static final int MANY = 50_000;

  private final WeakHandles table = new WeakHandles();

  private static long offset(int i) {
    return (1L << 20) + i * 48L;
  }

  @Test
  void findsWhatIsHeldAndNothingElse() {
    List<Item> held = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      held.add(new Item(i));
      assertThat(table.putIfAbsent(offset(i), held.get(i))).isSameAs(held.get(i));
    }
    for (int i = 0; i < MANY; i++) {
      assertThat(table.find(offset(i))).isSameAs(held.get(i));
      assertThat(table.holds(offset(i))).isSameAs(held.get(i));
      assertThat(table.find(offset(i) + 16)).isNull();
      assertThat(table.putIfAbsent(offset(i), new Item(-1))).isSameAs(held.get(i));
    }
    assertThat(table.size()).isEqualTo(MANY);
    for (int i = 0; i < MANY; i += 2) {
      table.remove(offset(i));
      table.put(offset(i + 1), held.get(i));
    }
    for (int i = 0; i < MANY; i += 2) {
      assertThat(table.find(offset(i))).isNull();
      assertThat(table.find(offset(i + 1))).isSameAs(held.get(i));
    }
    assertThat(table.size()).isEqualTo(MANY / 2);
  }

  @Test
  void handlesThatNobodyHoldsGoAway() throws Exception {
    List<Item> held = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      Item item = new Item(i);
      assertThat(table.putIfAbsent(offset(i), item)).isSameAs(item);
      if (i % 100 == 0) {
        held.add(item);
      }
    }
    for (int tries = 0; table.size() > held.size(); tries++) {
      assertThat(tries).as("collections until the handles are gone").isLessThan(50);
      System.gc();
      Thread.sleep(10);
    }
    for (int i = 0; i < MANY; i++) {
      assertThat(table.holds(offset(i))).isSameAs(i % 100 == 0 ? held.get(i / 100) : null);
    }
  }

  /** Whoever comes first wins, and everybody gets the same, while the table grows. */
  @Test
  void threadsAgreeOnOneHandle() throws Exception {
    int threads = 4;
    CyclicBarrier start = new CyclicBarrier(threads);
    List<Callable<PersistentObject[]>> tasks =
        IntStream.range(0, threads)
            .<Callable<PersistentObject[]>>mapToObj(
                thread ->
                    () -> {
                      PersistentObject[] got = new PersistentObject[MANY];
                      start.await();
                      for (int i = 0; i < MANY; i++) {
                        PersistentObject found = table.find(offset(i));
                        got[i] =
                            found != null ? found : table.putIfAbsent(offset(i), new Item(thread));
                      }
                      return got;
                    })
            .toList();
    try (var pool = Executors.newFixedThreadPool(threads)) {
      List<PersistentObject[]> all = new ArrayList<>();
      for (Future<PersistentObject[]> result : pool.invokeAll(tasks)) {
        all.add(result.get());
      }
      for (PersistentObject[] got : all) {
        for (int i = 0; i < MANY; i++) {
          assertThat(got[i]).isSameAs(all.getFirst()[i]);
        }
      }
    }
    assertThat(table.size()).isEqualTo(MANY);
  }
}
