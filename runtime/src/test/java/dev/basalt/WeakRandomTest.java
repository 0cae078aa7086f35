package dev.basalt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.crash.PoolVerifier;
import dev.basalt.fixture.Pools;
import dev.basalt.fixture.Threads;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Random programs with weak references beside strong ones, cycles, handles, aborts, reopenings. */
class WeakRandomTest {
  private static final boolean STRESS = Boolean.getBoolean("basalt.stress");
  private static final int SEEDS = STRESS ? 30 : 2;
  private static final int ROUNDS = STRESS ? 40 : 4;
  private static final int STEPS = STRESS ? 5000 : 600;

  @RegisterExtension final Pools pools = new Pools();

  private Pool open(String name) {
    return pools.open(pools.builder(name).durability(Durability.ASYNC).logSize(1 << 20));
  }

  /** Until no weak field leads to what nothing else leads to, and nothing is left over. */
  private static void collectAll(Pool pool, List<GraphProgram> programs)
      throws InterruptedException {
    for (int attempt = 0; attempt < 50; attempt++) {
      System.gc();
      long _ = pool.collectCycles();
      pool.reclaim();
      long left = programs.stream().mapToLong(GraphProgram::checkWeak).sum();
      CheckReport report = pool.check();
      assertThat(report.findings()).isEmpty();
      if (left == 0 && report.unreachableObjects() == 0) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
    throw new AssertionError("something is never reclaimed");
  }

  @Test
  void randomProgramsWithWeakReferences() throws InterruptedException {
    for (long seed = 1; seed <= SEEDS; seed++) {
      System.out.println("random programs with weak references: seed " + seed);
      Pool pool = open("seed" + seed);
      GraphProgram program = new GraphProgram(pool, "r", seed, true);
      for (int round = 0; round < ROUNDS; round++) {
        for (int step = 0; step < STEPS; step++) {
          program.step();
          if (step % 150 == 0) {
            long _ = pool.collectCycles();
            long _ = program.checkWeak();
          }
        }
        long _ = program.check();
        if (round % 2 == 1) {
          program.dropHandles();
          collectAll(pool, List.of(program));
          assertThat(pool.stats().limboObjects()).isZero();
          pool.close();
          PoolVerifier.verify(pool.path());
          pool = open("seed" + seed);
          program.reopened(pool);
        }
      }
    }
  }

  @Test
  void weakReferencesWhileOthersReclaimAndCollect() throws Exception {
    int threads = 3;
    Pool pool = open("concurrent");
    List<GraphProgram> programs = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      programs.add(new GraphProgram(pool, "t" + i, 200 + i, true));
    }
    System.out.println("weak references in several threads: seeds from 200");
    AtomicBoolean done = new AtomicBoolean();
    CompletableFuture<Void> collector =
        Threads.start(
            () -> {
              for (int n = 0; !done.get(); n++) {
                pool.reclaim();
                long _ = pool.collectCycles();
                if (n % 8 == 0) {
                  System.gc();
                }
              }
            });
    try {
      Threads.inParallel(
          threads,
          i -> {
            for (int step = 0; step < (STRESS ? 1_000_000 : 4000); step++) {
              programs.get(i).step();
              if (step % 100 == 0) {
                long _ = programs.get(i).check();
                long _ = programs.get(i).checkWeak();
              }
            }
          });
    } finally {
      done.set(true);
    }
    collector.join();
    programs.forEach(GraphProgram::dropHandles);
    collectAll(pool, programs);
  }
}
