package dev.basalt.collections.programs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.Durability;
import dev.basalt.Pool;
import dev.basalt.PoolBuilder;
import dev.basalt.crash.PoolVerifier;
import dev.basalt.fixture.Pools;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Random programs that do everything at once, beside a model: nodes, collections, weak references,
 * cycles, aborts, handles, reclaiming, checkpoints, reopening, compaction.
 */
@Timeout(3600)
class RandomProgramsTest {
  private static final boolean STRESS = Boolean.getBoolean("basalt.stress");
  private static final long SEED_FIRST = Long.getLong("basalt.seed", 1);
  private static final long SEEDS = STRESS ? 20 : 2;
  private static final int SESSIONS = STRESS ? 60 : 4;
  private static final int STEPS = STRESS ? 2_500 : 1_500;

  @RegisterExtension final Pools pools = new Pools();

  static PoolBuilder builder(Path file) {
    return Pool.builder(file)
        .durability(Durability.ASYNC)
        .logSize(1 << 20)
        .maxSize(1L << 30)
        .classLoader(RandomProgramsTest.class.getClassLoader());
  }

  private Pool open(Path file, Random random) {
    return pools.track(
        builder(file)
            .reclaimInBackground(random.nextInt(4) > 0)
            .collectCyclesInBackground(random.nextBoolean())
            .open());
  }

  @Test
  void poolIsAlwaysAsTheModelHasIt() throws Exception {
    for (long seed = SEED_FIRST; seed < SEED_FIRST + SEEDS; seed++) {
      System.out.println("random programs with everything: seed " + seed);
      try {
        run(pools.file("seed" + seed), new Random(seed));
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("seed %d: %s".formatted(seed, e), e);
      }
    }
  }

  private void run(Path file, Random random) throws Exception {
    Model model = new Model();
    Pool pool = open(file, random);
    Quiet base = Quiet.create(pool);
    for (int session = 0; session < SESSIONS; session++) {
      Program program = new Program(pool, model, random, _ -> {});
      for (int step = 0; step < STEPS; step++) {
        program.step();
        besides(pool, model, random);
      }
      program.dropHandles();
      if (random.nextInt(3) > 0) {
        Quiet.settle(pool);
        assertThat(Comparison.of(pool, model)).isZero();
        model.retain();
        pool.close();
        base.check(file, model);
      }
      pool.close();
      PoolVerifier.verifySound(file);
      if (random.nextInt(3) == 0) {
        compact(file);
        model.compacted();
      }
      pool = open(file, random);
      long _ = Comparison.of(pool, model);
    }
    Quiet.settle(pool);
    pool.close();
  }

  /** What may happen between any two changes. */
  static void besides(Pool pool, Model model, Random random) {
    switch (random.nextInt(400)) {
      case 0, 1, 2 -> pool.reclaim();
      case 3, 4, 5 -> {
        long _ = pool.collectCycles();
      }
      case 6 -> pool.checkpoint();
      case 7 -> System.gc();
      case 8 -> {
        long _ = Comparison.of(pool, model);
      }
      case 9 -> PoolVerifier.verifySound(pool);
      default -> {}
    }
  }

  private static void compact(Path file) throws Exception {
    Path dense = file.resolveSibling("dense.pool");
    Pool.compact(file, dense);
    Files.delete(file);
    Files.move(dense, file);
  }
}
