package dev.basalt.collections.programs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.Pool;
import dev.basalt.crash.CrashFolder;
import dev.basalt.crash.PoolVerifier;
import dev.basalt.crash.WorkloadRun;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Random programs with the power cut at every point, in what reclaims and collects cycles too. */
@Timeout(3600)
class RandomProgramsCrashTest {
  private static final boolean STRESS = Boolean.getBoolean("basalt.stress");
  private static final long SEED_FIRST = Long.getLong("basalt.seed", 1);
  private static final long SEEDS = STRESS ? 20 : 1;
  private static final int UPDATES = STRESS ? 150 : 60;
  private static final int SUBSETS = STRESS ? 3 : 0;
  private static final int CHECKPOINT_EVERY = 12;

  private Path folder;

  @BeforeEach
  void makeFolder() throws Exception {
    folder = CrashFolder.create();
  }

  @AfterEach
  void deleteFolder() throws Exception {
    CrashFolder.delete(folder);
  }

  /** Each update of the recording is a change of a program. */
  private static final class Changes implements WorkloadRun.Workload {
    private final Random random;
    private final Model model = new Model();
    private final List<Op> ops = new ArrayList<>();
    private Program program;

    Changes(long seed) {
      random = new Random(seed);
    }

    @Override
    public void prepare(Pool pool) throws Exception {
      Quiet _ = Quiet.create(pool);
    }

    @Override
    public void change(Pool pool, int number) {
      if (program == null) {
        program = new Program(pool, model, random, ops::add);
      }
      while (ops.size() < number) {
        program.step();
      }
    }

    @Override
    public int number(Pool pool) {
      return (int) Program.ops(pool);
    }

    @Override
    public String text(Pool pool) {
      return Long.toString(Program.ops(pool));
    }

    @Override
    public void after(Pool pool, int number) {
      switch (random.nextInt(8)) {
        case 0 -> {
          program.dropHandles();
          System.gc();
        }
        case 1 -> pool.reclaim();
        case 2 -> {
          long _ = pool.collectCycles();
        }
        default -> {}
      }
    }

    @Override
    public void check(Pool pool, int number) throws Exception {
      Model then = Model.after(ops.subList(0, number));
      PoolVerifier.verifySound(pool);
      pool.reclaim();
      long _ = pool.collectCycles(); // before a comparison, whose handles would hold what is left
      assertThat(Comparison.of(pool, then)).isZero();
    }
  }

  @Test
  void powerCutLeavesTheStateAfterSomeChange() throws Exception {
    for (long seed = SEED_FIRST; seed < SEED_FIRST + SEEDS; seed++) {
      long states =
          new WorkloadRun(folder, new Changes(seed))
              .record(UPDATES, CHECKPOINT_EVERY)
              .check(SUBSETS, seed);
      System.out.printf("random programs, seed %d: %d crash states%n", seed, states);
      assertThat(states).isGreaterThan(UPDATES);
    }
  }
}
