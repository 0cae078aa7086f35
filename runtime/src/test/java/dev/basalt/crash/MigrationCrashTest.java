package dev.basalt.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.Durability;
import dev.basalt.MediumPools;
import dev.basalt.Pool;
import dev.basalt.PoolBuilder;
import dev.basalt.fixture.DynamicObject;
import dev.basalt.fixture.SourceLoader;
import dev.basalt.medium.FileMedium;
import dev.basalt.recovery.PoolCreator;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The power may go at any point while objects follow changed classes: the next opening finishes, no
 * value is lost, and every count is right.
 */
class MigrationCrashTest {
  private static final boolean STRESS = Boolean.getBoolean("basalt.stress");
  private static final int NODES = STRESS ? 600 : 40;
  private static final int SUBSETS = STRESS ? 9 : 2;

  private static final SourceLoader BEFORE =
      SourceLoader.of(
          "@Persistent class Node { int n; Node next; Node other; Object text; String gone; }",
          "@Persistent class Old { short a; Node node; }");

  /** Nodes grow, so they move; the other class is renamed, and its objects stay where they are. */
  private static final SourceLoader AFTER =
      SourceLoader.of(
          "@Persistent class Node { Object text; Node other; long n; Node next; long x; long y; New"
              + " more; }",
          "@RenamedFrom(\"shapes.Old\") @Persistent class New { int a; Node node; }");

  private Path folder;

  @BeforeEach
  void makeFolder() throws Exception {
    folder = CrashFolder.create();
  }

  @AfterEach
  void deleteFolder() throws Exception {
    CrashFolder.delete(folder);
  }

  private static PoolBuilder builder(Path file, SourceLoader loader) {
    return Pool.builder(file).maxSize(64L << 20).durability(Durability.SYNC).classLoader(loader);
  }

  private static void fill(Pool pool) {
    pool.update(
        () -> {
          DynamicObject node = null;
          for (int i = 0; i < NODES; i++) {
            DynamicObject made = BEFORE.make("Node").set("n", i).set("next", node);
            made.set("text", "text number " + i).set("gone", "this goes away " + i);
            node = made.set("other", node == null ? made : node);
          }
          pool.putRoot("root", node);
          pool.putRoot("old", BEFORE.make("Old").set("a", (short) -5).set("node", node));
        });
  }

  private static void check(Pool pool) {
    DynamicObject old = pool.root("old", DynamicObject.class).orElseThrow();
    assertThat(old.get("a")).isEqualTo(-5);
    DynamicObject node = pool.root("root", DynamicObject.class).orElseThrow();
    assertThat(old.get("node")).isSameAs(node);
    for (long i = NODES - 1; i >= 0; i--) {
      assertThat(node.get("n")).isEqualTo(i);
      assertThat(node.get("text")).isEqualTo("text number " + i);
      assertThat(node.get("x")).isEqualTo(0L);
      assertThat(((DynamicObject) node.get("other")).get("n")).isEqualTo(Math.max(0, i - 1));
      node = (DynamicObject) node.get("next");
    }
    assertThat(node).isNull();
  }

  @Test
  void migrationSurvives() throws Exception {
    Path file = folder.resolve("workload.pool");
    try (FileMedium medium = FileMedium.createUnpublished(file)) {
      PoolCreator.create(medium, 64 << 10);
      medium.publish();
    }
    try (Pool pool = builder(file, BEFORE).open()) {
      fill(pool);
    }
    DiskImage start = DiskImage.of(file);
    Recording recording = new Recording();
    long whole;
    try (Pool pool =
        MediumPools.open(
            builder(file, AFTER).classes(AFTER.type("New")),
            new CrashingMedium(FileMedium.open(file, false), recording))) {
      assertThat(pool.stats().migratedObjects()).isEqualTo(NODES + 1);
      whole = pool.stats().objects();
      check(pool);
    }
    PoolVerifier.verify(file);
    Path crashed = folder.resolve("crashed.pool");
    long states =
        new CrashStates(start, SUBSETS, 1)
            .forEach(
                recording.events(),
                (image, _, _, where) -> {
                  image.writeTo(crashed);
                  try (Pool pool = builder(crashed, AFTER).classes(AFTER.type("New")).open()) {
                    check(pool);
                    pool.reclaim();
                    assertThat(pool.stats().objects()).as("no forward is left").isEqualTo(whole);
                  } catch (RuntimeException | AssertionError e) {
                    throw new AssertionError("crash at " + where + ": " + e, e);
                  }
                  PoolVerifier.verify(crashed);
                });
    System.out.printf("crash states, migration: %d (seed 1)%n", states);
    assertThat(states).isGreaterThan(20);
  }
}
