package dev.basalt.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.basalt.BackupReport;
import dev.basalt.CheckReport;
import dev.basalt.MediumPools;
import dev.basalt.Pool;
import dev.basalt.RepairReport;
import dev.basalt.error.BasaltException;
import dev.basalt.error.CorruptPoolException;
import dev.basalt.error.MediaErrorException;
import dev.basalt.fixture.ChildJvm;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A page that cannot be read costs what lies in it, and nothing else. */
class MediaErrorsTest {
  private static final int ITEMS = 20;
  private static final int PAGE = 4096;
  private static final boolean STRESS = Boolean.getBoolean("basalt.stress");

  @RegisterExtension final Pools pools = new Pools();

  private Path file;

  @BeforeEach
  void makePool() {
    file = pools.file("test");
    create(file);
  }

  private static void create(Path file) {
    try (Pool pool =
        Pool.builder(file)
            .logSize(Pools.LOG_SIZE)
            .maxSize(64L << 20)
            .classLoader(MediaErrorsTest.class.getClassLoader())
            .open()) {
      pool.update(
          () -> {
            Item root = new Item(-1);
            pool.putRoot("root", root);
            for (int i = ITEMS - 1; i >= 0; i--) {
              Item item = new Item(i);
              item.value(value(i));
              item.next(root.next());
              root.next(item);
            }
          });
    }
  }

  /** A run of a chunk, filled with one letter. */
  private static String value(int i) {
    return Character.toString('A' + i).repeat(40_000);
  }

  private static Pool open(BrokenMedium medium) {
    return MediumPools.open(
        Pool.builder(Path.of(medium.name()))
            .maxSize(64L << 20)
            .classLoader(MediaErrorsTest.class.getClassLoader()),
        medium);
  }

  private static List<Item> items(Pool pool) {
    List<Item> items = new ArrayList<>();
    Item first = pool.root("root", Item.class).orElseThrow().next();
    for (Item item = first; item != null; item = item.next()) {
      items.add(item);
    }
    return items;
  }

