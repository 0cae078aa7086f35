package dev.basalt.crash;

import static dev.basalt.crash.Shelf.Kind.ABORT;
import static dev.basalt.crash.Shelf.Kind.BIG_VALUE;
import static dev.basalt.crash.Shelf.Kind.CHECKPOINT;
import static dev.basalt.crash.Shelf.Kind.CLEAR_VALUES;
import static dev.basalt.crash.Shelf.Kind.COLLECT_CYCLES;
import static dev.basalt.crash.Shelf.Kind.DROP_FRONT;
import static dev.basalt.crash.Shelf.Kind.HUGE_VALUE;
import static dev.basalt.crash.Shelf.Kind.PUSH;
import static dev.basalt.crash.Shelf.Kind.PUSH_MANY;
import static dev.basalt.crash.Shelf.Kind.RECLAIM;
import static dev.basalt.crash.Shelf.Kind.REMOVE;
import static dev.basalt.crash.Shelf.Kind.RING;
import static dev.basalt.crash.Shelf.Kind.ROOTS;
import static dev.basalt.crash.Shelf.Kind.RUN_VALUE;
import static dev.basalt.crash.Shelf.Kind.SET;
import static dev.basalt.crash.Shelf.Kind.SMALL_RUN_VALUE;
import static dev.basalt.crash.Shelf.Kind.SYNC;
import static dev.basalt.crash.Shelf.Kind.WEAK;
import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.Durability;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Whatever the point of a power cut and whatever of the unsynced bytes reached the disk, the pool
 * opens with exactly a prefix of its history that has every update promised to be durable.
 */
@Tag("exhaustive")
class CrashEnumerationTest {
  private static final long LOG_SIZE = 64 << 10;
  private static final long SEEDS = Boolean.getBoolean("basalt.stress") ? 200 : 2;
  private static final int SUBSETS = Boolean.getBoolean("basalt.stress") ? 9 : 3;

  private static final LongAdder allStates = new LongAdder();

  private Path folder;

  @BeforeEach
  void makeFolder() throws IOException {
    folder = CrashFolder.create();
  }

  @AfterEach
  void deleteFolder() throws IOException {
    CrashFolder.delete(folder);
  }

  private interface Sessions {
    List<List<Shelf.Kind>> of(long seed);
  }

  private void enumerate(String name, Durability durability, long logSize, Sessions sessions)
      throws Exception {
    enumerate(name, durability, logSize, 20, sessions);
  }

