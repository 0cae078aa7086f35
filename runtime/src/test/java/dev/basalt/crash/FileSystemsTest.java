package dev.basalt.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.Durability;
import dev.basalt.Pool;
import dev.basalt.PoolBuilder;
import dev.basalt.fixture.ChildJvm;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.Mounts;
import dev.basalt.fixture.Pools;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The same load on each file system: it grows, shrinks, is killed, opened again and checked.
 * Skipped, with the reason, where one cannot be made or mounted.
 */
class FileSystemsTest {
  private static final int VALUE = 300_000;

  @RegisterExtension final Pools pools = new Pools();

  private static PoolBuilder builder(Path file, Durability durability) {
    return Pool.builder(file)
        .durability(durability)
        .logSize(4 * Pools.LOG_SIZE)
        .maxSize(64L << 20)
        .freeSpaceKept(0)
        .classLoader(FileSystemsTest.class.getClassLoader());
  }

  /** Updates until it is killed; now and then everything that is free goes back. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) {
      try (Pool pool = builder(Path.of(args[0]), Durability.valueOf(args[1])).open()) {
        Item root = pool.root("root", Item.class, () -> new Item(0));
        while (true) {
          pool.update(() -> step(root));
          System.out.println(root.number());
          if (root.number() % 10 == 0) {
            pool.reclaim();
            pool.checkpoint();
          }
        }
      }
    }

    /** Values come in front; every tenth time all but the first go. */
    private static void step(Item root) {
      long number = root.number() + 1;
      Item item = new Item(number);
      item.value(value(number));
      item.next(number % 10 == 0 ? null : root.next());
      root.next(item);
      root.number(number);
    }
  }

  private static String value(long number) {
    return Character.toString((char) ('a' + number % 26)).repeat(VALUE);
  }

  @ParameterizedTest
  @CsvSource({
    "ext4, 100663296",
    "xfs, 335544320",
    "btrfs, 167772160",
    "tmpfs, 67108864",
  })
  void poolIsLoadedKilledReopenedCheckedAndGivesItsSpaceBack(String kind, long bytes)
      throws Exception {
    try (Mounts mounts = new Mounts(pools.folder())) {
      Path folder = kind.equals("tmpfs") ? mounts.tmpfs(bytes) : mounts.inFile(kind, bytes);
      for (Durability durability : Durability.values()) {
        Path file = folder.resolve(durability + ".pool");
        long returned = 0;
        for (int round = 0; round < 2; round++) {
          try (ChildJvm child = ChildJvm.start(Child.class, file, durability)) {
            for (int i = 0; i < 27 + 5 * round; i++) {
              returned = Long.parseLong(child.line());
            }
            for (String line : child.kill()) {
              returned = Long.parseLong(line);
            }
          }
          PoolVerifier.verify(file);
          try (Pool pool = builder(file, durability).open()) {
            Item root = pool.root("root", Item.class).orElseThrow();
            assertThat(root.number()).isBetween(returned, returned + 1);
            long expected = root.number();
            for (Item item = root.next(); item != null; item = item.next()) {
              assertThat(item.number()).isEqualTo(expected);
              assertThat(item.value()).isEqualTo(value(expected--));
            }
          }
        }
        givesItsSpaceBack(file, durability, kind);
      }
    }
  }

  private static void givesItsSpaceBack(Path file, Durability durability, String kind)
      throws Exception {
    try (Pool pool = builder(file, durability).open()) {
      assertThat(pool.attributes().storage()).isEqualTo(kind);
      Item root = pool.root("root", Item.class).orElseThrow();
      root.value("w".repeat(12 << 20));
      pool.checkpoint();
      long full = file.toFile().length();
      root.value(null);
      root.next(null);
      pool.reclaim();
      pool.discard();
      assertThat(file.toFile().length()).isLessThan(full - (8 << 20));
      assertThat(allocated(file)).isLessThan(4 << 20);
    }
    PoolVerifier.verify(file);
  }

  private static long allocated(Path file) throws Exception {
    new ProcessBuilder("sync", "-f", file.toString()).start().waitFor(); // btrfs tells it late
    Process stat = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
    return 512 * Long.parseLong(new String(stat.getInputStream().readAllBytes()).strip());
  }

  /** Opens a pool and closes it; what is logged comes with what it prints. */
  static final class Opening {
    private Opening() {}

    public static void main(String[] args) {
      builder(Path.of(args[0]), Durability.valueOf(args[1])).open().close();
      System.out.println("closed");
    }
  }

  @Test
  void synchronousPoolInMemorySaysOnceWhatAPowerCutLoses() throws Exception {
    try (Mounts mounts = new Mounts(pools.folder())) {
      Path memory = mounts.tmpfs(16 << 20).resolve("a.pool");
      Path disk = mounts.ext4(32 << 20).resolve("b.pool");
      assertThat(warnings(memory, Durability.SYNC))
          .singleElement()
          .satisfies(
              line -> assertThat(line).contains(memory.toString()).contains("power cut loses"));
      assertThat(warnings(memory, Durability.ASYNC)).isEmpty();
      assertThat(warnings(disk, Durability.SYNC)).isEmpty();
    }
  }

  private static List<String> warnings(Path file, Durability durability) throws Exception {
    List<String> wrapper =
        List.of(
            "env",
            "JAVA_TOOL_OPTIONS=-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            "sh",
            "-c",
            "exec \"$0\" \"$@\" 2>&1");
    try (ChildJvm child = ChildJvm.start(wrapper, Opening.class, file, durability)) {
      List<String> lines = child.finish();
      assertThat(lines).contains("closed");
      return lines.stream().filter(line -> line.contains("WARN")).toList();
    }
  }
}
