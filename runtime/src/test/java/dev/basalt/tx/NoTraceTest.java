package dev.basalt.tx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.Pool;
import dev.basalt.PoolStats;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import dev.basalt.fixture.Threads;
import dev.basalt.format.Geometry;
import dev.basalt.format.ObjectFormat;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Updates that abort or run again leave nothing behind. */
class NoTraceTest {
  @RegisterExtension final Pools pools = new Pools();

  private static Item root(Pool pool) {
    return pool.root("root", Item.class, () -> new Item(1));
  }

  private static TransactionManager transactions(Item handle) {
    return handle.$basalt$space().transactions();
  }

  private static int count(Item handle) {
    return transactions(handle).heap().getInt(handle.$basalt$offset() + ObjectFormat.COUNT);
  }

  /** An update that touches everything an update can touch, and fails. */
  private static void fail(Pool pool, Item root, Item plain) {
    assertThatThrownBy(
            () ->
                pool.update(
                    () -> {
                      root.name("another name that needs an object of its own");
                      root.value(Long.MIN_VALUE);
                      root.other(root.next());
                      root.next(plain);
                      plain.number(-1);
                      plain.name("changed as well, and needs an object");
                      plain.other(root);
                      pool.putRoot("second", plain);
                      pool.removeRoot("root");
                      throw new IOException();
                    }))
        .isInstanceOf(IOException.class);
  }

  private static Item graph() {
    Item plain = new Item(7);
    plain.amount(8);
    plain.name("plain name that needs an object");
    plain.next(new Item(9));
    return plain;
  }

  private static void assertPlain(Item plain) {
    assertThat(Pool.isPersistent(plain)).isFalse();
    assertThat(Pool.isPersistent(plain.next())).isFalse();
    assertThat(plain.number()).isEqualTo(7);
    assertThat(plain.amount()).isEqualTo(8);
    assertThat(plain.name()).isEqualTo("plain name that needs an object");
    assertThat(plain.next().number()).isEqualTo(9);
    assertThat(plain.other()).isNull();
  }

  @Test
  void abortedUpdatesLeaveCountsSpaceAndPlainObjectsAsTheyWere() {
    Pool pool = pools.open();
    Item root = root(pool);
    root.name("a name that needs an object of its own");
    Item next = new Item(2);
    root.next(next);
    fail(pool, root, graph()); // the first one may make the pool larger
    pool.reclaim();
    PoolStats before = pool.stats();
    int rootCount = count(root);
    int nextCount = count(next);
    for (int i = 0; i < 50; i++) {
      Item plain = graph();
      fail(pool, root, plain);
      assertPlain(plain);
    }
    PoolStats after = pool.stats();
    assertThat(after.objects()).isEqualTo(before.objects());
    assertThat(after.objectBytes()).isEqualTo(before.objectBytes());
    assertThat(after.freeBytes()).isEqualTo(before.freeBytes());
    assertThat(after.poolBytes()).isEqualTo(before.poolBytes());
    assertThat(after.limboObjects()).isEqualTo(before.limboObjects());
    assertThat(after.logBytes()).isEqualTo(before.logBytes());
    assertThat(after.commits()).isEqualTo(before.commits());
    assertThat(after.aborts()).isEqualTo(before.aborts() + 50);
    assertThat(count(root)).isEqualTo(rootCount);
    assertThat(count(next)).isEqualTo(nextCount);
    assertThat(root.next()).isSameAs(next);
    assertThat(root.other()).isNull();
    assertThat(pool.rootNames()).containsExactly("root");
  }

  @Test
  void updateThatRunsAgainLeavesNothingOfItsFirstAttempt() throws Exception {
    Pool pool = pools.open();
    Item root = root(pool);
    AtomicInteger attempts = new AtomicInteger();
    Item shared = graph();
    WeakReference<?>[] first = new WeakReference<?>[1];
    pool.update(
        () -> {
          if (attempts.incrementAndGet() == 1) {
            Item own = new Item(100);
            first[0] = new WeakReference<>(own);
            shared.other(own);
            root.next(shared);
            shared.number(55);
            root.amount(root.amount() + 1);
            Threads.inOther(() -> root.amount(10));
          } else {
            assertThat(shared.number()).isEqualTo(7);
            shared.other(null);
            root.next(shared);
            root.amount(root.amount() + 1);
          }
        });
    assertThat(attempts).hasValue(2);
    assertThat(root.amount()).isEqualTo(11);
    assertThat(shared.number()).isEqualTo(7);
    assertThat(root.next()).isSameAs(shared);
    assertThat(shared.other()).isNull();
    for (int i = 0; first[0].get() != null; i++) {
      assertThat(i)
          .as("rounds of collection until the first attempt's object is gone")
          .isLessThan(200);
      System.gc();
      Thread.sleep(10);
    }
    pool.reclaim();
    PoolStats stats = pool.stats();
    assertThat(stats.limboObjects()).isZero();
    assertThat(stats.conflicts()).isEqualTo(1);
    assertThat(stats.aborts()).isZero();
  }

  /** Which bytes of a pool are in use: the heap but for free blocks and chunks. */
  private static BitSet bytesInUse(Pool pool, Item handle) {
    TransactionManager transactions = transactions(handle);
    BitSet used = new BitSet();
    long heapOffset = transactions.heap().heapOffset();
    // The pool header and the chunk table. The superblocks before the heap say how often they were
    // written, and pages that changed in their free space are written home, too.
    used.set((int) heapOffset, (int) heapOffset + Geometry.CHUNK_SIZE);
    transactions
        .allocator()
        .forEachBlock((block, bytes) -> used.set((int) block, (int) (block + bytes)));
    return used;
  }

  /**
   * Two copies of one pool are opened, one of them sees updates that abort; then both are equal.
   */
  @Test
  void poolIsUnchangedByteForByteApartFromFreeSpace() throws IOException {
    Pool made = pools.open("with");
    Item root = root(made);
    root.name("a name that needs an object of its own");
    root.next(new Item(2));
    made.close();
    Path with = pools.file("with");
    Path without = pools.file("without");
    Files.copy(with, without);

    Pool pool = pools.open("with");
    for (int i = 0; i < 50; i++) {
      fail(pool, root(pool), graph());
    }
    BitSet used = bytesInUse(pool, root(pool));
    pool.close();
    Pool other = pools.open("without");
    assertThat(bytesInUse(other, root(other))).isEqualTo(used);
    other.close();

    byte[] expected = Files.readAllBytes(without);
    byte[] found = Files.readAllBytes(with);
    for (int at = used.nextSetBit(0);
        at >= 0 && at < expected.length;
        at = used.nextSetBit(at + 1)) {
      if (found[at] != expected[at]) {
        assertThat(found[at])
            .as("the byte at %d of %d", at, expected.length)
            .isEqualTo(expected[at]);
      }
    }
  }
}