  private void enumerate(
      String name, Durability durability, long logSize, int recoveryCrashEvery, Sessions sessions)
      throws Exception {
    long states = 0;
    long recoveryStates = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      CrashRun run =
          new CrashRun(folder, seed, durability, logSize)
              .subsets(SUBSETS)
              .recoveryCrashEvery(recoveryCrashEvery)
              .record(sessions.of(seed))
              .check();
      states += run.states();
      recoveryStates += run.recoveryStates();
    }
    report(name, states, recoveryStates);
  }

  @Test
  void smallUpdatesSurvive() throws Exception {
    enumerate(
        "small updates",
        Durability.SYNC,
        LOG_SIZE,
        seed -> CrashRun.sessions(seed, 2, 20, SET, PUSH, REMOVE, ROOTS, ABORT));
  }

  @Test
  void growthSurvives() throws Exception {
    enumerate(
        "growth",
        Durability.SYNC,
        LOG_SIZE,
        seed -> CrashRun.sessions(seed, 2, 12, PUSH_MANY, PUSH_MANY, SET, ABORT, DROP_FRONT));
  }

  @Test
  void reclaimingSurvives() throws Exception {
    enumerate(
        "reclaiming",
        Durability.SYNC,
        LOG_SIZE,
        seed ->
            CrashRun.sessions(
                seed, 4, 8, PUSH, PUSH_MANY, DROP_FRONT, REMOVE, RECLAIM, ROOTS, CHECKPOINT));
  }

  /** Steps of the pool's thread fall between any two writes of updates. */
  @Test
  void reclaimingInTheBackgroundSurvives() throws Exception {
    long states = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      CrashRun run =
          new CrashRun(folder, seed, Durability.SYNC, LOG_SIZE)
              .reclaimInBackground()
              .subsets(SUBSETS)
              .recoveryCrashEvery(20)
              .record(
                  CrashRun.sessions(
                      seed, 3, 10, PUSH_MANY, DROP_FRONT, PUSH_MANY, REMOVE, ROOTS, CHECKPOINT))
              .check();
      states += run.states();
    }
    report("reclaiming in the background", states, 0);
  }

  @Test
  void collectingCyclesSurvives() throws Exception {
    enumerate(
        "collecting cycles",
        Durability.SYNC,
        LOG_SIZE,
        60,
        seed ->
            CrashRun.sessions(
                seed, 2, 7, RING, RING, COLLECT_CYCLES, PUSH, REMOVE, RECLAIM, CHECKPOINT));
  }

  @Test
  void weakReferencesSurvive() throws Exception {
    enumerate(
        "weak references",
        Durability.SYNC,
        LOG_SIZE,
        60,
        seed ->
            CrashRun.sessions(
                seed, 2, 8, WEAK, WEAK, RING, COLLECT_CYCLES, REMOVE, DROP_FRONT, RECLAIM, WEAK));
  }

  @Test
  void logWrapSurvives() throws Exception {
    enumerate(
        "log wrap",
        Durability.SYNC,
        LOG_SIZE,
        seed -> CrashRun.sessions(seed, 2, 20, BIG_VALUE, BIG_VALUE, SET, PUSH, RECLAIM, ABORT));
  }

  @Test
  void updatesLargerThanTheLogSurvive() throws Exception {
    enumerate(
        "spilled updates",
        Durability.SYNC,
        2 * LOG_SIZE,
        12,
        seed ->
            CrashRun.sessions(seed, 3, 12, RUN_VALUE, RUN_VALUE, HUGE_VALUE, SET, RECLAIM, PUSH));
  }

  /** What the log would replay over the place of a spill must not be written home over it. */
  @Test
  void spillIntoSpaceThatTheLogHasWrittenSurvives() throws Exception {
    enumerate(
        "spill into freed space",
        Durability.SYNC,
        2 * LOG_SIZE,
        1,
        seed ->
            List.of(
                List.of(
                    PUSH,
                    SMALL_RUN_VALUE,
                    SMALL_RUN_VALUE,
                    SMALL_RUN_VALUE,
                    CHECKPOINT,
                    SMALL_RUN_VALUE,
                    CLEAR_VALUES,
                    RECLAIM,
                    HUGE_VALUE,
                    SET)));
  }

  /** Runs and chunks that are freed, given back to the file system, and used again. */
  @Test
  void spaceThatIsGivenBackIsNeverMissed() throws Exception {
    long discards = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      CrashRun run =
          new CrashRun(folder, seed, Durability.SYNC, 2 * LOG_SIZE)
              .subsets(SUBSETS)
              .recoveryCrashEvery(10)
              .record(
                  List.of(
                      List.of(
                          PUSH,
                          RUN_VALUE,
                          RUN_VALUE,
                          PUSH_MANY,
                          CHECKPOINT,
                          CLEAR_VALUES,
                          DROP_FRONT,
                          RECLAIM,
                          SET,
                          CHECKPOINT,
                          RUN_VALUE,
                          PUSH_MANY,
                          CLEAR_VALUES,
                          RECLAIM,
                          CHECKPOINT,
                          HUGE_VALUE,
                          SET),
                      List.of(RUN_VALUE, CLEAR_VALUES, RECLAIM, CHECKPOINT, PUSH_MANY, SET)))
              .check();
      discards += run.discards();
      System.out.printf(
          "crash states, space given back: %d and %d during recovery, %d discards (seed %d)%n",
          run.states(), run.recoveryStates(), run.discards(), seed);
    }
    assertThat(discards).isGreaterThan(3 * SEEDS);
  }

  /** The free end of the file is cut off, and grows again at once. */
  @Test
  void fileThatBecomesShorterAndLongerSurvives() throws Exception {
    for (long seed = 1; seed <= SEEDS; seed++) {
      for (Durability durability : Durability.values()) {
        CrashRun run =
            new CrashRun(folder, seed, durability, 2 * LOG_SIZE)
                .subsets(SUBSETS)
                .recoveryCrashEvery(20)
                .record(
                    List.of(
                        List.of(
                            PUSH,
                            HUGE_VALUE,
                            CLEAR_VALUES,
                            RECLAIM,
                            CHECKPOINT,
                            HUGE_VALUE,
                            SET,
                            CLEAR_VALUES,
                            RECLAIM,
                            CHECKPOINT,
                            PUSH,
                            CHECKPOINT,
                            PUSH_MANY,
                            RUN_VALUE),
                        List.of(CHECKPOINT, DROP_FRONT, RECLAIM, CHECKPOINT, RUN_VALUE, SET)))
                .check();
        System.out.printf(
            "crash states, shorter file, %s: %d and %d during recovery, cut off %d times (seed"
                + " %d)%n",
            durability, run.states(), run.recoveryStates(), run.shrinks(), seed);
        assertThat(run.shrinks()).isGreaterThanOrEqualTo(2);
        allStates.add(run.states() + run.recoveryStates());
      }
    }
  }

  /** What has become free since a checkpoint began is not cut off by it. */
  @Test
  void spaceThatBecomesFreeDuringACheckpointIsNotCutOff() throws Exception {
    count(
        "async, space that becomes free during a checkpoint",
        (seed, run) ->
            run.recordWithCommitsDuringCheckpoints(
                List.of(PUSH, HUGE_VALUE, CHECKPOINT, PUSH, HUGE_VALUE, SET, CHECKPOINT),
                SMALL_RUN_VALUE,
                CLEAR_VALUES,
                RECLAIM),
        Durability.ASYNC);
  }

  @Test
  void asyncUpdatesKeepTheirOrder() throws Exception {
    enumerate(
        "async",
        Durability.ASYNC,
        LOG_SIZE,
        seed ->
            CrashRun.sessions(
                seed, 2, 25, SET, PUSH, REMOVE, ROOTS, ABORT, SYNC, BIG_VALUE, RECLAIM));
  }

  @Test
  void asyncUpdatesLargerThanTheLogSurvive() throws Exception {
    enumerate(
        "async, spilled updates",
        Durability.ASYNC,
        2 * LOG_SIZE,
        12,
        seed ->
            CrashRun.sessions(
                seed, 3, 12, RUN_VALUE, RUN_VALUE, HUGE_VALUE, SET, RECLAIM, RECLAIM));
  }

  @Test
  void commitsDuringCheckpointsSurvive() throws Exception {
    commitsDuringCheckpoints("commits during checkpoints", Durability.SYNC);
  }

  @Test
  void asyncCommitsDuringCheckpointsSurvive() throws Exception {
    commitsDuringCheckpoints("async, commits during checkpoints", Durability.ASYNC);
  }

  private void commitsDuringCheckpoints(String name, Durability durability) throws Exception {
    count(
        name,
        (seed, run) ->
            run.recordWithCommitsDuringCheckpoints(
                List.of(
                    PUSH_MANY,
                    SET,
                    CHECKPOINT,
                    SET,
                    REMOVE,
                    CHECKPOINT,
                    PUSH_MANY,
                    DROP_FRONT,
                    RECLAIM,
                    CHECKPOINT,
                    SET),
                SET,
                PUSH,
                REMOVE),
        durability);
  }

  @Test
  void commitsBesideCheckpointsSurvive() throws Exception {
    for (Durability durability : Durability.values()) {
      count(
          durability + ", commits racing with checkpoints",
          (seed, run) ->
              run.recordBesideCheckpoints(
                  CrashRun.sessions(seed, 1, 30, SET, PUSH, REMOVE).getFirst()),
          durability);
    }
  }

  private interface Recorder {
    CrashRun record(long seed, CrashRun run) throws Exception;
  }

  private void count(String name, Recorder recorder, Durability durability) throws Exception {
    long states = 0;
    long recoveryStates = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      CrashRun run =
          new CrashRun(folder, seed, durability, 8 * LOG_SIZE)
              .memoryMax(16 << 20)
              .subsets(SUBSETS)
              .recoveryCrashEvery(60);
      recorder.record(seed, run).check();
      states += run.states();
      recoveryStates += run.recoveryStates();
    }
    report(name, states, recoveryStates);
  }

  private static void report(String name, long states, long recoveryStates) {
    System.out.printf(
        "crash states, %s: %d and %d during recovery (seeds 1-%d)%n",
        name, states, recoveryStates, SEEDS);
    assertThat(states).isGreaterThan(10 * SEEDS);
    allStates.add(states + recoveryStates);
  }

  @AfterAll
  static void thousandsWereTried() {
    System.out.printf("crash states, all: %d%n", allStates.sum());
  }
}
