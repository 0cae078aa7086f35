package dev.basalt.samples.packages;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.Durability;
import dev.basalt.samples.packages.LoadProcess.KillPoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a process that loads packages at random points, opens what it leaves and compares it with a
 * model: each time there are exactly the updates that had returned, and perhaps the one that was
 * running.
 */
final class KillIT {
  private static final int KILLS_FRESH = 10;
  private static final int KILLS_IN_SUCCESSION = 10;
  private static final long DELAY_NANOS_MAX = 2_000_000;

  private static final PackageSource SOURCE = PackageSource.bundled();
  private static Loader loader;
  private static Random random;

  @TempDir private Path folder;
  private Path pool;

  @BeforeAll
  static void readInput() {
    long seed = Long.getLong("basalt.seed", System.nanoTime());
    System.out.println("KillIT: -Dbasalt.seed=" + seed);
    random = new Random(seed);
    loader = new Loader(SOURCE.identity(), SOURCE.read(), 1);
  }

  @BeforeEach
  void setUp() {
    pool = folder.resolve("kill.pool");
  }

  @Test
  void killedLoadLeavesExactlyWhatHadReturned() throws Exception {
    for (int i = 0; i < KILLS_FRESH; i++) {
      Durability durability = i % 2 == 0 ? Durability.SYNC : Durability.ASYNC;
      killAndCheck(0, 1 + random.nextInt(loader.updatesTotal() - 1), durability);
      Files.delete(pool);
    }
  }

  @Test
  void loadThatIsKilledAgainAndAgainIsFinishedInTheEnd() throws Exception {
    int done = 0;
    int step = loader.updatesTotal() / (KILLS_IN_SUCCESSION + 1);
    for (int i = 0; i < KILLS_IN_SUCCESSION; i++) {
      done = killAndCheck(done, done + 1 + random.nextInt(step), Durability.SYNC);
    }
    try (DemoPool demo = DemoPool.open(pool, Durability.SYNC)) {
      demo.load(loader, _ -> {});
    }
    try (DemoPool demo = DemoPool.open(pool, Durability.SYNC)) {
      int total = loader.updatesTotal();
      PrefixCheck check =
          demo.pool()
              .view(() -> PrefixCheck.run(demo.catalog().orElseThrow(), loader, total, total));
      assertThat(check.objects()).isGreaterThan(loader.updatesTotal());
    }
  }

  /** Returns the number of updates that the pool holds. */
  private int killAndCheck(int doneBefore, int killAfter, Durability durability)
      throws IOException, InterruptedException {
    KillPoint killPoint = new KillPoint(killAfter, random.nextLong(DELAY_NANOS_MAX));
    LoadProcess loading =
        LoadProcess.runAndKill(
            LoadCommand.arguments(SOURCE, pool, durability, 1), killPoint, _ -> {});
    int returned = Math.max(doneBefore, loading.returned());
    assertThat(returned).isGreaterThanOrEqualTo(killAfter);
    try (DemoPool demo = DemoPool.open(pool, durability)) {
      PrefixCheck check =
          demo.pool()
              .view(
                  () ->
                      PrefixCheck.run(
                          demo.catalog().orElseThrow(),
                          loader,
                          returned,
                          Math.min(returned + 1, loader.updatesTotal())));
      System.out.printf(
          "KillIT: %s, update %d had returned, pool holds %d, %d objects compared%n",
          durability, returned, check.updates(), check.objects());
      return check.updates();
    }
  }
}
