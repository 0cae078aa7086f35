package dev.basalt.crash;

import dev.basalt.Durability;
import dev.basalt.MediumPools;
import dev.basalt.Pool;
import dev.basalt.PoolBuilder;
import dev.basalt.fixture.Item;
import dev.basalt.medium.FileMedium;
import dev.basalt.recovery.PoolCreator;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Any workload, recorded once and then cut off at every point in every way, for the tests of what
 * is built on pools. What a recovered pool holds must be the state after some update, no earlier
 * than the last durable one, and sound.
 */
public final class WorkloadRun {
  private static final long POOL_SIZE_MAX = 64L << 20;
  private static final long LOG_SIZE = 64 << 10;
  private static final String COUNTER = "number of the last update";

  /** What is done. */
  public interface Workload {
    /** Makes one change of several, which is atomic; the first is number 1. */
    void change(Pool pool, int number);

    /** The number of the last change that a pool has seen, or 0. */
    int number(Pool pool);

    /** The state of a pool; of one without any update too. */
    String text(Pool pool);

    /** What is done once before the recording. */
    default void prepare(Pool pool) throws Exception {}

    /** What is done after an update and changes no state. */
    default void after(Pool pool, int number) {}

    /** Checks a recovered pool, which is sound and in the state after an update, further. */
    default void check(Pool pool, int number) throws Exception {
      PoolVerifier.verify(pool);
      pool.reclaim();
    }
  }

  /** A workload whose changes are plain updates. */
  public interface Updates extends Workload {
    /** The body of an update. */
    void update(Pool pool, int number);

    @Override
    default void change(Pool pool, int number) {
      pool.update(
          () -> {
            update(pool, number);
            pool.putRoot(COUNTER, new Item(number));
          });
    }

    @Override
    default int number(Pool pool) {
      return pool.root(COUNTER, Item.class).map(item -> (int) item.number()).orElse(0);
    }
  }

  private final Path folder;
  private final Workload workload;
  private final Recording recording = new Recording();
  private final List<String> states = new ArrayList<>();
  private final Path file;
  private final DiskImage start;

  public WorkloadRun(Path folder, Workload workload) throws Exception {
    this.folder = folder;
    this.workload = workload;
    this.file = folder.resolve("workload.pool");
    try (FileMedium medium = FileMedium.createUnpublished(file)) {
      PoolCreator.create(medium, LOG_SIZE);
      medium.publish();
    }
    try (Pool pool = builder(file).open()) {
      workload.prepare(pool);
    }
    this.start = DiskImage.of(file);
  }

  private static PoolBuilder builder(Path path) {
    return Pool.builder(path)
        .maxSize(POOL_SIZE_MAX)
        .durability(Durability.SYNC)
        .memoryMax(1 << 20)
        .freeSpaceKept(0)
        .classLoader(WorkloadRun.class.getClassLoader());
  }

  /** Runs updates in one session, with a checkpoint now and then, and records what is written. */
  public WorkloadRun record(int updates, int checkpointEvery) {
    CrashingMedium medium = new CrashingMedium(FileMedium.open(file, false), recording);
    try (Pool pool = MediumPools.open(builder(file), medium)) {
      states.add(workload.text(pool));
      for (int i = 1; i <= updates; i++) {
        int number = i;
        recording.begin(number);
        workload.change(pool, number);
        states.add(workload.text(pool));
        recording.returned(number, true);
        workload.after(pool, number);
        if (number % checkpointEvery == 0) {
          pool.checkpoint();
        }
      }
    }
    recording.synced();
    return this;
  }

  /**
   * Tries every state that a power cut can leave.
   *
   * @return how many there are
   * @throws AssertionError at the first that is wrong
   */
  public long check(int subsets, long seed) throws Exception {
    Path crashed = folder.resolve("crashed.pool");
    return new CrashStates(start, subsets, seed)
        .forEach(
            recording.events(),
            (image, mark, keptAll, where) -> {
              image.writeTo(crashed);
              try {
                check(crashed, keptAll ? mark.returned() : mark.durable(), mark.begun());
              } catch (Exception | AssertionError e) {
                throw new AssertionError("seed %d, crash at %s: %s".formatted(seed, where, e), e);
              } finally {
                Files.deleteIfExists(crashed);
              }
            });
  }

  private void check(Path crashed, int needed, int begun) throws Exception {
    try (Pool pool = builder(crashed).open()) {
      int last = workload.number(pool);
      if (last < needed || last > begun) {
        throw new AssertionError(
            "the pool is at update %d, not in [%d, %d]".formatted(last, needed, begun));
      }
      String found = workload.text(pool);
      if (!found.equals(states.get(last))) {
        throw new AssertionError(
            "update %d: expected%n%s%nfound%n%s".formatted(last, states.get(last), found));
      }
      workload.check(pool, last);
    }
    PoolVerifier.verify(crashed);
  }
}
