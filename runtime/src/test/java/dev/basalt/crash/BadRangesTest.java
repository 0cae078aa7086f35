package dev.basalt.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import dev.basalt.BackupReport;
import dev.basalt.BackupReport.Range;
import dev.basalt.CheckReport;
import dev.basalt.MediumPools;
import dev.basalt.OpenMode;
import dev.basalt.Pool;
import dev.basalt.PoolBuilder;
import dev.basalt.RepairReport;
import dev.basalt.error.BasaltException;
import dev.basalt.error.MediaErrorException;
import dev.basalt.fixture.ChildJvm;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import dev.basalt.format.BadRangesFormat;
import dev.basalt.medium.Medium;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What could not be read once is known from then on, whatever happens to the process. */
class BadRangesTest {
  private static final int ITEMS = 12;
  private static final int PAGE = 4096;
  private static final int VALUE = 40_000;

  @RegisterExtension final Pools pools = new Pools();

  private Path file;
  private Path backup;

  @BeforeEach
  void makePool() {
    file = pools.file("test");
    backup = pools.file("backup");
    try (Pool pool = builder(file).logSize(Pools.LOG_SIZE).open()) {
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
      pool.backup(backup);
    }
  }

  private static String value(int i) {
    return Character.toString('A' + i).repeat(VALUE);
  }

  private static PoolBuilder builder(Path file) {
    return Pool.builder(file)
        .maxSize(64L << 20)
        .freeSpaceKept(0)
        .memoryMax(1 << 20)
        .classLoader(BadRangesTest.class.getClassLoader());
  }

  private Pool open(Medium medium) {
    return pools.track(MediumPools.open(builder(file), medium));
  }

  private static Item item(Pool pool, int number) {
    Item item = pool.root("root", Item.class).orElseThrow().next();
    for (int i = 0; i < number; i++) {
      item = item.next();
    }
    return item;
  }

