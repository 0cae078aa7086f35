package dev.basalt.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.BackupReport;
import dev.basalt.Dax;
import dev.basalt.Durability;
import dev.basalt.MediumPools;
import dev.basalt.Pool;
import dev.basalt.RepairReport;
import dev.basalt.error.MediaErrorException;
import dev.basalt.error.PoolFailedException;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import dev.basalt.fixture.Threads;
import dev.basalt.format.Geometry;
import dev.basalt.medium.FileMedium;
import dev.basalt.medium.Medium;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a pool does differently on persistent memory; the memory is pretended. */
@Timeout(120)
class DaxPoolTest {
  private static final int PAGE = 4096;
  private static final int UPDATES = 500;

  @RegisterExtension final Pools pools = new Pools();

  /** Counts what makes bytes durable, and remembers what was forced. */
  private static final class Counting extends PretendedDax {
    private final AtomicInteger syncs = new AtomicInteger();
    private final List<long[]> forced = new ArrayList<>();

    Counting(Medium target) {
      super(target);
    }

    @Override
    public synchronized void force(long offset, long lengthBytes) {
      forced.add(new long[] {offset, offset + lengthBytes});
      super.force(offset, lengthBytes);
    }

    @Override
    public void sync() {
      syncs.incrementAndGet();
      super.sync();
    }
  }

  private Path file(long logSize) {
    Pool pool = pools.builder("test").logSize(logSize).open();
    pool.putRoot("root", new Item(0));
    pool.close();
    return pool.path();
  }

  private Pool open(Medium medium, Durability durability) {
    return pools.track(
        MediumPools.open(
            Pool.builder(Path.of(medium.name()))
                .durability(durability)
                .reclaimInBackground(false)
                .maxSize(64L << 20)
                .classLoader(DaxPoolTest.class.getClassLoader()),
            medium));
  }

  private static Item root(Pool pool) {
    return pool.root("root", Item.class).orElseThrow();
  }

  @ParameterizedTest
  @EnumSource
  void eachCommitHasOneForceThatCoversItsRecordAndNoSync(Durability durability) {
    Counting medium = new Counting(FileMedium.open(file(8 << 20), false));
    Pool pool = open(medium, durability);
    List<Item> items = IntStream.range(0, 4).mapToObj(Item::new).toList();
    pool.update(() -> items.forEach(item -> pool.putRoot("item " + item.number(), item)));
    int syncs = medium.syncs.get();
    int forced = medium.forced.size();
    long commits = pool.stats().commits();
    long log = pool.stats().logBytes();
    Threads.inParallel(
        4,
        thread -> {
          for (int i = 0; i < UPDATES; i++) {
            items.get(thread).number(-i - 1);
          }
        });
    assertThat(pool.stats().commits() - commits).isGreaterThanOrEqualTo(4 * UPDATES);
    assertThat(medium.forced).hasSize(forced + (int) (pool.stats().commits() - commits));
    assertThat(medium.syncs).hasValue(syncs);
    long at = medium.forced.get(forced)[0];
    for (long[] range : medium.forced.subList(forced, medium.forced.size())) {
      assertThat(range[0]).isEqualTo(at);
      at = range[1];
    }
    assertThat(at - medium.forced.get(forced)[0]).isEqualTo(pool.stats().logBytes() - log);
  }

  @Test
  void recordOverTheEndOfTheLogIsForcedInTwoParts() {
    Counting medium = new Counting(FileMedium.open(file(Geometry.CHUNK_SIZE), false));
    Pool pool = open(medium, Durability.SYNC);
    Item root = root(pool);
    int forced = medium.forced.size();
    long commits = pool.stats().commits();
    for (int i = 0; i < 4 * UPDATES; i++) {
      root.name("a name that takes some room, of update " + i);
    }
    List<long[]> ranges = medium.forced.subList(forced, medium.forced.size());
    long bytes = ranges.stream().mapToLong(range -> range[1] - range[0]).sum();
    long laps = bytes / Geometry.CHUNK_SIZE;
    assertThat(laps).isPositive();
    assertThat(ranges.size() - (pool.stats().commits() - commits)).isBetween(laps / 2, laps + 1);
  }

