package dev.basalt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.crash.CrashFolder;
import dev.basalt.crash.PoolVerifier;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.PlantedCode;
import dev.basalt.fixture.Threads;
import dev.basalt.fixture.WeakItem;
import java.lang.classfile.CodeBuilder;
import java.lang.ref.Reference;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What tests do to weak references, limbo and cycles finds an engine that was made wrong there. */
class PlantedMemoryBugsTest {
  private static final long PATIENCE_MILLIS = 2000;

  private Path folder;

  @BeforeEach
  void makeFolder() throws Exception {
    folder = CrashFolder.create();
  }

  @AfterEach
  void deleteFolder() throws Exception {
    CrashFolder.delete(folder);
  }

  /** What is done; loaded with the engine that has the bug. */
  public static final class Scenarios {
    private Scenarios() {}

    private static Pool open(Path file) {
      return Pool.builder(file)
          .durability(Durability.ASYNC)
          .logSize(1 << 20)
          .maxSize(64L << 20)
          .reclaimInBackground(false)
          .classLoader(Scenarios.class.getClassLoader())
          .open();
    }

    private static Item root(Pool pool) {
      return pool.root("root", Item.class).orElseThrow();
    }

    /** Random links, weak ones too, with handles, aborts and collections. */
    public static void randomProgram(Path file) throws InterruptedException {
      try (Pool pool = open(file)) {
        GraphProgram program = new GraphProgram(pool, "r", 5, true);
        for (int step = 0; step < 1200; step++) {
          program.step();
          if (step % 120 == 0) {
            System.gc();
            pool.reclaim();
            long _ = pool.collectCycles();
            long _ = program.check();
            long _ = program.checkWeak();
            PoolVerifier.verifySound(pool);
          }
        }
        program.dropHandles();
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
        do {
          assertThat(System.nanoTime()).as("everything is reclaimed").isLessThan(end);
          System.gc();
          long _ = pool.collectCycles();
          pool.reclaim();
        } while (program.checkWeak() > 0 || pool.check().unreachableObjects() > 0);
      }
    }

    /** A view reads on in what was unlinked and reclaimed since it began. */
    public static void olderView(Path file) {
      try (Pool pool = open(file)) {
        pool.putRoot("root", new Item(0));
        pool.update(
            () -> {
              for (int i = 1; i <= 100; i++) {
                Item item = new Item(i);
                item.next(root(pool).next());
                root(pool).next(item);
              }
            });
        System.gc(); // so that no handle keeps them
        pool.view(
            () -> {
              assertThat(root(pool).number()).isZero();
              Threads.inOther(
                  () -> {
                    root(pool).next(null);
                    System.gc();
                    pool.reclaim();
                    for (int i = 0; i < 200; i++) {
                      root(pool).other(new Item(-i));
                    }
                  });
              long sum = 0;
              for (Item item = root(pool).next(); item != null; item = item.next()) {
                sum += item.number();
              }
              assertThat(sum).isEqualTo(5050);
            });
        PoolVerifier.verifySound(pool);
      }
    }

    /** Rings of which a handle is held, while others are garbage. */
    public static void heldRings(Path file) {
      try (Pool pool = open(file)) {
        pool.putRoot("root", new Item(0));
        List<Item> held = new ArrayList<>();
        for (int i = 1; i <= 20; i++) {
          Item one = new Item(i);
          Item two = new WeakItem(-i);
          one.next(two);
          two.next(one);
          root(pool).next(one);
          held.add(one);
        }
        root(pool).next(null);
        pool.reclaim();
        long _ = pool.collectCycles();
        for (Item item : held) {
          assertThat(item.next().number()).isEqualTo(-item.number());
          assertThat(item.next().next()).isSameAs(item);
        }
        Reference.reachabilityFence(held);
        PoolVerifier.verifySound(pool);
      }
    }
  }

  /** What a scenario fails with, or null. */
  private Throwable failure(PlantedCode code, String scenario) throws ReflectiveOperationException {
    try {
      Class<?> scenarios = code.loadClass(Scenarios.class.getName());
      scenarios.getMethod(scenario, Path.class).invoke(null, folder.resolve(scenario + ".pool"));
      return null;
    } catch (InvocationTargetException e) {
      return e.getCause();
    }
  }

  private void isFound(String type, String method, Consumer<CodeBuilder> code, String scenario)
      throws ReflectiveOperationException {
    PlantedCode planted = new PlantedCode("dev.basalt." + type, method, code);
    Throwable failure = failure(planted, scenario);
    assertThat(planted.isPlanted()).isTrue();
    assertThat(failure).isNotNull().isNotInstanceOf(LinkageError.class);
    System.out.printf("%s.%s planted: %s%n", type, method, firstLine(failure));
  }

  private static String firstLine(Throwable failure) {
    return failure.toString().strip().lines().findFirst().orElse("");
  }

  @Test
  void nothingIsFoundWithoutAPlantedBug() throws Exception {
    for (String scenario : List.of("randomProgram", "olderView", "heldRings")) {
      assertThat(failure(PlantedCode.none(), scenario)).as(scenario).isNull();
    }
  }

  @Test
  void weakReferenceThatIsNotNullWithItsTargetsEndIsFound() throws Exception {
    isFound("object.WeakReferences", "release", CodeBuilder::return_, "randomProgram");
  }

  @Test
  void sweepThatDoesNotWaitForOlderSnapshotsIsFound() throws Exception {
    isFound("tx.LimboStep", "delayedBy", code -> code.lconst_0().lreturn(), "olderView");
  }

  @Test
  void sweepThatAsksForNoHandlesIsFound() throws Exception {
    isFound(
        "object.Reclaimer$Policy", "isHeld", code -> code.iconst_0().ireturn(), "randomProgram");
  }

  @Test
  void markThatForgetsHandlesIsFound() throws Exception {
    isFound("cycles.CycleCollection", "markNoted", CodeBuilder::return_, "heldRings");
  }

  @Test
  void cutThatCountsNothingDownIsFound() throws Exception {
    isFound("object.ReferenceCut", "cut", code -> code.iconst_m1().ireturn(), "randomProgram");
  }
}
