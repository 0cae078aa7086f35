package dev.basalt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.fixture.History;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import dev.basalt.fixture.Threads;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Random histories of many threads are serializable, and views see one state. */
class HistoriesTest {
  @RegisterExtension final Pools pools = new Pools();

  private static final boolean STRESS = Boolean.getBoolean("basalt.stress");
  private static final int TRANSACTIONS = STRESS ? 100_000 : 6_000;
  private static final int ITEMS_PER_LIST = 5;

  /** What a thread does. */
  private interface Work {
    /** Does one random transaction and says what it has read and written. */
    History.Entry run(Random random, long id);
  }

  private void runHistory(long seed, ThreadFactory factory, int threads, Pool pool, Work work) {
    System.out.println("history of " + threads + " threads, seed " + seed);
    List<List<History.Entry>> sessions = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      sessions.add(new ArrayList<>());
    }
    AtomicBoolean done = new AtomicBoolean();
    var reclaimer =
        Threads.start(
            () -> {
              while (!done.get()) {
                pool.reclaim();
                pool.checkpoint();
                Thread.sleep(1);
              }
            });
    try {
      Threads.inParallel(
          factory,
          threads,
          t -> {
            Random random = new Random(seed * 31 + t);
            for (int i = 1; i <= TRANSACTIONS / threads * 4; i++) {
              sessions.get(t).add(work.run(random, (t + 1L) << 32 | i));
            }
          });
    } finally {
      done.set(true);
      reclaimer.join();
    }
    History.check(sessions);
  }

  private Pool openPool(long seed) {
    return pools.open(
        pools
            .builder("test" + seed)
            .durability(seed % 2 == 0 ? Durability.ASYNC : Durability.SYNC)
            .logSize(1L << 20));
  }

  private static List<Item> objects(Pool pool, int count) {
    List<Item> items = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      items.add(pool.root("object " + i, Item.class, () -> new Item(History.INITIAL)));
    }
    return items;
  }

  private static void read(History.Entry entry, List<Item> objects, int i) {
    entry.read(i, objects.get(i).number());
  }

  private static void write(History.Entry entry, List<Item> objects, int i) {
    entry.write(i);
    objects.get(i).number(entry.id());
  }

  /** Transfers, sums in updates that write elsewhere, and sums in views. */
  private static History.Entry bank(Pool pool, List<Item> accounts, Random random, long id) {
    int from = random.nextInt(accounts.size());
    int to = (from + 1 + random.nextInt(accounts.size() - 1)) % accounts.size();
    int kind = random.nextInt(10);
    if (kind == 0) {
      return pool.view(() -> readAll(accounts, id));
    } else if (kind == 1) {
      return pool.update(
          () -> {
            History.Entry entry = readAll(accounts, id);
            write(entry, accounts, from);
            return entry;
          });
    }
    return pool.update(
        () -> {
          History.Entry entry = new History.Entry(id);
          read(entry, accounts, from);
          read(entry, accounts, to);
          if (kind == 2) {
            write(entry, accounts, to); // depends on what was only read
          } else {
            accounts.get(from).amount(accounts.get(from).amount() - kind);
            write(entry, accounts, from);
            write(entry, accounts, to);
            accounts.get(to).amount(accounts.get(to).amount() + kind);
          }
          return entry;
        });
  }

  private static History.Entry readAll(List<Item> accounts, long id) {
    History.Entry entry = new History.Entry(id);
    int sum = 0;
    for (int i = 0; i < accounts.size(); i++) {
      read(entry, accounts, i);
      sum += accounts.get(i).amount();
    }
    assertThat(sum).isZero();
    return entry;
  }

  @Test
  void transfersBetweenAccountsAreSerializable() {
    for (long seed = 1; seed <= 3; seed++) {
      Pool pool = openPool(seed);
      List<Item> accounts = objects(pool, seed == 1 ? 3 : 20);
      int threads = seed == 3 ? 16 : 4;
      runHistory(
          seed,
          seed == 2 ? Thread.ofVirtual().factory() : Thread.ofPlatform().factory(),
          threads,
          pool,
          (random, id) -> bank(pool, accounts, random, id));
    }
  }

  /** Moves the first of one list to the front of another, or replaces it by a new one. */
  private static History.Entry move(Pool pool, List<Item> lists, Random random, long id) {
    int from = random.nextInt(lists.size());
    int to = random.nextInt(lists.size());
    boolean replace = random.nextInt(3) == 0;
    if (random.nextInt(6) == 0) {
      return pool.view(() -> walk(lists, id));
    }
    return pool.update(
        () -> {
          History.Entry entry = new History.Entry(id);
          read(entry, lists, from);
          Item moved = lists.get(from).next();
          if (moved == null) {
            return entry;
          }
          lists.get(from).next(moved.next());
          write(entry, lists, from);
          Item put = moved;
          if (replace) {
            put = new Item(moved.number());
            put.name(moved.name());
          }
          if (to != from) {
            read(entry, lists, to);
            write(entry, lists, to);
          }
          put.next(lists.get(to).next());
          lists.get(to).next(put);
          return entry;
        });
  }

  private static History.Entry walk(List<Item> lists, long id) {
    History.Entry entry = new History.Entry(id);
    Set<Long> found = new HashSet<>();
    for (int i = 0; i < lists.size(); i++) {
      read(entry, lists, i);
      for (Item item = lists.get(i).next(); item != null; item = item.next()) {
        assertThat(item.name()).isEqualTo(nameOf(item.number()));
        assertThat(found.add(item.number())).as("seen once").isTrue();
      }
    }
    assertThat(found).hasSize(lists.size() * ITEMS_PER_LIST);
    return entry;
  }

  private static String nameOf(long number) {
    return "the item with the number " + number;
  }

  @Test
  void movesBetweenListsAreSerializableAndLoseNothing() {
    for (long seed = 11; seed <= 13; seed++) {
      Pool pool = openPool(seed);
      List<Item> lists = objects(pool, seed == 11 ? 2 : 6);
      pool.update(
          () -> {
            for (int i = 0; i < lists.size() * ITEMS_PER_LIST; i++) {
              Item item = new Item(i);
              item.name(nameOf(i));
              item.next(lists.get(i % lists.size()).next());
              lists.get(i % lists.size()).next(item);
            }
          });
      runHistory(
          seed,
          seed == 12 ? Thread.ofVirtual().factory() : Thread.ofPlatform().factory(),
          seed == 13 ? 16 : 4,
          pool,
          (random, id) -> move(pool, lists, random, id));
      assertThat(pool.view(() -> walk(lists, 1))).isNotNull();
    }
  }

  // ---- the checker is checked

  private static History.Entry entry(long id, int readObject, long writer, int writtenObject) {
    History.Entry entry = new History.Entry(id);
    entry.read(readObject, writer);
    if (writtenObject != readObject) {
      entry.read(writtenObject, History.INITIAL);
    }
    entry.write(writtenObject);
    return entry;
  }

  @Test
  void writeSkewWouldBeFound() {
    assertThatThrownBy(
            () -> History.check(List.of(List.of(entry(1, 0, 0, 1)), List.of(entry(2, 1, 0, 0)))))
        .hasMessageContaining("cycle");
  }

  @Test
  void lostUpdateWouldBeFound() {
    assertThatThrownBy(
            () -> History.check(List.of(List.of(entry(1, 0, 0, 0)), List.of(entry(2, 0, 0, 0)))))
        .hasMessageContaining("lost update");
  }

  @Test
  void readSkewWouldBeFound() {
    History.Entry writer = entry(1, 0, 0, 0);
    writer.read(1, 0);
    writer.write(1);
    History.Entry reader = new History.Entry(2);
    reader.read(0, 0);
    reader.read(1, 1);
    assertThatThrownBy(() -> History.check(List.of(List.of(writer), List.of(reader))))
        .hasMessageContaining("cycle");
  }
}
