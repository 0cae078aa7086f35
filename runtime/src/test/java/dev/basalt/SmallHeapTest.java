package dev.basalt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
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
    assertThat(output).contains("traversed " + OBJECTS);
    assertThat(child.exitValue()).isZero();
  }

  /** The child: builds a list, then walks it. */
  public static void main(String[] args) {
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
    }
  }
}
