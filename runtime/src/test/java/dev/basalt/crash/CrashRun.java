package dev.basalt.crash;

import dev.basalt.Durability;
import dev.basalt.MediumPools;
import dev.basalt.Pool;
import dev.basalt.PoolBuilder;
import dev.basalt.format.Geometry;
import dev.basalt.medium.DeviceMedium;
import dev.basalt.medium.FileMedium;
import dev.basalt.medium.Medium;
import dev.basalt.recovery.PoolCreator;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;

/** One workload, recorded once and then cut off at every point in every way. */
final class CrashRun {
  private static final long POOL_SIZE_MAX = 64L << 20;
  private static final int DEVICE_SIZE = 12 << 20;

  private final Path folder;
  private final long seed;
  private final Durability durability;
  private final Recording recording = new Recording();
  private final Shelf shelf;
  private DiskImage start;
  private final Path file;
  private final long heapOffset;
  private UnaryOperator<Medium> plant = medium -> medium;
  private UnaryOperator<Medium> plantInRecovery = medium -> medium;
  private int subsets = 3;

  /** Every how many states the crash of the recovery itself is enumerated too; 0 for never. */
  private int recoveryCrashEvery = 40;

  private long memoryMax = 1 << 20;
  private boolean reclaimInBackground;
  private final boolean dax;
  private boolean device;
  private long states;
  private long recoveryStates;

  CrashRun(Path folder, long seed, Durability durability, long logSize) throws Exception {
    this(folder, seed, durability, logSize, false);
  }

  private CrashRun(Path folder, long seed, Durability durability, long logSize, boolean dax)
      throws Exception {
    this.folder = folder;
    this.seed = seed;
    this.durability = durability;
    this.dax = dax;
    this.shelf = new Shelf(seed, recording, dax || durability == Durability.SYNC);
    this.file = folder.resolve("workload.pool");
    Files.deleteIfExists(file);
    try (FileMedium medium = FileMedium.createUnpublished(file)) {
      PoolCreator.create(medium, logSize);
      medium.publish();
    }
    this.start = DiskImage.of(file);
    this.heapOffset = Geometry.heapOffset(logSize);
  }

  /** A workload on persistent memory, where updates are durable when they return. */
  static CrashRun onDax(Path folder, long seed, Durability durability, long logSize)
      throws Exception {
    return new CrashRun(folder, seed, durability, logSize, true);
  }

  /** A workload on a block device that has held something else. */
  static CrashRun onDevice(Path folder, long seed, Durability durability, long logSize)
      throws Exception {
    CrashRun run = new CrashRun(folder, seed, durability, logSize);
    run.device = true;
    byte[] garbage = new byte[DEVICE_SIZE];
    new Random(seed).nextBytes(garbage);
    Files.write(run.file, garbage);
    try (DeviceMedium medium = DeviceMedium.open(run.file, false)) {
      PoolCreator.createOnDevice(medium, logSize);
    }
    run.start = DiskImage.of(run.file);
    return run;
  }

  /** Puts a faulty medium between the pool and the recording. */
  CrashRun plant(UnaryOperator<Medium> newPlant) {
    plant = newPlant;
    return this;
  }

  /** Puts a faulty medium under the pool that recovers. */
  CrashRun plantInRecovery(UnaryOperator<Medium> newPlant) {
    plantInRecovery = newPlant;
    return this;
  }

  CrashRun subsets(int newSubsets) {
    subsets = newSubsets;
    return this;
  }

  CrashRun recoveryCrashEvery(int newEvery) {
    recoveryCrashEvery = newEvery;
    return this;
  }

  /** Reclaims in the background too, where nobody can say when. */
  CrashRun reclaimInBackground() {
    reclaimInBackground = true;
    return this;
  }

  CrashRun memoryMax(long bytes) {
    memoryMax = bytes;
    return this;
  }

  private Pool open(Path path, Recording on, Durability wanted, boolean planted) {
    PoolBuilder builder =
        Pool.builder(path)
            .maxSize(POOL_SIZE_MAX)
            .durability(wanted)
            .memoryMax(memoryMax)
            .freeSpaceKept(0)
            .reclaimInBackground(reclaimInBackground)
            .classLoader(CrashRun.class.getClassLoader());
    Medium under = openMedium(path);
    Medium medium =
        dax
            ? new DaxCrashingMedium(under, on, POOL_SIZE_MAX)
            : device ? new CrashingDevice(under, on) : new CrashingMedium(under, on);
    return MediumPools.open(builder, planted ? plant.apply(medium) : medium);
  }

