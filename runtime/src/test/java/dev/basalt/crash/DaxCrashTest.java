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
import static dev.basalt.crash.Shelf.Kind.WEAK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.Durability;
import dev.basalt.format.Geometry;
import dev.basalt.medium.Mapping;
import dev.basalt.medium.Medium;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The crash enumeration on persistent memory: whatever of the stores that were not written back has
 * become durable, word by word, in whatever order, the pool opens with every update that had
 * returned; and engines that were made wrong on purpose are found.
 */
@Tag("exhaustive")
class DaxCrashTest {
  private static final long LOG_SIZE = 64 << 10;
  private static final long SEEDS = Boolean.getBoolean("basalt.stress") ? 200 : 1;
  private static final int SUBSETS = Boolean.getBoolean("basalt.stress") ? 9 : 3;

  private Path folder;

  @BeforeEach
  void makeFolder() throws IOException {
    folder = CrashFolder.create();
  }

  @AfterEach
  void deleteFolder() throws IOException {
    CrashFolder.delete(folder);
  }

  private interface Recorder {
    CrashRun record(long seed, CrashRun run) throws Exception;
  }

  private void enumerate(String name, Durability durability, long logSize, Recorder recorder)
      throws Exception {
    long states = 0;
    long recoveryStates = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      CrashRun run =
          CrashRun.onDax(folder, seed, durability, logSize)
              .memoryMax(16 << 20)
              .subsets(SUBSETS)
              .recoveryCrashEvery(60);
      recorder.record(seed, run).check();
      states += run.states();
      recoveryStates += run.recoveryStates();
    }
    System.out.printf(
        "crash states, DAX, %s: %d and %d during recovery (seeds 1-%d)%n",
        name, states, recoveryStates, SEEDS);
    assertThat(states).isGreaterThan(10 * SEEDS);
  }

  @Test
  void smallUpdatesSurvive() throws Exception {
    enumerate(
        "small updates",
        Durability.SYNC,
        LOG_SIZE,
        (seed, run) ->
            run.record(
                CrashRun.sessions(seed, 2, 15, SET, PUSH, REMOVE, ROOTS, ABORT, CHECKPOINT)));
  }

  @Test
  void asyncUpdatesAreDurableWhenTheyReturn() throws Exception {
    enumerate(
        "async",
        Durability.ASYNC,
        LOG_SIZE,
        (seed, run) ->
            run.record(CrashRun.sessions(seed, 2, 15, SET, PUSH, REMOVE, BIG_VALUE, RECLAIM)));
  }

  @Test
  void growthAndReclaimingSurvive() throws Exception {
    enumerate(
        "growth and reclaiming",
        Durability.SYNC,
        LOG_SIZE,
        (seed, run) ->
            run.record(
                CrashRun.sessions(seed, 2, 10, PUSH_MANY, DROP_FRONT, SET, RECLAIM, CHECKPOINT)));
  }

  @Test
  void cyclesAndWeakReferencesSurvive() throws Exception {
    enumerate(
        "cycles and weak references",
        Durability.SYNC,
        LOG_SIZE,
        (seed, run) ->
            run.record(
                CrashRun.sessions(seed, 2, 8, RING, WEAK, COLLECT_CYCLES, REMOVE, RECLAIM, PUSH)));
  }

  @Test
  void spaceThatIsGivenBackAndUpdatesLargerThanTheLogSurvive() throws Exception {
    enumerate(
        "space given back, spilled updates",
        Durability.SYNC,
        2 * LOG_SIZE,
        (seed, run) ->
            run.record(
                List.of(
                    List.of(
                        PUSH,
                        SMALL_RUN_VALUE,
                        SMALL_RUN_VALUE,
                        RUN_VALUE,
                        CHECKPOINT,
                        SMALL_RUN_VALUE,
                        CLEAR_VALUES,
                        RECLAIM,
                        HUGE_VALUE,
                        SET,
                        CHECKPOINT),
                    List.of(RUN_VALUE, CLEAR_VALUES, RECLAIM, CHECKPOINT, HUGE_VALUE, SET))));
  }

  @Test
  void commitsDuringCheckpointsSurvive() throws Exception {
    enumerate(
        "commits during checkpoints",
        Durability.SYNC,
        8 * LOG_SIZE,
        (seed, run) ->
            run.recordWithCommitsDuringCheckpoints(
                List.of(PUSH_MANY, SET, CHECKPOINT, SET, DROP_FRONT, RECLAIM, CHECKPOINT, SET),
                SET,
                PUSH,
                REMOVE));
  }

  @Test
  void commitsBesideCheckpointsSurvive() throws Exception {
    enumerate(
        "commits racing with checkpoints",
        Durability.SYNC,
        8 * LOG_SIZE,
        (seed, run) ->
            run.recordBesideCheckpoints(
                CrashRun.sessions(seed, 1, 20, SET, PUSH, REMOVE).getFirst()));
  }

  @Test
  void backupsBesideUpdatesAreStatesOfThePool() throws Exception {
    enumerate(
        "backups beside updates",
        Durability.SYNC,
        8 * LOG_SIZE,
        (seed, run) ->
            run.recordBesideBackups(
                CrashRun.sessions(seed, 1, 20, SET, PUSH, PUSH_MANY, DROP_FRONT).getFirst()));
  }

  // ---- planted bugs

  private void isFound(UnaryOperator<Medium> plant, Shelf.Kind... kinds) throws Exception {
    CrashRun run =
        CrashRun.onDax(folder, 7, Durability.SYNC, LOG_SIZE)
            .subsets(6)
            .recoveryCrashEvery(0)
            .plant(plant)
            .record(CrashRun.sessions(7, 1, 40, kinds));
    assertThatThrownBy(run::check).isInstanceOf(AssertionError.class).hasMessageContaining("seed");
  }

  /** Puts back what a record held for one moment, and stores it only after it was to be durable. */
  private static final class LateLog extends PlantedMedium {
    private Mapping log;

    LateLog(Medium target) {
      super(target);
    }

    @Override
    public Mapping mapSynchronous(long offset, long lengthBytes) {
      log = super.mapSynchronous(offset, lengthBytes);
      return log;
    }

    @Override
    public void force(long offset, long lengthBytes) {
      long at = offset - Geometry.LOG_OFFSET;
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment record = arena.allocate(lengthBytes);
        log.copyOut(at, record);
        log.copyIn(at, arena.allocate(lengthBytes), 0, lengthBytes);
        super.force(offset, lengthBytes);
        log.copyIn(at, record, 0, record.byteSize());
      }
    }
  }

  @Test
  void missingForceOfTheRecordIsFound() throws Exception {
    isFound(
        medium ->
            new PlantedMedium(medium) {
              @Override
              public void force(long offset, long lengthBytes) {}
            },
        SET,
        PUSH,
        REMOVE);
  }

  @Test
  void forceBeforeTheRecordIsFound() throws Exception {
    isFound(LateLog::new, SET, PUSH, REMOVE);
  }

  /**
   * The record is forced only when the commit is half in place. Without checkpoints replay would
   * set right what the commit before has set, too.
   */
  @Test
  void applyBeforeForceIsFound() throws Exception {
    isFound(
        medium ->
            new PlantedMedium(medium) {
              private Runnable late = () -> {};
              private int stores;

              @Override
              public void force(long offset, long lengthBytes) {
                stores = 0;
                late = () -> super.force(offset, lengthBytes);
              }

              @Override
              public void beforeStores(long offset, long lengthBytes) {
                if (++stores == 3) {
                  late.run();
                }
                super.beforeStores(offset, lengthBytes);
              }
            },
        SET,
        PUSH,
        REMOVE,
        CHECKPOINT);
  }

  @Test
  void forceOfTooLittleIsFound() throws Exception {
    isFound(
        medium ->
            new PlantedMedium(medium) {
              @Override
              public void force(long offset, long lengthBytes) {
                super.force(offset, lengthBytes / 2);
              }
            },
        SET,
        PUSH,
        REMOVE);
  }

  @Test
  void missingSyncBeforeTheSuperblockIsFound() throws Exception {
    isFound(
        medium ->
            new PlantedMedium(medium) {
              private boolean superblock;

              @Override
              public void write(long offset, MemorySegment source) {
                superblock = offset < Geometry.LOG_OFFSET;
                super.write(offset, source);
              }

              @Override
              public void sync() {
                if (superblock) {
                  super.sync();
                }
                superblock = false;
              }
            },
        SET,
        PUSH,
        CHECKPOINT);
  }

  @Test
  void nothingIsFoundWithoutAPlantedBug() throws Exception {
    CrashRun.onDax(folder, 7, Durability.SYNC, LOG_SIZE)
        .recoveryCrashEvery(0)
        .plant(PlantedMedium::new)
        .record(CrashRun.sessions(7, 1, 25, BIG_VALUE, SET, PUSH, CHECKPOINT))
        .check();
  }
}