  /** The second page that has only the letter of an item's value. */
  private static long pageOf(Path file, int item) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    int found = 0;
    for (int page = 1 << 17; page < bytes.length; page += PAGE) {
      int at = page;
      while (at < page + PAGE && bytes[at] == 'A' + item) {
        at++;
      }
      if (at == page + PAGE && ++found == 2) {
        return page;
      }
    }
    throw new AssertionError("no page of item " + item);
  }

  @Test
  void unreadablePageIsATypedErrorWithItsRangeAndTheRestIsServed() throws IOException {
    Path backup = pools.file("backup");
    Path later = pools.file("later");
    BrokenMedium medium = new BrokenMedium(file);
    Pool pool = pools.track(open(medium));
    pool.backup(backup);
    pool.close();
    medium = new BrokenMedium(file);
    pool = pools.track(open(medium));
    long page = pageOf(file, 7);
    medium.breakPage(page);
    List<Item> items = items(pool);
    for (int i = 0; i < ITEMS; i++) {
      Item item = items.get(i);
      if (i == 7) {
        MediaErrorException e = catchThrowableOfType(MediaErrorException.class, item::value);
        assertThat(e.offset()).isEqualTo(page);
        assertThat(e.length()).isEqualTo(PAGE);
        assertThat(e).hasMessageContaining("at " + page).hasMessageContaining("cannot be read");
      } else {
        assertThat(item.value()).isEqualTo(value(i));
      }
    }
    items.get(3).value("new");
    items.get(7).number(77); // its own page is there
    pool.checkpoint();
    assertThat(pool.check().findings())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.kind()).isEqualTo(CheckReport.Kind.UNREADABLE);
              assertThat(finding.offset()).isEqualTo(page);
              assertThat(finding.path()).contains("root");
            });
    BackupReport report = pool.backup(later);
    assertThat(report.damaged()).extracting(BackupReport.Range::offset).containsExactly(page);
    assertThat(pool.scrub((_, _) -> {}).damaged()).isEqualTo(report.damaged());
    try (Pool copy =
        Pool.builder(later).classLoader(getClass().getClassLoader()).maxSize(64L << 20).open()) {
      List<Item> copied = items(copy);
      assertThat(copied.get(3).value()).isEqualTo("new");
      assertThat(copied.get(8).value()).isEqualTo(value(8));
      assertThatThrownBy(() -> copied.get(7).value()).isInstanceOf(CorruptPoolException.class);
    }
    RepairReport useless = pool.repair(later);
    assertThat(useless.repaired()).isEmpty();
    assertThat(useless.remaining()).isEqualTo(report.damaged());
    RepairReport repair = pool.repair(backup);
    assertThat(repair.isComplete()).isTrue();
    assertThat(repair.repaired()).isEqualTo(report.damaged());
    assertThat(items.get(7).value()).isEqualTo(value(7));
    assertThat(items.get(7).number()).isEqualTo(77);
    assertThat(pool.scrub((_, _) -> {}).isComplete()).isTrue();
    assertThat(pool.check().isClean()).isTrue();
    items.get(7).value(null);
    pool.reclaim();
    pool.checkpoint();
  }

  @Test
  @Timeout(60)
  void scrubInTheBackgroundFindsWhatNobodyReads() throws Exception {
    long page = pageOf(file, 7);
    BrokenMedium medium = new BrokenMedium(file);
    Pool pool =
        pools.track(
            MediumPools.open(
                Pool.builder(file)
                    .maxSize(64L << 20)
                    .scrubEvery(Duration.ofMillis(20))
                    .classLoader(getClass().getClassLoader()),
                medium));
    while (pool.lastScrub().isEmpty()) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
    assertThat(pool.lastScrub().orElseThrow().isComplete()).isTrue();
    medium.breakPage(page);
    while (pool.lastScrub().orElseThrow().isComplete()) {
      items(pool).get(3).number(33); // updates go on
      TimeUnit.MILLISECONDS.sleep(1);
    }
    assertThat(pool.lastScrub().orElseThrow().damaged())
        .extracting(BackupReport.Range::offset)
        .containsExactly(page);
    pools.doNotVerify(file);
    pool.close(); // in the midst of one, perhaps
  }

  @Test
  void scrubIsOffUnlessAskedFor() {
    Pool pool = pools.track(open(new BrokenMedium(file)));
    assertThat(pool.lastScrub()).isEmpty();
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().equals("basalt-scrub"));
  }

  @Test
  void flippedBitIsRepairedFromABackupToo() throws IOException {
    Path backup = pools.file("backup");
    try (Pool pool = open(new BrokenMedium(file))) {
      pool.backup(backup);
      items(pool).get(2).value("changed since");
    }
    for (int item : new int[] {5, 9}) {
      try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
        access.seek(pageOf(file, item) + 17);
        access.write('!');
      }
    }
    Pool pool = pools.track(open(new BrokenMedium(file)));
    assertThatThrownBy(() -> items(pool).get(5).value()).isInstanceOf(CorruptPoolException.class);
    assertThat(pool.scrub((_, _) -> {}).damaged()).hasSize(2);
    assertThat(pool.repair(backup).repaired()).hasSize(2);
    assertThat(items(pool).get(5).value()).isEqualTo(value(5));
    assertThat(items(pool).get(9).value()).isEqualTo(value(9));
    assertThat(items(pool).get(2).value()).isEqualTo("changed since");
  }

  @Test
  void freeSpaceThatCannotBeReadIsWrittenAndUsed() throws IOException {
    long page = pageOf(file, 7);
    try (Pool pool = open(new BrokenMedium(file))) {
      items(pool).get(7).value(null);
      pool.reclaim();
    }
    BrokenMedium medium = new BrokenMedium(file);
    medium.breakPage(page);
    Pool pool = pools.track(open(medium));
    for (int i = 0; i < ITEMS; i++) {
      items(pool).get(i).name("n".repeat(40_000));
    }
    assertThat(pool.scrub((_, _) -> {}).isComplete()).isTrue();
  }

  /** Runs in a JVM of its own, because whether that lives is in question. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) throws Exception {
      if (args[1].equals("late")) {
        late(Path.of(args[0]));
      } else {
        everyPage(Path.of(args[0]));
      }
    }

    /** A page was read, has left memory, and cannot be read again. */
    private static void late(Path file) {
      BrokenMedium medium = new BrokenMedium(file);
      try (Pool pool = open(medium)) {
        List<Item> items = items(pool);
        long sum = 0;
        for (int i = 0; i < 20_000; i++) { // compiled code meets the fault too
          sum += items.get(i % ITEMS).number();
        }
        long page = items.getFirst().$basalt$offset() / PAGE * PAGE;
        medium.breakPage(page);
        for (Item item : items) {
          try {
            System.out.println("read " + (item.number() + sum * 0));
          } catch (MediaErrorException e) {
            System.out.println("error " + (e.offset() == page) + " " + e.length());
          }
        }
      } catch (BasaltException e) {
        System.out.println("close " + e.getClass().getSimpleName());
      }
      System.out.println("alive");
    }

    /** Each page of the heap in turn cannot be read from the beginning. */
    private static void everyPage(Path file) throws IOException {
      TreeMap<String, Integer> ends = new TreeMap<>();
      byte[] whole = Files.readAllBytes(file);
      Path copy = file.resolveSibling("copy.pool");
      int served = 0;
      int asked = 0;
      long heap = Pools.LOG_SIZE + (1 << 16);
      for (long page = heap; page < whole.length; page += step(page - heap)) {
        asked += ITEMS;
        Files.write(copy, whole);
        BrokenMedium medium = new BrokenMedium(copy);
        medium.breakPage(page);
        try (Pool pool = open(medium)) {
          served += read(pool, page, ends);
          count(ends, "update", () -> items(pool).get(1).number(1));
          count(ends, "store", () -> items(pool).get(2).name("another name, which needs a block"));
          count(ends, "free", () -> items(pool).get(3).value(null));
          count(ends, "reclaim", pool::reclaim);
          count(ends, "checkpoint", pool::checkpoint);
          count(ends, "check", () -> pool.check());
          count(
              ends,
              "backup",
              () -> pool.backup(file.resolveSibling("backup-" + medium.hashCode())));
          read(pool, page, ends);
        } catch (BasaltException e) {
          ends.merge("open or close " + e.getClass().getSimpleName(), 1, Integer::sum);
        }
      }
      System.out.println("served " + served + " of " + asked);
      ends.forEach((end, times) -> System.out.println(end + " " + times));
      System.out.println("alive");
    }

    /** Header and first entries page by page; of what is alike, a part is enough. */
    private static long step(long done) {
      return STRESS || done < 24 * PAGE ? PAGE : 7 * PAGE;
    }

    /** How many values were answered; an answer that is wrong is the end. */
    private static int read(Pool pool, long page, TreeMap<String, Integer> ends) {
      int[] served = new int[1];
      count(
          ends,
          "read",
          () -> {
            List<Item> items = items(pool);
            for (int i = 0; i < ITEMS; i++) {
              Item item = items.get(i);
              int number = i;
              count(
                  ends,
                  "value",
                  () -> {
                    Object value = item.value();
                    if (item.number() != number
                        || !(value(number).equals(value) || number == 3 && value == null)) {
                      throw new AssertionError("page " + page + ": wrong answer for " + number);
                    }
                    served[0]++;
                  });
            }
          });
      return served[0];
    }

    private static void count(TreeMap<String, Integer> ends, String what, Runnable step) {
      try {
        step.run();
      } catch (BasaltException e) {
        ends.merge(what + " " + e.getClass().getSimpleName(), 1, Integer::sum);
      }
    }
  }

  @Test
  void pageThatIsLostLaterIsATypedErrorToWhoeverMeetsIt() throws Exception {
    List<String> lines;
    try (ChildJvm child = ChildJvm.start(Child.class, file, "late")) {
      lines = child.finish();
    }
    assertThat(lines).last().isEqualTo("alive");
    assertThat(lines).contains("error true 4096").noneMatch(line -> line.startsWith("error false"));
  }

  @Test
  void everyPageInTurnIsATypedErrorOrNotMissed() throws Exception {
    List<String> lines;
    try (ChildJvm child = ChildJvm.start(Child.class, file, "every")) {
      lines = child.finish();
    }
    System.out.println("each page unreadable in turn: " + lines);
    assertThat(lines).last().isEqualTo("alive");
    assertThat(lines).anyMatch(line -> line.startsWith("value MediaErrorException"));
    String[] served = lines.getFirst().split(" ");
    assertThat(Long.parseLong(served[1])).isGreaterThan(Long.parseLong(served[3]) * 8 / 10);
  }
}