  /** The pages that have only the letter of an item's value. */
  private static List<Long> pagesOf(Path file, int item) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    List<Long> pages = new ArrayList<>();
    for (int page = 1 << 17; page < bytes.length; page += PAGE) {
      int at = page;
      while (at < page + PAGE && bytes[at] == 'A' + item) {
        at++;
      }
      if (at == page + PAGE) {
        pages.add((long) page);
      }
    }
    return pages;
  }

  private static void assertLost(Pool pool, int item, long page) {
    MediaErrorException e =
        catchThrowableOfType(MediaErrorException.class, () -> item(pool, item).value());
    assertThat(e).isNotNull();
    assertThat(e.offset()).isEqualTo(page);
    assertThat(e.length()).isEqualTo(PAGE);
  }

  private static void assertServed(Pool pool, int... but) {
    TreeSet<Integer> lost = new TreeSet<>();
    for (int item : but) {
      lost.add(item);
    }
    for (int i = 0; i < ITEMS; i++) {
      if (!lost.contains(i)) {
        assertThat(item(pool, i).value()).isEqualTo(value(i));
      }
    }
  }

  private static List<Long> offsets(List<Range> ranges) {
    return ranges.stream().map(Range::offset).toList();
  }

  @Test
  void whatCouldNotBeReadIsRefusedAfterReopeningWithoutAnotherTry() throws IOException {
    List<Long> pages = pagesOf(file, 7).subList(1, 3);
    BrokenMedium medium = new BrokenMedium(file);
    pages.forEach(medium::breakPage);
    Pool pool = open(medium);
    assertThat(pool.unreadableRanges()).isEmpty();
    assertLost(pool, 7, pages.getFirst());
    BackupReport report = pool.scrub((_, _) -> {});
    assertThat(offsets(report.damaged())).isEqualTo(pages);
    pool.close();
    for (int i = 0; i < 3; i++) { // the file can be read again, which nobody tries
      try (Pool again = builder(file).mode(i == 1 ? OpenMode.READ_ONLY : OpenMode.OPEN).open()) {
        assertThat(again.unreadableRanges())
            .singleElement()
            .satisfies(
                range -> {
                  assertThat(range.offset()).isEqualTo(pages.getFirst());
                  assertThat(range.length()).isEqualTo(2 * PAGE);
                });
        assertThat(again.check().findings())
            .extracting(CheckReport.Finding::kind, CheckReport.Finding::offset)
            .containsExactly(
                tuple(CheckReport.Kind.UNREADABLE, pages.get(0)),
                tuple(CheckReport.Kind.UNREADABLE, pages.get(1)));
        assertLost(again, 7, pages.getFirst());
        assertServed(again, 7);
      }
    }
    assertThat(Pool.check(file).findings()).hasSize(2);
    try (Pool again = builder(file).open()) {
      RepairReport repair = again.repair(backup);
      assertThat(offsets(repair.repaired())).isEqualTo(pages);
      assertThat(repair.isComplete()).isTrue();
      assertThat(again.unreadableRanges()).isEmpty();
      assertServed(again);
    }
    try (Pool again = builder(file).open()) {
      assertThat(again.unreadableRanges()).isEmpty();
      assertServed(again);
    }
  }

  @Test
  void whatAScrubHasFoundOutlivesTheProcessAtOnce() throws IOException {
    long page = pagesOf(file, 3).get(1);
    BrokenMedium medium = new BrokenMedium(file);
    Pool pool = open(medium);
    item(pool, 3).value(); // whoever has read it goes on, as long as the page is in memory
    medium.breakPage(page);
    assertThat(offsets(pool.scrub((_, _) -> {}).damaged())).containsExactly(page);
    Path copy = pools.file("copy"); // as the death of the process leaves the file
    Files.copy(file, copy);
    try (Pool again = builder(copy).open()) {
      assertThat(offsets(again.unreadableRanges())).containsExactly(page);
      assertLost(again, 3, page);
      assertServed(again, 3);
    }
    pool.repair(backup);
    pool.close();
    assertThat(Pool.check(file).isClean()).isTrue();
  }

  @Test
  void freeSpaceThatCouldNotBeReadIsUsedAgainAndForgotten() throws IOException {
    List<Long> pages = pagesOf(file, 5);
    BrokenMedium medium = new BrokenMedium(file);
    pages.forEach(medium::breakPage);
    Pool pool = open(medium);
    assertLost(pool, 5, pages.getFirst());
    assertThat(pool.scrub((_, _) -> {}).damaged()).isNotEmpty();
    item(pool, 5).value(null);
    pool.reclaim();
    Item first = item(pool, 0);
    for (int i = 0; i < 40; i++) {
      int number = i;
      pool.update(
          () -> {
            Item added = new Item(number + 1000);
            added.value("v".repeat(VALUE) + number);
            added.other(first.other());
            first.other(added);
          });
      pool.checkpoint(); // and what is at home leaves memory
    }
    assertThat(pool.unreadableRanges()).isEmpty();
    assertAdded(pool);
    pool.close();
    try (Pool again = builder(file).open()) {
      assertAdded(again);
      assertServed(again, 5);
    }
  }

  private static void assertAdded(Pool pool) {
    Item added = item(pool, 0).other();
    for (int i = 39; i >= 0; i--) {
      assertThat(added.value()).isEqualTo("v".repeat(VALUE) + i);
      added = added.other();
    }
  }

  /** As much is lost of the list as a power cut can take, and nothing else. */
  @Test
  void listIsWholeAtEveryCrash() throws Exception {
    List<List<Long>> pages = new ArrayList<>(); // so many ranges that a write of them can be torn
    for (int i = 0; i < ITEMS; i++) {
      List<Long> all = pagesOf(file, i).subList(0, 8);
      pages.add(List.of(all.get(0), all.get(2), all.get(4), all.get(6)));
    }
    DiskImage start = DiskImage.of(file);
    Recording recording = new Recording();
    BrokenMedium broken = new BrokenMedium(file);
    List<TreeSet<Long>> states = new ArrayList<>(List.of(new TreeSet<>()));
    try (Pool pool = MediumPools.open(builder(file), new CrashingMedium(broken, recording))) {
      for (int i = 0; i < ITEMS; i++) {
        recording.begin(states.size());
        TreeSet<Long> known = new TreeSet<>(states.getLast());
        if (i == ITEMS - 2) {
          assertThat(pool.repair(backup).isComplete()).isTrue();
          known.clear();
        } else {
          pages.get(i).forEach(broken::breakPage);
          assertThat(pool.scrub((_, _) -> {}).isComplete()).isFalse();
          known.addAll(pages.get(i));
        }
        states.add(known);
        recording.returned(states.size() - 1, false);
        if (i % 2 == 0) {
          item(pool, 0).number(1000 + i);
          pool.checkpoint();
          recording.synced();
        }
      }
    }
    recording.synced();
    Path crashed = pools.file("crashed");
    long count =
        new CrashStates(start, 4, 1)
            .forEach(
                recording.events(),
                (image, mark, keptAll, where) -> {
                  image.writeTo(crashed);
                  try (Pool pool = builder(crashed).mode(OpenMode.READ_ONLY).open()) {
                    TreeSet<Long> found = new TreeSet<>();
                    for (Range range : pool.unreadableRanges()) {
                      for (long at = 0; at < range.length(); at += PAGE) {
                        found.add(range.offset() + at);
                      }
                    }
                    int from = keptAll ? mark.returned() : mark.durable();
                    assertThat(isAmong(found, states.subList(from, mark.begun() + 1)))
                        .as("%s: found %s, states %s", where, found, states)
                        .isTrue();
                  }
                });
    System.out.println("crash states of the list of bad ranges: " + count);
    assertThat(count).isGreaterThan(100);
  }

  private static boolean isBetween(TreeSet<Long> found, TreeSet<Long> one, TreeSet<Long> other) {
    return (one.containsAll(found) && found.containsAll(other))
        || (other.containsAll(found) && found.containsAll(one));
  }

  /** One of the states, or in between two: pages come and go one by one. */
  private static boolean isAmong(TreeSet<Long> found, List<TreeSet<Long>> states) {
    for (int i = 0; i < states.size(); i++) {
      boolean isBetween = i > 0 && isBetween(found, states.get(i - 1), states.get(i));
      if (isBetween || states.get(i).equals(found)) {
        return true;
      }
    }
    return false;
  }

  @Test
  void damagedListCostsOnlyTheList() throws IOException {
    long page = pagesOf(file, 7).get(1);
    BrokenMedium medium = new BrokenMedium(file);
    medium.breakPage(page);
    Pool pool = open(medium);
    assertLost(pool, 7, page);
    pools.doNotVerify(file);
    pool.close();
    try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
      for (long generation = 0; generation < 2; generation++) {
        access.seek(BadRangesFormat.offsetOf(generation) + 17);
        access.write(0x55);
      }
    }
    try (Pool again = builder(file).open()) {
      assertThat(again.unreadableRanges()).isEmpty();
      assertServed(again);
    }
  }

  @Test
  void listThatIsFullRemembersWhatFits() throws IOException {
    Pool pool = open(new BrokenMedium(file));
    item(pool, 0).value("w".repeat(4 << 20));
    pool.close();
    BrokenMedium medium = new BrokenMedium(file);
    List<Long> pages = pagesOf(file, 'w' - 'A');
    for (int i = 0; i < pages.size(); i += 2) {
      medium.breakPage(pages.get(i));
    }
    pool = open(medium);
    int found = pool.scrub((_, _) -> {}).damaged().size();
    assertThat(found).isGreaterThan(BadRangesFormat.RANGES_MAX);
    assertThat(pool.unreadableRanges()).hasSize(found);
    pools.doNotVerify(file);
    pool.close();
    try (Pool again = builder(file).open()) {
      assertThat(again.unreadableRanges()).hasSize(BadRangesFormat.RANGES_MAX);
      assertServed(again, 0);
    }
  }

  /** Runs in a JVM of its own, because whether that lives is in question. */
  static final class Child {
    private Child() {}

    /** Each page in turn cannot be read by the replay that needs it. */
    public static void main(String[] args) throws Exception {
      Path unclosed = Path.of(args[0]);
      Path copy = unclosed.resolveSibling("broken.pool");
      Path backup = Path.of(args[1]);
      long size = Files.size(unclosed);
      int lost = 0;
      int refused = 0;
      long objects = Long.parseLong(args[2]);
      long heap = Pools.LOG_SIZE + (1 << 16);
      for (long page = heap; page < size; page += step(page, heap, objects)) {
        Files.copy(unclosed, copy, StandardCopyOption.REPLACE_EXISTING);
        BrokenMedium medium = new BrokenMedium(copy);
        medium.breakPage(page);
        try (Pool pool = MediumPools.open(builder(copy), medium)) {
          lost += read(pool, page);
        } catch (MediaErrorException e) {
          refused++;
          continue;
        }
        try (Pool pool = builder(copy).open()) {
          lost += read(pool, page);
          for (Range range : pool.repair(backup).repaired()) {
            if (range.offset() == page) {
              System.out.println("repaired " + page);
            }
          }
          int _ = read(pool, page);
        } catch (BasaltException e) {
          System.out.println("second opening, page " + page + ": " + e);
        }
      }
      System.out.println("lost " + lost);
      System.out.println("refused " + refused);
      System.out.println("alive");
    }

    /**
     * Header, table and the pages of the items one by one; of what the log does not touch, some.
     */
    private static long step(long page, long heap, long objects) {
      boolean isReplayed = page < heap + 40 * PAGE || Math.abs(page - objects) < 20 * PAGE;
      return isReplayed ? PAGE : 13 * PAGE;
    }

    private static int read(Pool pool, long page) {
      int lost = 0;
      for (int i = 0; i < ITEMS; i++) {
        try {
          Item item = item(pool, i);
          if (item.number() != 500 + i || !value(i).equals(item.value())) {
            throw new AssertionError("page " + page + ": wrong answer for item " + i);
          }
        } catch (BasaltException e) {
          lost++;
        }
      }
      return lost;
    }
  }

  @Test
  void replayGoesOnAroundAPageThatItCannotRead() throws Exception {
    Path unclosed = pools.file("unclosed");
    Pool pool = open(new BrokenMedium(file));
    for (int i = 0; i < ITEMS; i++) {
      item(pool, i).number(500 + i);
    }
    long objects = item(pool, 0).$basalt$offset() / PAGE * PAGE;
    Files.copy(file, unclosed);
    List<String> lines;
    try (ChildJvm child = ChildJvm.start(Child.class, unclosed, backup, objects)) {
      lines = child.finish();
    }
    System.out.println("each page unreadable for the replay in turn: " + lines);
    assertThat(lines).last().isEqualTo("alive");
    assertThat(lines).noneMatch(line -> line.startsWith("second opening"));
    int refused = Integer.parseInt(lines.get(lines.size() - 2).split(" ")[1]);
    assertThat(refused).as("openings without header or entries").isBetween(1, 4);
    int lost = Integer.parseInt(lines.get(lines.size() - 3).split(" ")[1]);
    assertThat(lost).isPositive();
    assertThatThrownBy(() -> pool.repair(pools.file("none"))).isInstanceOf(BasaltException.class);
  }
}
