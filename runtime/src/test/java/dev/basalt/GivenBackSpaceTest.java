package dev.basalt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.crash.PlantedMedium;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import dev.basalt.medium.FileMedium;
import dev.basalt.medium.Medium;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Free space of a pool goes back to the file system, and comes back when it is needed. */
class GivenBackSpaceTest {
  private static final int BYTES = 8 << 20;

  @RegisterExtension final Pools pools = new Pools();

  /** The space that a file takes, which its size does not tell. */
  private static long allocatedBytes(Path file) throws Exception {
    Process stat = new ProcessBuilder("stat", "-c", "%b %B", file.toString()).start();
    String[] words =
        new String(stat.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
            .strip()
            .split(" ");
    assertThat(stat.waitFor()).isZero();
    return Long.parseLong(words[0]) * Long.parseLong(words[1]);
  }

  /** Returns how long the file was. */
  private static long fillAndEmpty(Pool pool) {
    Item root = pool.root("root", Item.class, () -> new Item(0));
    root.value("x".repeat(BYTES));
    pool.checkpoint();
    long length = pool.path().toFile().length();
    root.value(null);
    pool.reclaim();
    pool.checkpoint();
    return length;
  }

  @Test
  void fileBecomesSmallerAndIsUsedAgain() throws Exception {
    Pool pool = pools.open(pools.builder("test").freeSpaceKept(0));
    long longest = fillAndEmpty(pool);
    assertThat(allocatedBytes(pool.path())).isLessThan(BYTES);
    assertThat(pool.path().toFile().length()).isLessThan(longest - BYTES / 2);
    assertThat(pool.stats().poolBytes()).isEqualTo(pool.path().toFile().length());
    Item root = pool.root("root", Item.class).orElseThrow();
    root.value("y".repeat(BYTES));
    assertThat(allocatedBytes(pool.path())).isGreaterThan(BYTES);
    Pool again = pools.reopen(pool);
    assertThat(again.root("root", Item.class).orElseThrow().value()).isEqualTo("y".repeat(BYTES));
  }

  /** A file of an earlier session becomes shorter too, whatever is usually kept. */
  @Test
  void whatIsFreeIsGivenBackByACall() throws Exception {
    Pool pool = pools.open(pools.builder("test").freeSpaceKept(Long.MAX_VALUE));
    fillAndEmpty(pool);
    Item root = pool.root("root", Item.class).orElseThrow();
    root.value("z".repeat(BYTES / 4));
    pool.close();
    long before = pool.path().toFile().length();
    pool = pools.open(pools.builder("test").freeSpaceKept(Long.MAX_VALUE));
    pool.checkpoint();
    assertThat(pool.path().toFile().length()).isEqualTo(before);
    pool.discard();
    assertThat(pool.path().toFile().length()).isLessThan(before - BYTES / 4);
    assertThat(allocatedBytes(pool.path())).isLessThan(BYTES / 2);
    assertThat(pool.root("root", Item.class).orElseThrow().value())
        .isEqualTo("z".repeat(BYTES / 4));
    pool.discard(); // again does nothing
    pools.reopen(pool).root("root", Item.class).orElseThrow().value("y".repeat(BYTES));
  }

  /** A file system that cannot make a file shorter. */
  @Test
  void fileThatCannotBeCutOffIsUsedAsItIs() throws Exception {
    pools.open().close();
    Medium medium =
        new PlantedMedium(FileMedium.open(pools.file("test"), false)) {
          @Override
          public boolean shrink(long newSizeBytes) {
            return false;
          }
        };
    Pool pool =
        pools.track(
            MediumPools.open(pools.builder("test").mode(OpenMode.OPEN).freeSpaceKept(0), medium));
    fillAndEmpty(pool);
    pool.discard();
    assertThat(pool.path().toFile().length()).isGreaterThan(BYTES);
    Item root = pool.root("root", Item.class).orElseThrow();
    root.value("y".repeat(BYTES));
    assertThat(root.value()).isEqualTo("y".repeat(BYTES));
    pool.checkpoint();
    assertThat(pools.reopen(pool).root("root", Item.class).orElseThrow().value())
        .isEqualTo("y".repeat(BYTES));
  }

  /** Nobody meets a fault or a wrong value while the file becomes shorter and longer. */
  @Test
  void readersGoOnWhileTheFileBecomesShorterAndLonger() throws Exception {
    Pool pool = pools.open(pools.builder("test").freeSpaceKept(0).durability(Durability.ASYNC));
    Item root = pool.root("root", Item.class, () -> new Item(0));
    AtomicBoolean done = new AtomicBoolean();
    List<Future<?>> readers = new ArrayList<>();
    long shortest = Long.MAX_VALUE;
    long longest = 0;
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      for (int i = 0; i < 2; i++) {
        boolean inView = i == 0;
        readers.add(
            threads.submit(
                () -> {
                  while (!done.get()) {
                    if (inView) {
                      pool.view(() -> assertWhole(root));
                    } else {
                      assertThat(root.number()).isNotNegative();
                      Item next = root.next();
                      assertThat(next == null || next.value() instanceof String).isTrue();
                    }
                  }
                }));
      }
      try {
        for (int round = 1; round <= 60; round++) {
          int number = round;
          pool.update(
              () -> {
                Item next = new Item(number);
                next.value(Character.toString('a' + number % 26).repeat(200_000));
                root.next(next);
                root.number(number);
                root.value(number % 2 == 0 ? null : "v".repeat(2 << 20));
              });
          pool.reclaim();
          pool.checkpoint();
          long length = pool.path().toFile().length();
          shortest = Math.min(shortest, length);
          longest = Math.max(longest, length);
        }
      } finally {
        done.set(true);
      }
    }
    for (Future<?> reader : readers) {
      reader.get();
    }
    assertThat(shortest).isLessThan(longest - (1 << 20));
  }

  private static void assertWhole(Item root) {
    Item next = root.next();
    if (next != null) {
      assertThat(next.number()).isEqualTo(root.number());
      assertThat(next.value())
          .isEqualTo(Character.toString('a' + (int) next.number() % 26).repeat(200_000));
    }
  }

  /** What a pool is about to use again is not given back. */
  @Test
  void someFreeSpaceIsKept() throws Exception {
    Pool pool = pools.open(pools.builder("test").freeSpaceKept(Long.MAX_VALUE));
    fillAndEmpty(pool);
    assertThat(allocatedBytes(pool.path())).isGreaterThan(BYTES);
    assertThat(pool.stats().memory().largestFreeRunBytes()).isGreaterThan(BYTES);
    assertThat(pool.stats().memory().liveBytes()).isLessThan(1 << 20);
  }
}