  @Test
  void nobodySeesAnUpdateBeforeItIsDurable() throws InterruptedException {
    CountDownLatch forcing = new CountDownLatch(1);
    CountDownLatch mayGoOn = new CountDownLatch(1);
    boolean[] wait = new boolean[1];
    Pool pool =
        open(
            new PretendedDax(FileMedium.open(file(Pools.LOG_SIZE), false)) {
              @Override
              public void force(long offset, long lengthBytes) {
                if (wait[0]) {
                  forcing.countDown();
                  await(mayGoOn);
                }
              }
            },
            Durability.SYNC);
    Item root = root(pool);
    wait[0] = true;
    Thread writer = Thread.ofPlatform().start(() -> root.number(1));
    await(forcing);
    assertThat(root.number()).isZero();
    assertThat(pool.<Long, RuntimeException>view(root::number)).isZero();
    mayGoOn.countDown();
    writer.join();
    assertThat(root.number()).isOne();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void attributesTellWhetherThePoolUsesPersistentMemory() {
    Path file = file(Pools.LOG_SIZE);
    try (Pool pool = open(new PretendedDax(FileMedium.open(file, false)), Durability.SYNC)) {
      assertThat(pool.attributes().dax()).isTrue();
    }
    for (Dax dax : Dax.values()) {
      try (Pool pool = Pool.builder(file).maxSize(64L << 20).dax(dax).open()) {
        assertThat(pool.attributes().dax())
            .isEqualTo(dax != Dax.NEVER && pool.attributes().optimizedFlushCapable());
      }
    }
  }

  /** Nothing asks for it at each commit. */
  @Test
  void syncNoticesThatTheFileIsGone() throws Exception {
    Path file = file(Pools.LOG_SIZE);
    Pool pool = open(new PretendedDax(FileMedium.open(file, false)), Durability.ASYNC);
    pools.doNotVerify(file);
    Item root = root(pool);
    Files.delete(file);
    assertThatThrownBy(pool::sync).isInstanceOf(MediaErrorException.class);
    assertThatThrownBy(() -> root.number(2)).isInstanceOf(PoolFailedException.class);
    assertThat(root.number()).isZero();
  }

  /** There is no copy of the page in memory; an older state of it would be a wrong answer. */
  @Test
  void pageThatIsLostAfterItWasChangedIsNotRepairedByItsStateBefore() throws Exception {
    Path file = file(Pools.LOG_SIZE);
    Path backup = pools.file("backup");
    BrokenMedium medium = new BrokenMedium(file);
    Pool pool = open(new PretendedDax(medium), Durability.SYNC);
    pools.doNotVerify(file);
    Item root = root(pool);
    pool.backup(backup);
    root.number(1);
    long page = root.$basalt$offset() / PAGE * PAGE;
    medium.breakPage(page);
    pool.checkpoint();
    assertThat(pool.scrub((_, _) -> {}).damaged())
        .extracting(BackupReport.Range::offset)
        .containsExactly(page);
    RepairReport repair = pool.repair(backup);
    assertThat(repair.repaired()).isEmpty();
    assertThat(repair.remaining()).extracting(BackupReport.Range::offset).containsExactly(page);
    pool.putRoot("another", new Item(7)); // updates go on elsewhere
    assertThat(pool.root("another", Item.class).orElseThrow().number()).isEqualTo(7);
  }

  @Test
  void pageThatIsLostBeforeItIsChangedIsRepaired() throws Exception {
    Path file = file(Pools.LOG_SIZE);
    Path backup = pools.file("backup");
    BrokenMedium medium = new BrokenMedium(file);
    Pool pool = open(new PretendedDax(medium), Durability.SYNC);
    Item root = root(pool);
    pool.backup(backup);
    long page = root.$basalt$offset() / PAGE * PAGE;
    medium.breakPage(page);
    assertThat(pool.repair(backup).repaired())
        .extracting(BackupReport.Range::offset)
        .containsExactly(page);
    root.number(3); // stored into the medium again, not into a copy
    assertThat(root(pools.reopen(pool)).number()).isEqualTo(3);
  }
}