  private Medium openMedium(Path path) {
    return device ? DeviceMedium.open(path, false) : FileMedium.open(path, false);
  }

  /** Records sessions: each opens the pool, runs its steps and closes it. */
  CrashRun record(List<List<Shelf.Kind>> sessions) throws Exception {
    boolean first = true;
    for (List<Shelf.Kind> session : sessions) {
      try (Pool pool = open(file, recording, durability, true)) {
        if (first) {
          shelf.create(pool);
          first = false;
        }
        for (Shelf.Kind kind : session) {
          shelf.run(pool, kind);
        }
      }
      recording.synced();
    }
    return this;
  }

  /**
   * Records a session in which every checkpoint that the caller's thread runs has commits of
   * another thread in its midst: before each of its first writes of pages, and before their sync.
   */
  CrashRun recordWithCommitsDuringCheckpoints(List<Shelf.Kind> session, Shelf.Kind... meanwhile)
      throws Exception {
    List<CommitsDuringCheckpoints> media = new ArrayList<>();
    plant(
        medium -> {
          media.add(new CommitsDuringCheckpoints(medium, heapOffset));
          return media.getLast();
        });
    try (Pool pool = open(file, recording, durability, true)) {
      shelf.create(pool);
      for (Shelf.Kind kind : session) {
        if (kind == Shelf.Kind.CHECKPOINT) {
          media
              .getLast()
              .whileCheckpointing(
                  () -> shelf.run(pool, kind),
                  () -> {
                    for (Shelf.Kind other : meanwhile) {
                      shelf.run(pool, other);
                    }
                  });
        } else {
          shelf.run(pool, kind);
        }
      }
    }
    recording.synced();
    return this;
  }

  /** Records updates of one thread while another one runs checkpoint after checkpoint. */
  CrashRun recordBesideCheckpoints(List<Shelf.Kind> session) throws Exception {
    try (Pool pool = open(file, recording, durability, true)) {
      shelf.create(pool);
      AtomicBoolean done = new AtomicBoolean();
      Thread checkpoints =
          Thread.ofPlatform()
              .start(
                  () -> {
                    while (!done.get()) {
                      pool.checkpoint();
                    }
                  });
      try {
        for (Shelf.Kind kind : session) {
          shelf.run(pool, kind);
        }
      } finally {
        done.set(true);
        checkpoints.join();
      }
    }
    recording.synced();
    return this;
  }

  /**
   * Records updates while another thread makes backup after backup; each of them is a state that
   * the pool was in.
   */
  CrashRun recordBesideBackups(List<Shelf.Kind> session) throws Exception {
    try (Pool pool = open(file, recording, durability, true)) {
      shelf.create(pool);
      AtomicBoolean done = new AtomicBoolean();
      List<Path> backups = new ArrayList<>();
      Thread thread =
          Thread.ofPlatform()
              .start(
                  () -> {
                    do {
                      Path backup = folder.resolve("backup-" + backups.size());
                      pool.backup(backup);
                      backups.add(backup);
                    } while (!done.get());
                  });
      try {
        for (Shelf.Kind kind : session) {
          shelf.run(pool, kind);
        }
      } finally {
        done.set(true);
        thread.join();
      }
      int before = 0;
      for (Path backup : backups) {
        before = checkBackup(backup, before);
      }
      states += backups.size();
    }
    recording.synced();
    return this;
  }

  private int checkBackup(Path backup, int before) throws Exception {
    PoolVerifier.verify(backup);
    try (Pool pool = Pool.builder(backup).maxSize(POOL_SIZE_MAX).open()) {
      int claimed = Shelf.claimed(pool);
      if (claimed < before || !Shelf.text(pool).equals(shelf.states().get(claimed))) {
        throw new AssertionError(
            "seed %d: a backup is at update %d, and not as that left the pool; the one before was at %d"
                .formatted(seed, claimed, before));
      }
      return claimed;
    } finally {
      Files.delete(backup);
    }
  }

