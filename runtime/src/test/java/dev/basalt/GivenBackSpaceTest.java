package dev.basalt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
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

  private static void fillAndEmpty(Pool pool) {
    Item root = pool.root("root", Item.class, () -> new Item(0));
    root.value("x".repeat(BYTES));
    pool.checkpoint();
    root.value(null);
    pool.reclaim();
    pool.checkpoint();
  }

  @Test
  void fileBecomesSmallerAndIsUsedAgain() throws Exception {
    Pool pool = pools.open(pools.builder("test").freeSpaceKept(0));
    fillAndEmpty(pool);
    assertThat(allocatedBytes(pool.path())).isLessThan(BYTES);
    assertThat(pool.path().toFile().length()).isGreaterThan(BYTES);
    Item root = pool.root("root", Item.class).orElseThrow();
    root.value("y".repeat(BYTES));
    assertThat(allocatedBytes(pool.path())).isGreaterThan(BYTES);
    Pool again = pools.reopen(pool);
    assertThat(again.root("root", Item.class).orElseThrow().value()).isEqualTo("y".repeat(BYTES));
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
