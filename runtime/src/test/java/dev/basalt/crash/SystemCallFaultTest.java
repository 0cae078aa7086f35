package dev.basalt.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.Durability;
import dev.basalt.Pool;
import dev.basalt.error.BasaltException;
import dev.basalt.fixture.ChildJvm;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Real system calls that fail, by a tracer that answers them instead of the kernel. */
class SystemCallFaultTest {
  @RegisterExtension final Pools pools = new Pools();

  /** Updates until it cannot, then says what still works. */
  static final class Child {
    public static void main(String[] args) {
      Pool pool = open(Path.of(args[0]), Durability.valueOf(args[1]));
      Item root = pool.root("root", Item.class).orElseThrow();
      long k = 0;
      try {
        while (k < 5000) {
          long number = ++k;
          pool.update(
              () -> {
                Item item = new Item(number);
                item.value("v".repeat(number % 10 == 0 ? 40_000 : 40));
                item.next(root.next());
                root.next(item);
                root.number(number);
              });
          System.out.println(number);
        }
      } catch (BasaltException e) {
        System.out.println("failed " + name(e) + ": " + e.getMessage());
      }
      say("read", () -> pool.view(() -> root.number()));
      say("update", () -> root.amount(1));
      say("close", pool::close);
    }

    private static void say(String step, Runnable body) {
      try {
        body.run();
        System.out.println(step + " ok");
      } catch (BasaltException e) {
        System.out.println(step + " " + name(e));
      }
    }

    private static String name(BasaltException e) {
      return e.getClass().getSimpleName();
    }
  }

  private static Pool open(Path file, Durability durability) {
    return Pool.builder(file)
        .durability(durability)
        .maxSize(1L << 30)
        .classLoader(SystemCallFaultTest.class.getClassLoader())
        .open();
  }

  @BeforeEach
  void tracerWorks() throws InterruptedException {
    try {
      Process strace =
          new ProcessBuilder("strace", "-f", "-qq", "-o", "/dev/null", "true")
              .redirectErrorStream(true)
              .start();
      String output = new String(strace.getInputStream().readAllBytes()).strip();
      Assumptions.assumeTrue(
          strace.waitFor(60, TimeUnit.SECONDS) && strace.exitValue() == 0,
          () -> "strace does not work here: " + output);
    } catch (IOException e) {
      Assumptions.abort("there is no strace: " + e.getMessage());
    }
  }

  /** Runs the child with a fault in it; returns its output. */
  private List<String> run(Durability durability, String call, String error, int when)
      throws Exception {
    Path file = pools.file("test");
    Pool created = pools.open(pools.builder("test").maxSize(1L << 30).logSize(256 << 10));
    created.putRoot("root", new Item(0));
    created.close();
    List<String> tracer =
        List.of(
            "strace",
            "-f",
            "-qq",
            "-o",
            "/dev/null",
            "-e",
            "trace=" + call,
            "-e",
            "inject=%s:error=%s:when=%d+".formatted(call, error, when));
    try (ChildJvm child = ChildJvm.start(tracer, Child.class, file, durability)) {
      return child.finish();
    }
  }

  /** The numbers that the child has printed are in the pool, and nothing is half there. */
  private void checkPool(List<String> lines, Durability durability) {
    long returned =
        lines.stream()
            .filter(l -> Character.isDigit(l.charAt(0)))
            .mapToLong(Long::parseLong)
            .max()
            .orElse(0);
    assertThat(returned).isPositive();
    try (Pool pool = open(pools.file("test"), Durability.SYNC)) {
      Item root = pool.root("root", Item.class).orElseThrow();
      assertThat(root.number()).as("%s", durability).isBetween(returned, returned + 1);
      long expected = root.number();
      for (Item item = root.next(); item != null; item = item.next()) {
        assertThat(item.number()).isEqualTo(expected--);
      }
      assertThat(expected).isZero();
    }
    PoolVerifier.verify(pools.file("test"));
  }

  @Test
  void failedSyncPoisonsThePool() throws Exception {
    poisons("fdatasync", "EIO", 40);
  }

  @Test
  void failedWritePoisonsThePool() throws Exception {
    poisons("pwrite64", "EIO", 60);
  }

  @Test
  void writeWithoutSpacePoisonsThePool() throws Exception {
    poisons("pwrite64", "ENOSPC", 60);
  }

  private void poisons(String call, String error, int when) throws Exception {
    for (Durability durability : Durability.values()) {
      List<String> lines = run(durability, call, error, when);
      String text = error.equals("EIO") ? "Input/output error" : "No space left on device";
      assertThat(lines)
          .as("%s %s", durability, call)
          .anyMatch(line -> line.startsWith("failed ") && line.contains(text))
          .contains("read ok", "update PoolFailedException", "close ok");
      checkPool(lines, durability);
    }
  }

  @Test
  void growthWithoutSpaceAbortsThatUpdateOnly() throws Exception {
    for (Durability durability : Durability.values()) {
      List<String> lines = run(durability, "fallocate", "ENOSPC", 2);
      assertThat(lines)
          .as("%s", durability)
          .anyMatch(
              line ->
                  line.startsWith("failed PoolFullException")
                      && line.matches(
                          ".*(from \\d+ to \\d+ bytes|\\d+ bytes at \\d+ cannot be allocated)"
                              + ": No space left on device.*"))
          .contains("read ok", "update ok", "close ok");
      checkPool(lines, durability);
    }
  }
}
