package dev.basalt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import dev.basalt.fixture.Threads;
import dev.basalt.format.SlotFormat;
import dev.basalt.object.Layouts;
import dev.basalt.object.Structures;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Updates of a large object conflict block by block, counts never. */
class BlocksTest {
  @RegisterExtension final Pools pools = new Pools();

  private static final int VALUE = Layouts.of(Item.class).offsetOf("value");
  private static final int LENGTH = 4_000;

  /** Slots of 8 bytes in a block of 512. */
  private static final int PER_BLOCK = 64;

  private Pool pool;
  private Item root;
  private Structures structures;
  private long array;

  @BeforeEach
  void open() {
    pool = pools.open(pools.builder("test").durability(Durability.ASYNC).logSize(1L << 20));
    root = pool.root("root", Item.class, () -> new Item(0));
    structures = root.$basalt$space().structures();
    pool.update(
        () -> {
          array = structures.createSlots(LENGTH);
          for (int i = 0; i < LENGTH; i++) {
            set(i, 0);
          }
          structures.putSlot(root.$basalt$offset(), VALUE, array);
        });
  }

  private void set(int index, long value) {
    structures.putSlot(array, Structures.slotOffset(index), value << 4 | SlotFormat.LONG);
  }

  private long get(int index) {
    return structures.slot(array, Structures.slotOffset(index)) >> 4;
  }

  /** Runs an update in the middle of another one and returns how often that ran. */
  private int attempts(Runnable outer, Runnable inner) {
    AtomicInteger attempts = new AtomicInteger();
    pool.update(
        () -> {
          outer.run();
          if (attempts.incrementAndGet() == 1) {
            Threads.inOther(() -> pool.update(inner::run));
          }
        });
    return attempts.get();
  }

  @Test
  void updatesOfDifferentBlocksDoNotConflict() {
    assertThat(attempts(() -> set(10, get(10) + 1), () -> set(2_000, get(2_000) + 1))).isEqualTo(1);
    assertThat(attempts(() -> get(10), () -> set(2_000, 5))).isEqualTo(1);
    // The other block is read when it is newer than the snapshot; what was read before still holds.
    long before = pool.stats().conflicts();
    pool.update(
        () -> {
          long own = get(10);
          Threads.inOther(() -> pool.update(() -> set(2_000, 7)));
          set(10, own + get(2_000));
        });
    assertThat(pool.stats().conflicts()).isEqualTo(before);
    assertThat(pool.view(() -> get(10))).isEqualTo(8);
  }

  @Test
  void updatesOfOneBlockConflict() {
    assertThat(attempts(() -> set(10, get(10) + 1), () -> set(11, get(11) + 1))).isEqualTo(2);
    assertThat(attempts(() -> set(30, get(20)), () -> set(20, 5))).isEqualTo(2);
    assertThat(pool.<Long, RuntimeException>view(() -> get(30))).isEqualTo(5);
    assertThat(pool.<Long, RuntimeException>view(() -> get(10))).isEqualTo(1);
  }

  @Test
  void updateThatReadsAChangedBlockConflictsWithItsOwnEarlierRead() {
    AtomicInteger attempts = new AtomicInteger();
    pool.update(
        () -> {
          long first = get(10);
          if (attempts.incrementAndGet() == 1) {
            Threads.inOther(
                () ->
                    pool.update(
                        () -> {
                          set(10, 1);
                          set(2_000, 1);
                        }));
          }
          assertThat(get(2_000)).isEqualTo(first);
        });
    assertThat(attempts).hasValue(2);
  }

  /**
   * One thread moves amounts between two blocks and now and then changes a third one; another looks
   * at the two, and writes to a fourth. No other snapshot is there, so commits may have missed that
   * of the one who looks.
   */
  @Test
  void updateSeesBothBlocksOfACommitOrNone() {
    AtomicBoolean done = new AtomicBoolean();
    CompletableFuture<Void> mover =
        Threads.start(
            () -> {
              for (long i = 1; i <= 100_000; i++) {
                long amount = i;
                pool.update(
                    () -> {
                      set(10, amount);
                      set(1_000, -amount);
                    });
                pool.update(() -> set(3_000, amount));
              }
              done.set(true);
            });
    long looks = 0;
    while (!done.get() && !mover.isDone()) {
      long look = ++looks;
      long sum =
          pool.update(
              () -> {
                long one = get(10);
                long other = get(1_000);
                set(2_000, look);
                return one + other;
              });
      assertThat(sum).isZero();
    }
    mover.join();
  }

  @Test
  void updateOfAThreadThatWasIdleSeesTheLatestStateWithoutAConflict() {
    Item quiet = pool.root("quiet", Item.class, () -> new Item(7));
    for (int round = 1; round <= 3; round++) {
      pool.update(() -> set(10, 0));
      int expected = round;
      Threads.inOther(
          () -> {
            for (int i = 0; i < 100; i++) {
              pool.update(() -> root.amount(expected));
              pool.update(() -> set(2_000, expected));
            }
          });
      long before = pool.stats().conflicts();
      pool.update(
          () -> {
            assertThat(quiet.number()).isEqualTo(7);
            assertThat(root.amount()).isEqualTo(expected);
            assertThat(get(2_000)).isEqualTo(expected);
            set(10, expected);
          });
      assertThat(pool.stats().conflicts()).isEqualTo(before);
    }
  }

