package dev.basalt.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.basalt.Durability;
import dev.basalt.Pool;
import dev.basalt.fixture.ChildJvm;
import dev.basalt.fixture.Item;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A process that is killed at any moment loses no update that has returned. {@code
 * -Dbasalt.kills=N} sets the number of rounds.
 */
@Tag("exhaustive")
class KillTest {
  private static final int ROUNDS =
      Integer.getInteger("basalt.kills", Boolean.getBoolean("basalt.stress") ? 500 : 50);

  private static final long SEED = 5;
  private static final int ITEMS = 20;

  /** The process to be killed: updates in a loop and prints the number of each returned one. */
  static final class Child {
    public static void main(String[] args) {
      PrintStream out = new PrintStream(System.out, false, StandardCharsets.US_ASCII);
      out.println("started");
      out.flush();
      try (Pool pool = open(Path.of(args[0]), Durability.valueOf(args[1]))) {
        Item root = pool.root("root", Item.class, () -> new Item(0));
        for (long k = root.number() + 1; ; k++) {
          long number = k;
          pool.update(() -> step(root, number));
          out.println(number);
          out.flush();
          if (number % 50 == 0) {
            pool.reclaim();
          }
        }
      }
    }

    /** Puts an item in front; the last of too many goes. Each item knows the update's number. */
    private static void step(Item root, long number) {
      Item item = new Item(number);
      item.name("the item of update " + number);
      item.next(root.next());
      root.next(item);
      root.number(number);
      int count = 0;
      for (Item i = root.next(); i != null; i = i.next()) {
        i.amount((int) number);
        if (++count == ITEMS) {
          i.next(null);
        }
      }
      if (number % 97 == 0) {
        root.value("z".repeat((int) (number % 7) * 30_000));
      }
    }
  }

  private static Pool open(Path file, Durability durability) {
    return Pool.builder(file)
        .durability(durability)
        .logSize(256 << 10)
        .maxSize(1L << 30)
        .classLoader(KillTest.class.getClassLoader())
        .open();
  }

  @Test
  void killedProcessLosesNoReturnedUpdate() throws Exception {
    killRounds(Durability.SYNC, ROUNDS, onDisk());
  }

  @Test
  void killedProcessLosesNoReturnedAsyncUpdate() throws Exception {
    killRounds(Durability.ASYNC, ROUNDS / 5, onDisk());
  }

  @Test
  void killedProcessLosesNoReturnedAsyncUpdateInMemory() throws Exception {
    assumeTrue(CrashFolder.isInMemory(), "there is no tmpfs at /dev/shm");
    killRounds(Durability.ASYNC, ROUNDS, CrashFolder.create());
  }

  private static Path onDisk() throws IOException {
    Path target = Path.of("target");
    return Files.isDirectory(target)
        ? Files.createTempDirectory(target, "kill-test-")
        : Files.createTempDirectory("kill-test-");
  }

  private static void killRounds(Durability durability, int rounds, Path folder) throws Exception {
    try {
      Path file = folder.resolve("killed.pool");
      Random random = new Random(SEED);
      long last = 0;
      long replayed = 0;
      for (int round = 0; round < rounds; round++) {
        long returned = Math.max(last, killedAfter(file, durability, random));
        try (Pool pool = open(file, Durability.SYNC)) {
          last = check(pool);
          replayed += pool.stats().recovery().commits();
          assertThat(last).as("round %d", round).isBetween(returned, returned + 1);
        }
        PoolVerifier.verify(file);
      }
      System.out.printf(
          "kills, %s in %s: %d rounds, %d updates, %d replayed (seed %d)%n",
          durability, folder.getParent(), rounds, last, replayed, SEED);
      assertThat(last).isGreaterThan(rounds);
      assertThat(replayed).isPositive();
    } finally {
      CrashFolder.delete(folder);
    }
  }

  /**
   * Runs a child, kills it after some output (or, every fourth time, while it is still opening the
   * pool) and returns the last number that it printed.
   */
  private static long killedAfter(Path file, Durability durability, Random random)
      throws IOException, InterruptedException {
    boolean whileOpening = Files.exists(file) && random.nextInt(4) == 0;
    try (ChildJvm child = ChildJvm.start(Child.class, file, durability)) {
      assertThat(child.line()).isEqualTo("started");
      long last = 0;
      if (whileOpening) {
        LockSupport.parkNanos(random.nextInt(100_000_000));
      } else {
        for (int n = 1 + random.nextInt(400); n > 0; n--) {
          last = Long.parseLong(child.line());
        }
      }
      List<String> rest = child.kill();
      return rest.isEmpty() ? last : Long.parseLong(rest.getLast());
    }
  }

  /** Checks that the pool is exactly as one update left it; returns its number. */
  private static long check(Pool pool) {
    return pool.view(
        () -> {
          Item root = pool.root("root", Item.class).orElseThrow();
          long number = root.number();
          long expected = number;
          int count = 0;
          for (Item i = root.next(); i != null; i = i.next()) {
            assertThat(i.number()).isEqualTo(expected);
            assertThat(i.amount()).isEqualTo((int) number);
            assertThat(i.name()).isEqualTo("the item of update " + expected);
            expected--;
            count++;
          }
          assertThat(count).isEqualTo((int) Math.min(number, ITEMS));
          return number;
        });
  }
}
