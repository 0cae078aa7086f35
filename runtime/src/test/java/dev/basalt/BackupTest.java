package dev.basalt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.crash.PoolVerifier;
import dev.basalt.error.BasaltException;
import dev.basalt.error.CorruptPoolException;
import dev.basalt.error.IncompatiblePoolException;
import dev.basalt.error.MediaErrorException;
import dev.basalt.error.PoolAccessException;
import dev.basalt.error.PoolClosedException;
import dev.basalt.error.PoolInUseException;
import dev.basalt.error.ReadOnlyPoolException;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.Mounts;
import dev.basalt.fixture.Pools;
import dev.basalt.format.Geometry;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A backup is one state of a pool that goes on, or there is no backup. */
class BackupTest {
  private static final int ITEMS = 300;
  private static final int ROUNDS = Boolean.getBoolean("basalt.stress") ? 60 : 4;

  @RegisterExtension final Pools pools = new Pools();

  private Path target(String name) {
    return pools.folder().resolve(name);
  }

  /**
   * A list of items; each update changes all of a random subset's amounts so that the sum stays,
   * and sometimes makes or drops large values, so that chunks are taken, freed, spilled into and
   * given back. The root's number counts the updates.
   */
  private static final class Load {
    private final Pool pool;
    private final Random random;

    Load(Pool pool, long seed) {
      this.pool = pool;
      this.random = new Random(seed);
    }

    void create() {
      pool.update(
          () -> {
            Item root = new Item(0);
            pool.putRoot("root", root);
            for (int i = 0; i < ITEMS; i++) {
              Item item = new Item(i);
              item.name("the item that has the number " + i);
              item.next(root.next());
              root.next(item);
            }
          });
    }

    void step() {
      pool.update(
          () -> {
            Item root = pool.root("root", Item.class).orElseThrow();
            root.number(root.number() + 1);
            List<Item> items = new ArrayList<>();
            for (Item item = root.next(); item != null; item = item.next()) {
              items.add(item);
            }
            for (int i = 0; i < 20; i++) {
              Item from = items.get(random.nextInt(items.size()));
              Item to = items.get(random.nextInt(items.size()));
              from.amount(from.amount() - 1);
              to.amount(to.amount() + 1);
            }
            Item large = items.get(random.nextInt(items.size()));
            large.value(
                random.nextInt(3) == 0
                    ? null
                    : Long.toString(root.number()).repeat(random.nextInt(60_000)));
          });
      if (random.nextInt(10) == 0) {
        pool.reclaim();
      }
      if (random.nextInt(10) == 0) {
        pool.checkpoint();
      }
    }
  }

  /** The state of a pool as a number, and whether it is one. */
  private static long check(Pool pool) {
    return pool.view(
        () -> {
          Item root = pool.root("root", Item.class).orElseThrow();
          long sum = 0;
          int count = 0;
          for (Item item = root.next(); item != null; item = item.next()) {
            sum += item.amount();
            count++;
            if (item.value() instanceof String text && !text.isEmpty()) {
              assertThat(text.replace(text.substring(0, digits(text)), "")).isEmpty();
            }
          }
          assertThat(count).isEqualTo(ITEMS);
          assertThat(sum).isZero();
          return root.number();
        });
  }

  /** The length of the number that a text repeats. */
  private static int digits(String text) {
    for (int digits = 1; digits <= 9; digits++) {
      if (text.length() % digits == 0
          && text.substring(0, digits).repeat(text.length() / digits).equals(text)) {
        return digits;
      }
    }
    throw new AssertionError("torn text of " + text.length());
  }

  private long checkFile(Path file) {
    PoolVerifier.verify(file);
    try (Pool pool =
        Pool.builder(file)
            .mode(OpenMode.READ_ONLY)
            .maxSize(64L << 20)
            .classLoader(BackupTest.class.getClassLoader())
            .open()) {
      return check(pool);
    }
  }

