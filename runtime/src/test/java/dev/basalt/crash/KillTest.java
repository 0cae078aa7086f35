package dev.basalt.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.Durability;
import dev.basalt.Pool;
import dev.basalt.fixture.Item;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A process that is killed at any moment loses no update that has returned. */
class KillTest {
  private static final int ROUNDS = Boolean.getBoolean("basalt.stress") ? 200 : 10;
  private static final int ITEMS = 20;

  /** The process to be killed: updates in a loop and prints the number of each returned one. */
  static final class Child {
    public static void main(String[] args) {
      PrintStream out = new PrintStream(System.out, false, StandardCharsets.US_ASCII);
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

  @ParameterizedTest
  @EnumSource(Durability.class)
  void killedProcessLosesNoReturnedUpdate(Durability durability) throws Exception {
    Path target = Path.of("target");
    Path folder =
        Files.isDirectory(target)
            ? Files.createTempDirectory(target, "kill-test-")
            : Files.createTempDirectory("kill-test-");
    try {
      Path file = folder.resolve("killed.pool");
      Random random = new Random(5);
      long last = 0;
      for (int round = 0; round < ROUNDS; round++) {
        long returned = Math.max(last, killedAfter(file, durability, 1 + random.nextInt(400)));
        try (Pool pool = open(file, Durability.SYNC)) {
          last = check(pool);
          assertThat(last).as("round %d", round).isBetween(returned, returned + 1);
        }
        PoolVerifier.verify(file);
      }
      assertThat(last).isGreaterThan(ROUNDS);
    } finally {
      CrashFolder.delete(folder);
    }
  }

  /** Runs a child until it has printed some numbers, kills it, and returns the last number. */
  private static long killedAfter(Path file, Durability durability, int numbers)
      throws IOException, InterruptedException {
    Process child =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "--enable-native-access=ALL-UNNAMED",
                    "-XX:TieredStopAtLevel=1",
                    "-Xshare:auto",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Child.class.getName(),
                    file.toString(),
                    durability.name()))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    long last = 0;
    try (BufferedReader lines = child.inputReader(StandardCharsets.US_ASCII)) {
      for (int n = 0; n < numbers; n++) {
        String line = lines.readLine();
        assertThat(line).as("output of the child").isNotNull();
        last = Long.parseLong(line);
      }
      boolean _ = child.toHandle().destroyForcibly(); // leaves the stream open
      // What it has printed since, but for a line that was cut off.
      for (int c = lines.read(), number = 0; c >= 0; c = lines.read()) {
        if (c == '\n') {
          last = number;
          number = 0;
        } else {
          number = number * 10 + c - '0';
        }
      }
    } finally {
      child.destroyForcibly();
      child.waitFor();
    }
    return last;
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
