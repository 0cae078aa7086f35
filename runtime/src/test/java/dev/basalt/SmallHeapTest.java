package dev.basalt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The Java heap needed does not grow with the pool: handles are held weakly. */
class SmallHeapTest {
  private static final boolean STRESS = Boolean.getBoolean("basalt.stress");
  private static final int OBJECTS = STRESS ? 10_000_000 : 1_000_000;
  private static final String HEAP = STRESS ? "-Xmx256m" : "-Xmx32m";
  private static final int STEP = 5000;

  @RegisterExtension final Pools pools = new Pools();

  private static PoolBuilder builder(Path file) {
    return Pool.builder(file)
        .maxSize(4L << 30)
        .durability(Durability.ASYNC)
        .classLoader(SmallHeapTest.class.getClassLoader());
  }

  @Test
  void allObjectsAreTraversedInASmallHeap() throws Exception {
    Path file = pools.file("large");
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                HEAP,
                "-Dbasalt.stress=" + STRESS,
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                SmallHeapTest.class.getName(),
                file.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(child.getInputStream().readAllBytes());
    assertThat(child.waitFor(10, TimeUnit.MINUTES)).isTrue();
    assertThat(output)
        .contains("traversed " + OBJECTS)
        .contains("roots: 1, objects: %d, damaged places: 0".formatted(OBJECTS + 1));
    assertThat(child.exitValue()).isZero();
  }

  /** The child: builds a list, then walks it, then dumps it. */
  public static void main(String[] args) throws IOException {
    try (Pool pool = builder(Path.of(args[0])).open()) {
      Item root = pool.root("root", Item.class, () -> new Item(0));
      for (int made = 0; made < OBJECTS; made += STEP) {
        pool.update(
            () -> {
              for (int i = 0; i < STEP; i++) {
                Item item = new Item(1);
                item.next(root.next());
                root.next(item);
              }
            });
      }
    }
    try (Pool pool = builder(Path.of(args[0])).open()) {
      long count = 0;
      Item first = pool.root("root", Item.class).orElseThrow().next();
      for (Item item = first; item != null; item = item.next()) {
        count += item.number();
      }
      System.out.println("traversed " + count);
      StringBuilder end = new StringBuilder();
      pool.dump(new LastLines(end));
      System.out.println(end);
    }
  }

  /** Keeps the end of a text. */
  private static final class LastLines extends Writer {
    private static final int KEPT = 200;
    private final StringBuilder end;

    LastLines(StringBuilder end) {
      this.end = end;
    }

    @Override
    public void write(char[] chars, int from, int length) {
      end.append(chars, from, length);
      end.delete(0, Math.max(0, end.length() - KEPT));
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