  /**
   * Every thread has blocks of its own; all of them lose not one addition, and hardly ever
   * conflict: only an update that begins while a commit is between its look at the snapshots and
   * its stamps may (B2). Were the array the unit, or the blocks the same, there would be a
   * thousand.
   */
  @Test
  void manyThreadsCountInBlocksOfTheirOwn() {
    int threads = 8;
    int rounds = 1_000;
    long before = pool.stats().conflicts();
    Threads.inParallel(
        threads,
        t -> {
          Random random = new Random(t);
          for (int i = 0; i < rounds; i++) {
            // 5 blocks of 64 slots in the middle of the thread's 8.
            int index = (t * 7 + 1) * PER_BLOCK + random.nextInt(5 * PER_BLOCK);
            pool.update(() -> set(index, get(index) + 1));
          }
        });
    long sum = 0;
    for (int i = 0; i < LENGTH; i++) {
      int index = i;
      sum += pool.<Long, RuntimeException>view(() -> get(index));
    }
    assertThat(sum).isEqualTo((long) threads * rounds);
    assertThat(pool.stats().conflicts() - before).isLessThan(10);
  }

  /** The model is written under the same lock as the array, and copied when a view begins. */
  @Test
  void viewsSeeOldBlocksExactly() {
    long seed = System.nanoTime();
    System.out.println("blocks, seed " + seed);
    long[] model = new long[LENGTH];
    AtomicBoolean done = new AtomicBoolean();
    AtomicLong next = new AtomicLong(1);
    CompletableFuture<Void> viewers =
        Threads.start(
            () ->
                Threads.inParallel(
                    3,
                    t -> {
                      Random random = new Random(seed + t);
                      while (!done.get()) {
                        viewOnce(model, random);
                      }
                    }));
    Random random = new Random(seed);
    for (int round = 0; round < 4_000; round++) {
      int changes = 1 + random.nextInt(round % 100 == 0 ? 2_000 : 4);
      int at = random.nextInt(LENGTH);
      synchronized (model) {
        pool.update(
            () -> {
              for (int i = 0; i < changes; i++) {
                int index = i % 3 == 0 ? (at + i) % LENGTH : random.nextInt(LENGTH);
                long value = next.incrementAndGet();
                set(index, value);
                model[index] = value;
              }
            });
      }
    }
    done.set(true);
    viewers.join();
    pool.update(() -> root.amount(1));
    assertThat(pool.stats().versionStoreBytes()).isZero();
  }

  /** The view begins while nobody writes; so the lock is held until it has. */
  private void viewOnce(long[] model, Random random) {
    CompletableFuture<Void> begun = new CompletableFuture<>();
    CompletableFuture<Void> view;
    synchronized (model) {
      long[] expected = model.clone();
      view =
          Threads.start(
              () ->
                  pool.view(
                      () -> {
                        begun.complete(null);
                        for (int i = 0; i < 3_000; i++) {
                          int index = random.nextInt(LENGTH);
                          assertThat(get(index)).isEqualTo(expected[index]);
                        }
                      }));
      CompletableFuture.anyOf(begun, view).join();
    }
    view.join();
  }

  /** References to one popular object come and go in all threads at once. */
  @Test
  void countsOfASharedObjectNeverConflict() {
    Item popular = new Item(5);
    root.next(popular);
    int threads = 8;
    Item[] own = new Item[threads];
    for (int t = 0; t < threads; t++) {
      own[t] = pool.root("own " + t, Item.class, () -> new Item(0));
    }
    long before = pool.stats().conflicts();
    Threads.inParallel(
        threads,
        t -> {
          for (int i = 0; i < 1_001; i++) {
            boolean set = i % 2 == 0;
            pool.update(() -> own[t].next(set ? popular : null));
          }
        });
    assertThat(pool.stats().conflicts()).isEqualTo(before);
    for (Item item : own) {
      assertThat(item.next()).isSameAs(popular);
    }
  }

  @Test
  void updateThatChangesNothingWritesNoLogRecord() {
    root.name("a name that needs an object of its own");
    root.next(new Item(3));
    long logBytes = pool.stats().logBytes();
    long commits = pool.stats().commits();
    for (int i = 0; i < 100; i++) {
      pool.update(
          () -> {
            assertThat(root.next().number()).isEqualTo(3);
            assertThat(root.name()).startsWith("a name");
            assertThat(get(5)).isZero();
            // What was there already is no change either.
            root.next(root.next());
            root.number(root.number());
            set(5, 0);
          });
    }
    assertThat(pool.stats().logBytes()).isEqualTo(logBytes);
    assertThat(pool.stats().commits()).isEqualTo(commits);
  }
}