  private PoolBuilder builder(Durability durability) {
    return pools
        .builder("test")
        .logSize(4 * Pools.LOG_SIZE)
        .memoryMax(1 << 20)
        .freeSpaceKept(0)
        .durability(durability);
  }

  @ParameterizedTest
  @EnumSource(Durability.class)
  void backupIsOneStateWhileUpdatesGoOn(Durability durability) throws Exception {
    long seed = new Random().nextLong();
    System.out.println("backups while updates go on: seed " + seed);
    Pool pool = pools.open(builder(durability));
    Load load = new Load(pool, seed);
    load.create();
    AtomicBoolean done = new AtomicBoolean();
    AtomicReference<Throwable> failed = new AtomicReference<>();
    Thread updates =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    while (!done.get()) {
                      load.step();
                    }
                  } catch (Throwable t) {
                    failed.set(t);
                  }
                });
    long earlier = -1;
    try {
      for (int round = 0; round < ROUNDS; round++) {
        Path full = target("full-" + round);
        long before = check(pool);
        // Every chunk waits a moment, so that many are changed before their turn.
        BackupReport report = pool.backup(full, (_, _) -> Thread.yield());
        long after = check(pool);
        assertThat(report.isComplete()).as("%s", report.damaged()).isTrue();
        long state = checkFile(full);
        assertThat(state).isBetween(before, after);
        Path changes = target("changes-" + round);
        BackupReport later = pool.backupChanges(full, changes);
        assertThat(later.isComplete()).isTrue();
        assertThat(later.commit()).isGreaterThanOrEqualTo(report.commit());
        Path restored = target("restored-" + round);
        Pool.restore(full, changes, restored);
        assertThat(checkFile(restored)).isBetween(after, check(pool));
        assertThat(checkFile(full)).as("the earlier backup is as it was").isEqualTo(state);
        assertThat(state).isGreaterThanOrEqualTo(earlier);
        earlier = state;
        for (Path file : List.of(full, changes, restored)) {
          Files.delete(file);
        }
      }
    } finally {
      done.set(true);
      updates.join();
    }
    assertThat(failed.get()).isNull();
  }

  /** Each point between two chunks, with changes of everything there. */
  @Test
  void whatChangesBetweenAnyTwoChunksIsInTheBackupAsItWas() {
    long seed = new Random().nextLong();
    System.out.println("changes between any two chunks: seed " + seed);
    Pool pool = pools.open(builder(Durability.SYNC));
    Load load = new Load(pool, seed);
    load.create();
    for (int i = 0; i < 30; i++) {
      load.step();
    }
    int[] chunks = new int[1];
    pool.backup(target("first"), (_, _) -> chunks[0]++);
    int every = Boolean.getBoolean("basalt.stress") ? 1 : Math.max(1, chunks[0] / 12);
    for (int at = 0; at < chunks[0]; at += every) {
      Path file = target("at-" + at);
      long[] calls = new long[1];
      int stop = at;
      long before = check(pool);
      BackupReport report =
          pool.backup(
              file,
              (_, _) -> {
                if (calls[0]++ == stop) {
                  for (int i = 0; i < 8; i++) {
                    load.step();
                  }
                  pool.reclaim();
                  pool.checkpoint(); // changed pages, spilled entries, discarded chunks
                  pool.checkpoint();
                }
              });
      assertThat(report.isComplete()).as("%s", report.damaged()).isTrue();
      assertThat(checkFile(file)).isEqualTo(before);
      assertThat(check(pool)).isEqualTo(before + 8);
    }
  }

  @Test
  void freeSpaceIsAHoleAndTheLogIsNot() throws Exception {
    Pool pool = pools.open(builder(Durability.SYNC).freeSpaceKept(Long.MAX_VALUE));
    Item root = pool.root("root", Item.class, () -> new Item(0));
    root.value("x".repeat(20 << 20));
    root.value(null);
    pool.reclaim();
    Path file = target("sparse");
    BackupReport report = pool.backup(file);
    assertThat(Files.size(file)).isEqualTo(report.poolBytes()).isGreaterThan(20 << 20);
    assertThat(onDisk(file)).isLessThan(2 << 20).isGreaterThanOrEqualTo(report.copiedBytes());
    try (Pool copy = pools.open(Pool.builder(file).maxSize(64L << 20))) {
      assertThat(copy.id()).isEqualTo(pool.id());
      assertThat(copy.root("root", Item.class)).isPresent();
    }
    Path restored = target("restored");
    Pool.restore(file, restored);
    assertThat(onDisk(restored)).isLessThan(2 << 20);
  }

  private static long onDisk(Path file) throws Exception {
    Process stat = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
    return 512 * Long.parseLong(new String(stat.getInputStream().readAllBytes()).strip());
  }

  @Test
  void changesAreSmallAndTheBackupOfALargerPoolFollows() throws IOException {
    Pool pool = pools.open(builder(Durability.SYNC));
    Item root = pool.root("root", Item.class, () -> new Item(0));
    root.value("x".repeat(2 << 20));
    Path full = target("full");
    pool.backup(full);
    root.number(7);
    BackupReport small = pool.backupChanges(full, target("small"));
    assertThat(small.copiedBytes()).isLessThan(10 * Geometry.PAGE_SIZE);
    assertThat(Files.size(target("small"))).isLessThan(11L * Geometry.PAGE_SIZE);
    root.next(new Item(8));
    root.next().value("y".repeat(9 << 20)); // the pool grows
    root.value(null);
    pool.reclaim();
    pool.backupChanges(full, target("large"));
    for (String name : List.of("small", "large")) {
      Path restored = target("restored-" + name);
      Pool.restore(full, target(name), restored);
      try (Pool copy = pools.open(Pool.builder(restored).maxSize(64L << 20))) {
        Item copied = copy.root("root", Item.class).orElseThrow();
        assertThat(copied.number()).isEqualTo(7);
        assertThat(copied.next() == null).isEqualTo(name.equals("small"));
        assertThat(copied.value() == null).isEqualTo(name.equals("large"));
      }
    }
  }

  @Test
  void nothingIsOverwritten() throws IOException {
    Pool pool = pools.open();
    Path file = Files.writeString(target("there"), "something else");
    assertThatThrownBy(() -> pool.backup(file))
        .isInstanceOf(PoolAccessException.class)
        .hasMessageContaining("exists already");
    Path backup = target("backup");
    pool.backup(backup);
    assertThatThrownBy(() -> pool.backup(backup)).isInstanceOf(PoolAccessException.class);
    assertThatThrownBy(() -> pool.backupChanges(backup, file))
        .isInstanceOf(PoolAccessException.class);
    assertThatThrownBy(() -> Pool.restore(backup, pool.path()))
        .isInstanceOf(PoolAccessException.class);
    // Somebody else makes the file while the backup runs.
    Path late = target("late");
    assertThatThrownBy(
            () ->
                pool.backup(
                    late,
                    (done, total) -> {
                      if (done == total) {
                        write(late);
                      }
                    }))
        .isInstanceOf(PoolAccessException.class);
    assertThat(Files.readString(late)).isEqualTo("late");
    assertThat(Files.readString(file)).isEqualTo("something else");
    assertNothingLeftOver();
  }

  private static void write(Path file) {
    try {
      Files.writeString(file, "late");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void assertNothingLeftOver() throws IOException {
    try (Stream<Path> files = Files.list(pools.folder())) {
      assertThat(files.map(Path::toString)).noneMatch(name -> name.endsWith(".new"));
    }
  }

  @Test
  void backupThatTheCallerEndsLeavesNothingAndThePoolGoesOn() throws IOException {
    Pool pool = pools.open();
    pool.putRoot("root", new Item(1));
    assertThatThrownBy(
            () ->
                pool.backup(
                    target("ended"),
                    (_, _) -> {
                      throw new IllegalStateException("enough");
                    }))
        .hasMessage("enough");
    pool.putRoot("root", new Item(2));
    pool.checkpoint();
    assertThat(target("ended")).doesNotExist();
    assertNothingLeftOver();
  }

  @Test
  void poolThatIsClosedMeanwhileEndsTheBackup() throws IOException {
    Pool pool = pools.open();
    pool.putRoot("root", new Item(1));
    assertThatThrownBy(() -> pool.backup(target("closed"), (_, _) -> pool.close()))
        .isInstanceOf(PoolClosedException.class);
    assertThat(target("closed")).doesNotExist();
    assertThatThrownBy(() -> pool.backup(target("later"))).isInstanceOf(PoolClosedException.class);
    assertNothingLeftOver();
  }

  @Test
  void fullTargetIsTheBackupsErrorAndNotThePools() throws Exception {
    Pool pool = pools.open(builder(Durability.SYNC));
    Load load = new Load(pool, 1);
    load.create();
    pool.root("root", Item.class).orElseThrow().value("x".repeat(6 << 20));
    try (Mounts mounts = new Mounts(pools.folder())) {
      Path small = mounts.tmpfs(4 << 20);
      assertThatThrownBy(
              () ->
                  pool.backup(
                      small.resolve("backup"),
                      (_, _) -> {
                        load.step();
                        pool.checkpoint(); // copies chunks itself, and meets the full disk
                      }))
          .isInstanceOf(MediaErrorException.class)
          .hasMessageContaining("No space left");
      try (Stream<Path> files = Files.list(small)) {
        assertThat(files).isEmpty();
      }
    }
    load.step();
    pool.checkpoint();
    check(pool);
  }

  @Test
  void damagedPageIsReportedAndStaysDamagedInTheBackup() throws IOException {
    Pool pool = pools.open();
    Item root = pool.root("root", Item.class, () -> new Item(0));
    root.value("x".repeat(300_000));
    root.name("a name that takes an object of its own");
    pool.close();
    Path file = pool.path();
    long page = flipABit(file, 'x');
    pools.doNotVerify(file);
    Pool damaged = pools.open();
    pools.doNotVerify(file);
    BackupReport report = damaged.backup(target("damaged"));
    assertThat(report.isComplete()).isFalse();
    assertThat(report.damaged())
        .singleElement()
        .satisfies(
            range -> {
              assertThat(range.offset()).isEqualTo(page);
              assertThat(range.length()).isEqualTo(Geometry.PAGE_SIZE);
              assertThat(range.message()).contains("checksum");
            });
    assertThat(Pool.check(target("damaged")).findings())
        .anyMatch(f -> f.kind() == CheckReport.Kind.PAGE && f.offset() == page);
    assertThatThrownBy(() -> Pool.restore(target("damaged"), target("restored")))
        .isInstanceOf(CorruptPoolException.class)
        .hasMessageContaining("at " + page);
    assertThat(target("restored")).doesNotExist();
    Item again = damaged.root("root", Item.class).orElseThrow();
    assertThat(again.name()).startsWith("a name");
  }

  /** Changes a byte in the first page that holds nothing but a character. */
  private static long flipABit(Path file, char filler) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    for (int page = 0; page < bytes.length; page += Geometry.PAGE_SIZE) {
      int at = page;
      while (at < page + Geometry.PAGE_SIZE && bytes[at] == filler) {
        at++;
      }
      if (at == page + Geometry.PAGE_SIZE) {
        try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
          access.seek(page + 100);
          access.write(filler ^ 4);
        }
        return page;
      }
    }
    throw new AssertionError("no page of " + filler);
  }

  @Test
  void everyChangedByteOfAFileOfChangesIsNoticed() throws IOException {
    Pool pool = pools.open();
    Item root = pool.root("root", Item.class, () -> new Item(0));
    Path full = target("full");
    pool.backup(full);
    root.number(7);
    Path changes = target("changes");
    pool.backupChanges(full, changes);
    byte[] whole = Files.readAllBytes(changes);
    Path damaged = target("damaged");
    long seed = new Random().nextLong();
    System.out.println("changed bytes of a file of changes: seed " + seed);
    Random random = new Random(seed);
    for (int i = 0; i < 200; i++) {
      byte[] bytes = whole.clone();
      int at = i < 88 ? i : random.nextInt(bytes.length);
      bytes[at] ^= (byte) (1 << random.nextInt(8));
      if (at >= 88 && at < Geometry.PAGE_SIZE) {
        continue; // the rest of the header's page
      }
      Files.write(damaged, bytes);
      assertThatThrownBy(() -> Pool.restore(full, damaged, target("restored")))
          .as("byte %d", at)
          .isInstanceOfAny(
              CorruptPoolException.class,
              PoolAccessException.class,
              IncompatiblePoolException.class);
    }
    for (int length : new int[] {0, 1, 80, 4096, whole.length - 1}) {
      Files.write(damaged, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> Pool.restore(full, damaged, target("restored")))
          .as("length %d", length)
          .isInstanceOf(BasaltException.class);
    }
    Pool.restore(full, changes, target("restored"));
  }

  @Test
  void changesFitOnlyTheBackupThatTheyAreSince() throws IOException {
    Pool pool = pools.open();
    Item root = pool.root("root", Item.class, () -> new Item(0));
    Path first = target("first");
    Path second = target("second");
    pool.backup(first);
    root.number(1);
    pool.backup(second);
    root.number(2);
    Path changes = target("changes");
    pool.backupChanges(second, changes);
    assertThatThrownBy(() -> Pool.restore(first, changes, target("restored")))
        .isInstanceOf(PoolAccessException.class)
        .hasMessageContaining("changes since commit");
    assertThatThrownBy(() -> Pool.restore(second, first, target("restored")))
        .isInstanceOf(PoolAccessException.class)
        .hasMessageContaining("is not a file of changes");
    // Opened for writing it is an earlier backup no more, even if nothing was changed.
    Path opened = Files.copy(second, target("opened"));
    Pool.builder(opened).open().close();
    assertThatThrownBy(() -> Pool.restore(opened, changes, target("restored")))
        .isInstanceOf(PoolAccessException.class);
    Pool other = pools.open("other");
    assertThatThrownBy(() -> other.backupChanges(first, target("wrong")))
        .isInstanceOf(PoolAccessException.class)
        .hasMessageContaining("not a backup of this pool");
    assertThatThrownBy(() -> pool.backupChanges(pool.path(), target("wrong")))
        .isInstanceOf(PoolInUseException.class);
    Path behind = target("behind");
    Pool.restore(second, changes, behind);
    assertThatThrownBy(
            () -> {
              try (Pool old = pools.open(Pool.builder(first).maxSize(64L << 20))) {
                old.backupChanges(behind, target("wrong"));
              }
            })
        .isInstanceOf(PoolAccessException.class)
        .hasMessageContaining("not an earlier state");
    assertThat(target("wrong")).doesNotExist();
    assertThat(target("restored")).doesNotExist();
    assertNothingLeftOver();
  }

  @Test
  void poolThatIsOpenForReadingIsNotBackedUp() {
    pools.open().close();
    try (Pool pool = pools.builder("test").mode(OpenMode.READ_ONLY).open()) {
      assertThatThrownBy(() -> pool.backup(target("backup")))
          .isInstanceOf(ReadOnlyPoolException.class);
    }
  }

  @Test
  void twoBackupsAtATimeAreTwoStates() throws Exception {
    Pool pool = pools.open(builder(Durability.SYNC));
    Load load = new Load(pool, 5);
    load.create();
    long[] inner = new long[1];
    pool.backup(
        target("outer"),
        (done, _) -> {
          if (done == Geometry.CHUNK_SIZE) {
            load.step();
            pool.backup(target("inner"), (_, _) -> load.step());
            inner[0] = 1;
          }
        });
    assertThat(inner[0]).isEqualTo(1);
    assertThat(checkFile(target("outer"))).isZero();
    assertThat(checkFile(target("inner"))).isEqualTo(1);
  }
}
