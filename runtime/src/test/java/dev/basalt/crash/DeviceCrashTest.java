package dev.basalt.crash;

import static dev.basalt.crash.Shelf.Kind.CHECKPOINT;
import static dev.basalt.crash.Shelf.Kind.CLEAR_VALUES;
import static dev.basalt.crash.Shelf.Kind.DROP_FRONT;
import static dev.basalt.crash.Shelf.Kind.HUGE_VALUE;
import static dev.basalt.crash.Shelf.Kind.PUSH;
import static dev.basalt.crash.Shelf.Kind.PUSH_MANY;
import static dev.basalt.crash.Shelf.Kind.RECLAIM;
import static dev.basalt.crash.Shelf.Kind.RUN_VALUE;
import static dev.basalt.crash.Shelf.Kind.SET;
import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.Durability;
import dev.basalt.MediumPools;
import dev.basalt.Pool;
import dev.basalt.PoolBuilder;
import dev.basalt.fixture.Item;
import dev.basalt.log.SuperblockStore;
import dev.basalt.medium.DeviceMedium;
import dev.basalt.medium.Medium;
import dev.basalt.recovery.PoolCreator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A power cut while a pool is made on a device leaves what was there, no pool, or a whole one; and
 * one while it grows and shrinks there costs nothing. The device is a file that is used like one.
 */
@Tag("exhaustive")
class DeviceCrashTest {
  private static final int DEVICE_SIZE = 3 << 20;
  private static final long LOG_SIZE = 64 << 10;
  private static final int LAST = 400;
  private static final boolean STRESS = Boolean.getBoolean("basalt.stress");

  private Path folder;
  private Path device;

  @BeforeEach
  void makeFolder() throws IOException {
    folder = CrashFolder.create();
    device = folder.resolve("device");
  }

  @AfterEach
  void deleteFolder() throws IOException {
    CrashFolder.delete(folder);
  }

  /** What the device holds before. */
  private enum Before {
    NOTHING,
    GARBAGE,
    POOL
  }

  private void prepare(Before before) throws IOException {
    byte[] bytes = new byte[DEVICE_SIZE];
    if (before != Before.NOTHING) {
      new Random(7).nextBytes(bytes);
    }
    Files.write(device, bytes);
    if (before == Before.POOL) {
      try (DeviceMedium medium = DeviceMedium.open(device, false)) {
        PoolCreator.createOnDevice(medium, LOG_SIZE);
      }
      Path open = folder.resolve("open");
      Files.copy(device, open);
      try (Pool pool = open(DeviceMedium.open(open, false))) {
        Item root = pool.root("old", Item.class, () -> new Item(5));
        for (int i = 0; i <= LAST; i++) { // the older superblock has lost its log
          root.name("a name that fills the log " + i);
          if (i == LAST / 2) {
            pool.checkpoint();
          }
        }
        Files.copy(open, device, StandardCopyOption.REPLACE_EXISTING); // as if it had been killed
      }
    }
  }

  private static Pool open(Medium medium) {
    PoolBuilder builder =
        Pool.builder(Path.of(medium.name()))
            .maxSize(64L << 20)
            .classLoader(DeviceCrashTest.class.getClassLoader());
    return MediumPools.open(builder, medium);
  }

  /** What is on a device after a crash. */
  private enum Found {
    NO_POOL,
    OLD_POOL,
    NEW_POOL
  }

  private static Found look(Path crashed) {
    try (DeviceMedium medium = DeviceMedium.open(crashed, false)) {
      if (!SuperblockStore.isPool(medium)) {
        return Found.NO_POOL;
      }
    }
    try (Pool pool = open(DeviceMedium.open(crashed, false))) {
      PoolVerifier.verifySound(pool);
      if (pool.rootNames().isEmpty()) {
        pool.putRoot("new", new Item(6));
        return Found.NEW_POOL;
      }
      Item old = pool.root("old", Item.class).orElseThrow();
      assertThat(old.number()).isEqualTo(5);
      assertThat(old.name()).isEqualTo("a name that fills the log " + LAST);
      return Found.OLD_POOL;
    }
  }

  @ParameterizedTest
  @EnumSource
  void creationLeavesWhatWasThereOrNoPoolOrAWholeOne(Before before) throws Exception {
    prepare(before);
    DiskImage start = DiskImage.of(device);
    Recording recording = new Recording();
    try (Medium medium = new CrashingDevice(DeviceMedium.open(device, false), recording)) {
      PoolCreator.createOnDevice(medium, LOG_SIZE);
    }
    Path crashed = folder.resolve("crashed");
    int[] counts = new int[Found.values().length];
    Found[] last = new Found[1];
    long states =
        new CrashStates(start, STRESS ? 30 : 6, 1)
            .forEach(
                recording.events(),
                (image, _, _, where) -> {
                  image.writeTo(crashed);
                  try {
                    last[0] = look(crashed);
                  } catch (RuntimeException | AssertionError e) {
                    throw new AssertionError("crash at " + where + ": " + e, e);
                  }
                  counts[last[0].ordinal()]++;
                });
    System.out.printf(
        "crash states of creation on a device with %s: %d; no pool %d, old %d, new %d%n",
        before, states, counts[0], counts[1], counts[2]);
    assertThat(states).isGreaterThan(30);
    assertThat(counts[Found.NO_POOL.ordinal()]).isPositive();
    assertThat(counts[Found.OLD_POOL.ordinal()] > 0).isEqualTo(before == Before.POOL);
    assertThat(last[0]).isEqualTo(Found.NEW_POOL);
  }

  @Test
  void growingAndReclaimingOnADeviceSurvive() throws Exception {
    for (Durability durability : Durability.values()) {
      CrashRun run =
          CrashRun.onDevice(folder, 3, durability, 2 * LOG_SIZE)
              .subsets(STRESS ? 9 : 1)
              .recoveryCrashEvery(STRESS ? 20 : 100)
              .record(
                  List.of(
                      List.of(
                          PUSH,
                          PUSH_MANY,
                          HUGE_VALUE,
                          CLEAR_VALUES,
                          DROP_FRONT,
                          RECLAIM,
                          CHECKPOINT,
                          HUGE_VALUE,
                          SET,
                          CLEAR_VALUES,
                          RECLAIM,
                          CHECKPOINT),
                      List.of(RUN_VALUE, RECLAIM, CHECKPOINT, SET)))
              .check();
      System.out.printf(
          "crash states on a device, %s: %d and %d during recovery, space given back %d times%n",
          durability, run.states(), run.recoveryStates(), run.discards());
      assertThat(run.discards()).isGreaterThan(2);
    }
  }
}
