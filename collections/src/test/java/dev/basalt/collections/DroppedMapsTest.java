package dev.basalt.collections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.Durability;
import dev.basalt.Pool;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Maps of many entries that nothing refers to any more are reclaimed to the last block. */
@Timeout(900)
class DroppedMapsTest {
  private static final int MANY = Boolean.getBoolean("basalt.stress") ? 10_000_000 : 20_000;
  private static final int BATCH = 1000;

  @RegisterExtension final Pools pools = new Pools();

  private Pool open() {
    return pools.open(
        pools
            .builder("test")
            .durability(Durability.ASYNC)
            .logSize(8L << 20)
            .maxSize(8L << 30)
            .memoryMax(1L << 30));
  }

  private static void fill(Pool pool, Map<Long, Object> map, int count) {
    pool.putRoot("map", map);
    for (int from = 0; from < count; from += BATCH) {
      int first = from;
      pool.update(
          () -> {
            for (long i = first; i < Math.min(count, first + BATCH); i++) {
              map.put(i, new Item(i));
            }
          });
    }
  }

  private static void awaitReclaimed(Pool pool) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(5);
    while (pool.stats().limboObjects() > 0 || pool.stats().handles() > 0) {
      assertThat(System.nanoTime()).as("limbo is empty").isLessThan(end);
      System.gc();
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  private void isReclaimed(Class<?> type) throws Exception {
    Pool pool = open();
    drop(pool, type, 2 * BATCH); // so that all types are recorded
    awaitReclaimed(pool);
    long objects = pool.stats().objects();
    drop(pool, type, MANY);
    awaitReclaimed(pool);
    assertThat(pool.stats().objects()).isEqualTo(objects);
  }

  @SuppressWarnings("unchecked")
  private static void drop(Pool pool, Class<?> type, int count) throws Exception {
    fill(pool, (Map<Long, Object>) type.getDeclaredConstructor().newInstance(), count);
    assertThat(pool.stats().objects()).isGreaterThan(count);
    pool.removeRoot("map");
  }

  @Test
  void hashMapIsReclaimed() throws Exception {
    isReclaimed(PersistentHashMap.class);
  }

  @Test
  void treeMapIsReclaimed() throws Exception {
    isReclaimed(PersistentTreeMap.class);
  }
}
