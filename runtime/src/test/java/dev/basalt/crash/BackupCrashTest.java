package dev.basalt.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.Durability;
import dev.basalt.MediumPools;
import dev.basalt.Pool;
import dev.basalt.error.BasaltException;
import dev.basalt.fixture.ChildJvm;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import dev.basalt.medium.FileMedium;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A crash during a backup leaves the pool as any crash does, and a whole backup or none. */
@Tag("exhaustive")
class BackupCrashTest {
  private static final boolean STRESS = Boolean.getBoolean("basalt.stress");

  @RegisterExtension final Pools pools = new Pools();

  /** Before its superblock is there a backup is no pool, and then it is whole. */
  @Test
  void powerCutLeavesAWholeBackupOrNoPool() throws Exception {
    Pool pool = pools.open();
    Item root = pool.root("root", Item.class, () -> new Item(7));
    root.value("a value in a run of chunks ".repeat(5000));
    root.next(new Item(8));
    Path file = pools.file("target");
    Recording recording = new Recording();
    DiskImage empty;
    try (FileMedium target = FileMedium.createUnpublished(file)) {
      target.publish();
      empty = DiskImage.of(file);
      MediumPools.backup(pool, new CrashingMedium(target, recording));
    }
    Path crashed = pools.folder().resolve("crashed");
    int[] whole = new int[1];
    boolean[] last = new boolean[1];
    long states =
        new CrashStates(empty, STRESS ? 9 : 2, 1)
            .forEach(
                recording.events(),
                (image, _, _, where) -> {
                  image.writeTo(crashed);
                  last[0] = isWholeOrNone(crashed, where);
                  whole[0] += last[0] ? 1 : 0;
                });
    System.out.printf("crash states of a backup: %d, %d of them whole%n", states, whole[0]);
    assertThat(states).isGreaterThan(40);
    assertThat(whole[0]).isPositive();
    assertThat(last[0]).as("what was synced when the backup had returned").isTrue();
  }

  private static boolean isWholeOrNone(Path file, String where) {
    try (Pool copy =
        Pool.builder(file)
            .maxSize(64L << 20)
            .classLoader(BackupCrashTest.class.getClassLoader())
            .open()) {
      Item root = copy.root("root", Item.class).orElseThrow();
      assertThat(root.number()).as(where).isEqualTo(7);
      assertThat((String) root.value()).as(where).hasSize(27 * 5000);
      assertThat(root.next().number()).as(where).isEqualTo(8);
      PoolVerifier.verify(copy);
      return true;
    } catch (BasaltException e) {
      return false;
    }
  }

  @ParameterizedTest
  @EnumSource(Durability.class)
  void everyCrashPointOfAPoolIsAsGoodWhileItIsBackedUp(Durability durability) throws Exception {
    long states = 0;
    for (long seed = 1; seed <= (STRESS ? 50 : 1); seed++) {
      CrashRun run =
          new CrashRun(pools.folder(), seed, durability, Pools.LOG_SIZE)
              .subsets(STRESS ? 9 : 1)
              .recoveryCrashEvery(0)
              .recordBesideBackups(
                  CrashRun.sessions(
                          seed,
                          1,
                          12,
                          Shelf.Kind.SET,
                          Shelf.Kind.PUSH_MANY,
                          Shelf.Kind.DROP_FRONT,
                          Shelf.Kind.RUN_VALUE,
                          Shelf.Kind.HUGE_VALUE,
                          Shelf.Kind.CLEAR_VALUES,
                          Shelf.Kind.RECLAIM,
                          Shelf.Kind.CHECKPOINT)
                      .getFirst())
              .check();
      states += run.states();
    }
    System.out.printf("crash states beside backups, %s: %d%n", durability, states);
    assertThat(states).isGreaterThan(30);
  }

  /** Updates in one thread, backups in another; prints each backup that has returned. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) throws Exception {
      Path folder = Path.of(args[0]);
      Pool pool = open(folder.resolve("source.pool"));
      Item root = pool.root("root", Item.class, () -> new Item(0));
      Thread updates =
          Thread.ofPlatform()
              .daemon()
              .start(
                  () -> {
                    while (true) {
                      pool.update(() -> step(root));
                    }
                  });
      for (int i = 0; updates.isAlive(); i++) {
        long before = root.number();
        pool.backup(folder.resolve("backup-" + i));
        System.out.println(i + " " + before);
      }
    }

    private static void step(Item root) {
      root.number(root.number() + 1);
      root.amount(root.amount() + 1);
      root.value(Long.toString(root.number()).repeat(5000));
    }
  }

  private static Pool open(Path file) {
    return Pool.builder(file)
        .durability(Durability.ASYNC)
        .logSize(1 << 20)
        .maxSize(64L << 20)
        .classLoader(BackupCrashTest.class.getClassLoader())
        .open();
  }

  @Test
  void killedProcessLeavesWholeBackups() throws Exception {
    long seed = new Random().nextLong();
    System.out.println("kills during backups: seed " + seed);
    Random random = new Random(seed);
    for (int round = 0; round < (STRESS ? 50 : 3); round++) {
      Path folder = Files.createDirectory(pools.folder().resolve("round-" + round));
      List<String> lines;
      try (ChildJvm child = ChildJvm.start(Child.class, folder)) {
        String first = child.line();
        TimeUnit.MILLISECONDS.sleep(random.nextInt(300));
        lines = child.kill();
        lines.addFirst(first);
      }
      for (String line : lines) {
        String[] words = line.split(" ");
        assertWhole(folder.resolve("backup-" + words[0]), Long.parseLong(words[1]));
      }
      Path last = folder.resolve("backup-" + lines.size());
      if (Files.exists(last)) { // it had its name before it was reported
        assertWhole(last, 0);
      }
      assertWhole(folder.resolve("source.pool"), 0);
    }
  }

  private static void assertWhole(Path file, long numberMin) throws IOException {
    PoolVerifier.verify(file);
    try (Pool pool = open(file)) {
      Item root = pool.root("root", Item.class).orElseThrow();
      assertThat(root.number()).isGreaterThanOrEqualTo(numberMin);
      assertThat(root.amount()).isEqualTo((int) root.number());
      if (root.number() > 0) {
        assertThat(root.value()).isEqualTo(Long.toString(root.number()).repeat(5000));
      }
    }
  }
}
