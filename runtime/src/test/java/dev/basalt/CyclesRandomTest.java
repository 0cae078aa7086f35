package dev.basalt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.crash.PoolVerifier;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import dev.basalt.fixture.Threads;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Random programs with cycles, handles, aborts and reopenings keep exactly what can be reached. */
class CyclesRandomTest {
  private static final boolean STRESS = Boolean.getBoolean("basalt.stress");
  private static final int SEEDS = STRESS ? 30 : 2;
  private static final int ROUNDS = STRESS ? 40 : 4;
  private static final int STEPS = STRESS ? 5000 : 800;

  /** More than a collection of the JVM needs to come by. */
  private static final int STEPS_MAX = 1_000_000;

  @RegisterExtension final Pools pools = new Pools();

  private Pool open(String name) {
    return pools.open(pools.builder(name).durability(Durability.ASYNC).logSize(1 << 20));
  }

  /** The objects that a pool with the types and without programs has. */
  private static long base(Pool pool) {
    pool.putRoot("first", new Item(0));
    pool.removeRoot("first");
    System.gc();
    pool.reclaim();
    return pool.stats().objects();
  }

  /**
   * Collects until only so many objects are left as the model has, never fewer, and checks the
   * pool. What only handles lead to may refer to itself; no root leads there.
   */
  private static void collectUntil(Pool pool, long base, GraphProgram... programs)
      throws InterruptedException {
    long roots = base;
    for (GraphProgram program : programs) {
      roots += program.check() + 4; // an entry for each of the roots, whose names are short
    }
    long _ = CyclesTest.collectUntil(pool, roots);
    long onlyHeld = 0;
    for (GraphProgram program : programs) {
      program.check();
      onlyHeld += program.onlyHeld();
    }
    PoolVerifier.verifySound(pool);
    assertThat(pool.check().unreachableObjects()).isLessThanOrEqualTo(onlyHeld);
  }

  @Test
  void randomProgramsKeepWhatCanBeReached() throws InterruptedException {
    for (long seed = 1; seed <= SEEDS; seed++) {
      System.out.println("random programs with cycles: seed " + seed);
      Pool pool = open("seed" + seed);
      long base = base(pool);
      GraphProgram program = new GraphProgram(pool, "r", seed, false);
      for (int round = 0; round < ROUNDS; round++) {
        for (int step = 0; step < STEPS; step++) {
          program.step();
          if (step % 200 == 0) {
            long _ = pool.collectCycles();
          }
        }
        collectUntil(pool, base, program);
        if (round % 2 == 1) {
          pool.close();
          pool = open("seed" + seed);
          program.reopened(pool);
        }
      }
      program.dropHandles();
      collectUntil(pool, base, program);
      PoolVerifier.verify(pool);
    }
  }

  @Test
  void updatesAndViewsGoOnWhileCyclesAreCollected() throws Exception {
    int threads = 3;
    Pool pool = open("concurrent");
    long base = base(pool);
    List<GraphProgram> programs = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      programs.add(new GraphProgram(pool, "t" + i, 100 + i, false));
    }
    AtomicBoolean done = new AtomicBoolean();
    AtomicLong collections = new AtomicLong();
    AtomicLong collected = new AtomicLong();
    CompletableFuture<Void> collector =
        Threads.start(
            () -> {
              while (!done.get()) {
                collected.addAndGet(pool.collectCycles());
                if (collections.incrementAndGet() % 16 == 0) {
                  System.gc();
                }
              }
            });
    try {
      Threads.inParallel(
          threads,
          i -> {
            int steps = STRESS ? 200_000 : 6000;
            // The collector may find nothing before the JVM's next collection.
            for (int step = 0; step < steps || (collected.get() == 0 && step < STEPS_MAX); step++) {
              programs.get(i).step();
              if (step % 100 == 0) {
                programs.get(i).check();
              }
            }
          });
    } finally {
      done.set(true);
    }
    collector.join();
    System.out.printf(
        "%d collections beside %d threads: %d objects (seeds from 100)%n",
        collections.get(), threads, collected.get());
    assertThat(collected.get()).isPositive();
    collectUntil(pool, base, programs.toArray(GraphProgram[]::new));
    programs.forEach(GraphProgram::dropHandles);
    collectUntil(pool, base, programs.toArray(GraphProgram[]::new));
    PoolVerifier.verify(pool);
  }
}