  /** Random sessions of the given kinds. */
  static List<List<Shelf.Kind>> sessions(long seed, int sessions, int steps, Shelf.Kind... kinds) {
    Random random = new Random(seed);
    List<List<Shelf.Kind>> all = new ArrayList<>();
    for (int i = 0; i < sessions; i++) {
      List<Shelf.Kind> session = new ArrayList<>();
      for (int n = 0; n < steps; n++) {
        session.add(kinds[random.nextInt(kinds.length)]);
      }
      all.add(session);
    }
    return all;
  }

  /** Tries every state; throws at the first that is wrong. */
  CrashRun check() throws Exception {
    Path crashed = folder.resolve("crashed.pool");
    try {
      states =
          new CrashStates(start, subsets, seed)
              .forEach(
                  recording.events(),
                  (image, mark, keptAll, where) -> {
                    int needed = keptAll ? mark.returned() : mark.durable();
                    image.writeTo(crashed);
                    check(crashed, needed, mark.begun(), where);
                    states++;
                    if (recoveryCrashEvery > 0 && image.hashCode() % recoveryCrashEvery == 0) {
                      crashRecovery(image, needed, mark, where);
                    }
                  });
    } finally {
      Files.deleteIfExists(crashed);
    }
    return this;
  }

  private void check(Path crashed, int needed, int begun, String where) {
    PoolBuilder builder =
        Pool.builder(crashed)
            .maxSize(POOL_SIZE_MAX)
            .reclaimInBackground(reclaimInBackground)
            .classLoader(CrashRun.class.getClassLoader());
    Medium medium = openMedium(crashed);
    try (Pool pool =
        MediumPools.open(builder, plantInRecovery.apply(dax ? new PretendedDax(medium) : medium))) {
      int claimed = Shelf.claimed(pool);
      if (claimed < needed || claimed > begun) {
        throw new AssertionError(
            "the pool is at update %d, not in [%d, %d]".formatted(claimed, needed, begun));
      }
      String expected = shelf.states().get(claimed);
      String found = Shelf.text(pool);
      if (!found.equals(expected)) {
        throw new AssertionError(
            "update %d: expected%n%s%nfound%n%s"
                .formatted(claimed, shorten(expected), shorten(found)));
      }
      PoolVerifier.verifySound(pool);
      pool.reclaim();
      long _ = pool.collectCycles();
      Shelf.checkWeak(pool);
    } catch (RuntimeException | AssertionError e) {
      throw failed(where, e);
    }
    try {
      PoolVerifier.verify(crashed);
    } catch (RuntimeException | AssertionError e) {
      throw failed(where + ", after reclaiming and collecting cycles", e);
    }
  }

  private void crashRecovery(DiskImage image, int needed, Recording.Mark mark, String where)
      throws Exception {
    Path recovering = folder.resolve("recovering.pool");
    Path crashed = folder.resolve("crashed-twice.pool");
    try {
      Recording second = new Recording();
      second.startFrom(mark);
      image.writeTo(recovering);
      try (Pool pool = open(recovering, second, Durability.SYNC, false)) {
        pool.checkpoint();
      }
      recoveryStates +=
          new CrashStates(image, subsets, seed)
              .forEach(
                  second.events(),
                  (again, same, keptAll, at) -> {
                    again.writeTo(crashed);
                    check(crashed, needed, mark.begun(), where + "; then in recovery, " + at);
                  });
    } finally {
      Files.deleteIfExists(recovering);
      Files.deleteIfExists(crashed);
    }
  }

  private AssertionError failed(String where, Throwable cause) {
    return new AssertionError("seed %d, crash at %s: %s".formatted(seed, where, cause), cause);
  }

  private static String shorten(String text) {
    return text.length() > 2000 ? text.substring(0, 2000) + "..." : text;
  }

  long states() {
    return states;
  }

  long recoveryStates() {
    return recoveryStates;
  }

  int events() {
    return recording.events().size();
  }

  /** How often the workload cut the file off. */
  long shrinks() {
    return recording.events().stream().filter(Recording.Shrink.class::isInstance).count();
  }

  /** How often the workload gave space back. */
  long discards() {
    return recording.events().stream().filter(Recording.Discard.class::isInstance).count();
  }
}
