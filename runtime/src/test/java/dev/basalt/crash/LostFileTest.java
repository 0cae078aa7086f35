package dev.basalt.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.Durability;
import dev.basalt.Pool;
import dev.basalt.error.BasaltException;
import dev.basalt.fixture.ChildJvm;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A file that is cut off, deleted or replaced under a running pool is a typed error to whoever
 * meets it, and the JVM lives on. Each case runs in a JVM of its own, because that is in question.
 */
class LostFileTest {
  private static final int ITEMS = 2000;

  @RegisterExtension final Pools pools = new Pools();

  /** What happens to the file. */
  private interface Fault {
    void happen(Path file) throws IOException;
  }

  /** What the program does then. */
  private interface Step {
    void run() throws Exception;
  }

  /** Prints, for each fault and step, how the step ended. */
  static final class Child {
    private final Path folder;
    private final Durability durability;
    private long sum;

    private Child(Path folder, Durability durability) {
      this.folder = folder;
      this.durability = durability;
    }

    public static void main(String[] args) throws Exception {
      Child child = new Child(Path.of(args[0]), Durability.valueOf(args[1]));
      for (long length : new long[] {0, 1, 4096, 80_000, 262_144, 300_000, 400_001}) {
        child.run("cut to " + length, file -> cut(file, length));
      }
      child.run("deleted", Files::delete);
      child.run(
          "replaced",
          file ->
              Files.move(
                  Files.copy(file, file.resolveSibling("other")),
                  file,
                  StandardCopyOption.REPLACE_EXISTING));
      child.run("renamed", file -> Files.move(file, file.resolveSibling("moved")));
      System.out.println("sum " + (child.sum != 1));
    }

    private static void cut(Path file, long length) throws IOException {
      try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
        access.setLength(length);
      }
    }

    private void run(String name, Fault fault) throws Exception {
      Path file = folder.resolve(name.replace(' ', '-') + ".pool");
      Pool pool =
          Pool.builder(file)
              .durability(durability)
              .logSize(Pools.LOG_SIZE * 2)
              .maxSize(64L << 20)
              .classLoader(Child.class.getClassLoader())
              .open();
      Item root = pool.root("root", Item.class, () -> new Item(0));
      pool.update(() -> fill(root));
      pool.checkpoint();
      for (int warm = 0; warm < 20; warm++) {
        sum += read(pool);
      }
      fault.happen(file);
      Map<String, Step> steps = new LinkedHashMap<>();
      steps.put("read", () -> sum += read(pool));
      steps.put("field", () -> sum += root.number());
      steps.put("update", () -> root.number(7));
      steps.put("again", () -> root.number(8));
      steps.put("new", () -> root.next(new Item(1)));
      steps.put("root", () -> pool.putRoot("new", new Item(2)));
      steps.put("names", () -> pool.rootNames());
      steps.put("stats", () -> pool.stats());
      steps.put("sync", pool::sync);
      steps.put("reclaim", pool::reclaim);
      steps.put("checkpoint", pool::checkpoint);
      steps.put("close", pool::close);
      steps.forEach((step, body) -> System.out.println(name + ": " + step + " " + end(body)));
    }

    private static String end(Step step) {
      try {
        step.run();
        return "ok";
      } catch (BasaltException e) {
        return e.getClass().getSimpleName();
      } catch (Throwable e) {
        e.printStackTrace();
        return "untyped " + e;
      }
    }

    private static void fill(Item root) {
      for (int i = 1; i <= ITEMS; i++) {
        Item item = new Item(i);
        item.name("the name of the item with the number " + i);
        item.next(root.next());
        root.next(item);
      }
    }

    private static long read(Pool pool) {
      return pool.view(
          () -> {
            long sum = 0;
            Item item = pool.root("root", Item.class).orElseThrow();
            for (; item != null; item = item.next()) {
              sum += item.number() + (item.name() == null ? 0 : item.name().length());
            }
            return sum;
          });
    }
  }

  @ParameterizedTest
  @EnumSource(Durability.class)
  void lostFileIsATypedErrorAndTheJvmLives(Durability durability) throws Exception {
    List<String> lines;
    try (ChildJvm child = ChildJvm.start(Child.class, pools.folder(), durability)) {
      lines = child.finish();
    }
    assertThat(lines).last().isEqualTo("sum true");
    assertThat(lines).noneMatch(line -> line.contains("untyped"));
    for (String length : new String[] {"0", "1", "4096", "80000"}) {
      assertThat(lines)
          .contains(
              "cut to " + length + ": read CorruptPoolException",
              "cut to " + length + ": update CorruptPoolException",
              "cut to " + length + ": checkpoint CorruptPoolException");
    }
    for (String fault : new String[] {"deleted", "replaced"}) {
      assertThat(lines)
          .contains(fault + ": read ok", fault + ": field ok")
          .anyMatch(line -> line.matches(fault + ": .* MediaErrorException|.*PoolFailedException"))
          .contains(fault + ": checkpoint PoolFailedException");
    }
    if (durability == Durability.SYNC) {
      assertThat(lines)
          .contains("deleted: update MediaErrorException", "deleted: again PoolFailedException")
          .contains("replaced: update MediaErrorException", "replaced: again PoolFailedException")
          .contains("cut to 400001: update CorruptPoolException");
    }
    assertThat(lines)
        .filteredOn(line -> line.startsWith("renamed"))
        .as("a renamed file loses nothing")
        .hasSize(12)
        .allMatch(line -> line.endsWith(" ok"));
  }
}
