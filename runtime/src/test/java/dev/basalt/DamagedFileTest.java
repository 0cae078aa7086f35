package dev.basalt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.crash.PoolVerifier;
import dev.basalt.error.BasaltException;
import dev.basalt.error.CorruptPoolException;
import dev.basalt.error.IncompatiblePoolException;
import dev.basalt.error.PoolAccessException;
import dev.basalt.error.PoolFullException;
import dev.basalt.error.PoolInUseException;
import dev.basalt.error.ReadOnlyPoolException;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import dev.basalt.fixture.RichItem;
import dev.basalt.fixture.RightSums;
import dev.basalt.format.Geometry;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.NoSuchElementException;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** No file whatever crashes or hangs the JVM, is changed by being refused, or opens as garbage. */
@Tag("exhaustive")
class DamagedFileTest {
  private static final int FLIPS = Boolean.getBoolean("basalt.stress") ? 10_000 : 300;

  @RegisterExtension final Pools pools = new Pools();

  /** A closed pool with a bit of everything. */
  private Path closedPool() {
    Pool pool = pools.open();
    fill(pool);
    pool.close();
    return pool.path();
  }

  private static void fill(Pool pool) {
    pool.update(
        () -> {
          Item head = new RichItem(0);
          pool.putRoot("head", head);
          for (int i = 1; i < 50; i++) {
            Item item = i % 2 == 0 ? new Item(i) : new RichItem(i);
            item.name("the name of item " + i);
            item.value(i % 3 == 0 ? (Object) 1.5 : Long.MAX_VALUE - i);
            item.next(head.next());
            head.next(item);
          }
        });
    Item head = pool.root("head", Item.class).orElseThrow();
    head.value("y".repeat(40_000));
    head.next().next(head.next().next().next());
  }

  /** A copy of a pool that was not closed: its log has updates that are not at home. */
  private Path unclosedPool() throws IOException {
    Pool pool = pools.open();
    fill(pool);
    Path copy = pools.file("copy");
    Files.copy(pool.path(), copy);
    return copy;
  }

  private static String describe(Pool pool) {
    return pool.view(
        () -> {
          StringBuilder text = new StringBuilder();
          Item item = pool.root("head", Item.class).orElseThrow();
          int count = 0;
          while (item != null && count++ < 1000) {
            text.append(item.number()).append(item.name()).append(item.value()).append('\n');
            item = item.next();
          }
          return text.toString();
        });
  }

  private PoolBuilder existing(Path file) {
    return Pool.builder(file)
        .mode(OpenMode.OPEN)
        .maxSize(64L << 20)
        .classLoader(DamagedFileTest.class.getClassLoader());
  }

  @Test
  void everyTruncationIsATypedErrorAndLeavesTheFileAlone() throws IOException {
    Path file = closedPool();
    pools.doNotVerify(file);
    byte[] whole = Files.readAllBytes(file);
    Path cut = pools.file("cut");
    for (int length = 0; length < whole.length; length += length < 20_000 ? 509 : 65_521) {
      byte[] part = Arrays.copyOf(whole, length);
      Files.write(cut, part);
      for (OpenMode mode : new OpenMode[] {OpenMode.OPEN, OpenMode.READ_ONLY}) {
        assertThatThrownBy(() -> existing(cut).mode(mode).open())
            .isInstanceOf(BasaltException.class)
            .hasMessageContaining(cut.toString());
      }
      assertThat(Files.readAllBytes(cut)).isEqualTo(part);
    }
  }

  @Test
  void fileThatIsNoPoolIsRefused() throws IOException {
    Path file = pools.file("other");
    assertThatThrownBy(() -> existing(file).open())
        .isInstanceOf(PoolAccessException.class)
        .hasMessageContaining("does not exist");
    Files.write(file, new byte[0]);
    assertThatThrownBy(() -> existing(file).open())
        .isInstanceOf(PoolAccessException.class)
        .hasMessageContaining("empty");
    Files.writeString(file, "some text ".repeat(10_000));
    assertThatThrownBy(() -> existing(file).open())
        .isInstanceOf(PoolAccessException.class)
        .hasMessageContaining("not a Basalt pool");
    assertThatThrownBy(() -> pools.builder("other").open()).isInstanceOf(PoolAccessException.class);
    assertThatThrownBy(() -> pools.builder("other").mode(OpenMode.CREATE_NEW).open())
        .isInstanceOf(PoolAccessException.class);
    assertThatThrownBy(() -> existing(pools.folder()).open())
        .isInstanceOf(PoolAccessException.class)
        .hasMessageContaining("directory");
    assertThatThrownBy(() -> pools.builder("no/such/folder").open())
        .isInstanceOf(PoolAccessException.class);
    assertThat(Files.readString(file)).startsWith("some text");
    try (var files = Files.list(pools.folder())) {
      assertThat(files).as("nothing left behind").containsExactly(file);
    }
  }

  @Test
  void newFileIsForItsOwnerOnly() throws IOException {
    Pool pool = pools.open();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(pool.path())))
        .isEqualTo("rw-------");
  }

  @Test
  void secondOpenIsRefused() {
    Pool pool = pools.open();
    assertThatThrownBy(() -> existing(pool.path()).open())
        .isInstanceOf(PoolInUseException.class)
        .hasMessageContaining(String.valueOf(ProcessHandle.current().pid()));
    assertThatThrownBy(() -> existing(pool.path()).mode(OpenMode.READ_ONLY).open())
        .isInstanceOf(PoolInUseException.class);
    pool.close();
    Pool reader = pools.track(existing(pool.path()).mode(OpenMode.READ_ONLY).open());
    Pool other = pools.track(existing(pool.path()).mode(OpenMode.READ_ONLY).open());
    assertThatThrownBy(() -> existing(pool.path()).open()).isInstanceOf(PoolInUseException.class);
    reader.close();
    other.close();
    pools.track(existing(pool.path()).open());
  }

  @Test
  void readOnlyOpeningOfAnUnclosedPoolSeesEverythingAndChangesNothing() throws IOException {
    Path file = unclosedPool();
    String expected = describe(pools.open(pools.builder("twin").mode(OpenMode.CREATE_NEW)), true);
    byte[] before = Files.readAllBytes(file);
    try (Pool pool = existing(file).mode(OpenMode.READ_ONLY).open()) {
      assertThat(pool.stats().recovery().commits()).isPositive();
      assertThat(describe(pool)).isEqualTo(expected);
      Item head = pool.root("head", Item.class).orElseThrow();
      assertThatThrownBy(() -> head.number(1)).isInstanceOf(ReadOnlyPoolException.class);
      assertThatThrownBy(() -> head.name("x")).isInstanceOf(ReadOnlyPoolException.class);
      assertThatThrownBy(() -> pool.update(() -> {})).isInstanceOf(ReadOnlyPoolException.class);
      assertThatThrownBy(pool::begin).isInstanceOf(ReadOnlyPoolException.class);
      assertThatThrownBy(pool::checkpoint).isInstanceOf(ReadOnlyPoolException.class);
      assertThatThrownBy(pool::reclaim).isInstanceOf(ReadOnlyPoolException.class);
      assertThatThrownBy(() -> pool.putRoot("x", new Item(1)))
          .isInstanceOf(ReadOnlyPoolException.class);
      assertThatThrownBy(() -> pool.root("x", Item.class, () -> new Item(1)))
          .isInstanceOf(ReadOnlyPoolException.class);
      pool.sync();
    }
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
    try (Pool pool = existing(file).open()) {
      assertThat(describe(pool)).isEqualTo(expected);
    }
    PoolVerifier.verify(file);
  }

  private static String describe(Pool pool, boolean filled) {
    if (filled) {
      fill(pool);
    }
    return describe(pool);
  }

  @Test
  void otherVersionsAreNamed() throws IOException {
    Path file = closedPool();
    pools.doNotVerify(file);
    byte[] whole = Files.readAllBytes(file);
    for (int copy = 0; copy < 2; copy++) {
      whole[copy * Geometry.PAGE_SIZE + 8] = 77;
    }
    Files.write(file, whole);
    assertThatThrownBy(() -> existing(file).open())
        .isInstanceOf(IncompatiblePoolException.class)
        .hasMessageContaining("77");
    assertThat(Files.readAllBytes(file)).isEqualTo(whole);
  }

  @Test
  void oneDamagedSuperblockIsNoLoss() throws IOException {
    Path file = closedPool();
    String expected;
    try (Pool pool = existing(file).open()) {
      expected = describe(pool);
      // The last generations differ by a checkpoint and not by an opening.
      pool.root("head", Item.class).orElseThrow().amount(1);
      pool.checkpoint();
      pool.root("head", Item.class).orElseThrow().amount(2);
    }
    byte[] whole = Files.readAllBytes(file);
    for (int copy = 0; copy < 2; copy++) {
      for (int at = 0; at < 128; at++) {
        byte[] damaged = whole.clone();
        damaged[copy * Geometry.PAGE_SIZE + at] ^= (byte) (1 << (at % 8));
        Files.write(file, damaged);
        try (Pool pool = existing(file).open()) {
          assertThat(describe(pool)).isEqualTo(expected);
          assertThat(pool.root("head", Item.class).orElseThrow().amount()).isEqualTo(2);
        } catch (IncompatiblePoolException e) {
          assertThat(at).as("a changed version or byte order").isBetween(8, 15);
        }
      }
    }
    Files.write(file, whole);
    for (int copy = 0; copy < 2; copy++) {
      whole[copy * Geometry.PAGE_SIZE + 40] ^= 1;
    }
    Files.write(file, whole);
    pools.doNotVerify(file);
    assertThatThrownBy(() -> existing(file).open()).isInstanceOf(CorruptPoolException.class);
    assertThat(Files.readAllBytes(file)).isEqualTo(whole);
  }

  /** The log of a closed pool is empty: what is in its region does not matter. */
  @Test
  void damagedLogOfAClosedPoolIsNoLoss() throws IOException {
    Path file = closedPool();
    String expected;
    try (Pool pool = existing(file).open()) {
      expected = describe(pool);
    }
    Random random = new Random(1);
    for (int i = 0; i < 50; i++) {
      try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
        byte[] noise = new byte[1 + random.nextInt(3000)];
        random.nextBytes(noise);
        bytes.seek(Geometry.LOG_OFFSET + random.nextInt((int) Pools.LOG_SIZE - noise.length));
        bytes.write(noise);
      }
      try (Pool pool = existing(file).open()) {
        assertThat(describe(pool)).isEqualTo(expected);
      }
    }
  }

  /** Bit flips in a log that matters cost updates at most, never consistency. */
  @Test
  void bitFlipsInTheLogOfAnUnclosedPoolLeaveAPrefix() throws IOException {
    Path file = unclosedPool();
    byte[] whole = Files.readAllBytes(file);
    Random random = new Random(2);
    for (int i = 0; i < FLIPS; i++) {
      byte[] damaged = whole.clone();
      int at = (int) Geometry.LOG_OFFSET + random.nextInt((int) Pools.LOG_SIZE);
      damaged[at] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, damaged);
      existing(file).open().close();
      PoolVerifier.verify(file);
    }
  }

  /** A flipped bit in the heap is a typed error for whoever needs the page, whatever it does. */
  @Test
  void bitFlipsInTheHeapAreFound() throws IOException {
    Path file = closedPool();
    pools.doNotVerify(file);
    String expected;
    try (Pool pool = existing(file).open()) {
      expected = describe(pool);
    }
    byte[] whole = Files.readAllBytes(file);
    int[] used = usedBytes(whole, (int) Geometry.heapOffset(Pools.LOG_SIZE));
    Random random = new Random(4);
    int found = 0;
    for (int i = 0; i < FLIPS; i++) {
      byte[] damaged = whole.clone();
      damaged[used[random.nextInt(used.length)]] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, damaged);
      Pool pool;
      try {
        pool = existing(file).open();
      } catch (CorruptPoolException e) {
        found++;
        continue;
      }
      try (pool) {
        assertThat(describe(pool)).isEqualTo(expected);
        pool.putRoot("other", new RichItem(77));
        pool.root("head", Item.class).orElseThrow().next(null);
        pool.reclaim();
        pool.removeRoot("head");
        pool.checkpoint();
      } catch (CorruptPoolException e) {
        found++;
        assertThat(e).hasMessageContaining("is damaged");
      }
    }
    assertThat(found).isGreaterThan(FLIPS / 3);
  }

  /**
   * If the page's sum is made right, a flipped bit may be a changed value. It must not crash or
   * hang the JVM, and what is thrown is a typed error or a {@code ClassCastException} (a reference
   * leads to an object of another class).
   */
  @Test
  void bitFlipsInTheHeapNeverCrashOrHang() throws IOException {
    Path file = closedPool();
    pools.doNotVerify(file);
    byte[] whole = Files.readAllBytes(file);
    int heap = (int) Geometry.heapOffset(Pools.LOG_SIZE);
    int[] used = usedBytes(whole, heap);
    Random random = new Random(3);
    for (int i = 0; i < FLIPS; i++) {
      byte[] damaged = whole.clone();
      int at = used[random.nextInt(used.length)];
      int bit = random.nextInt(8);
      damaged[at] ^= (byte) (1 << bit);
      RightSums.in(damaged, Pools.LOG_SIZE);
      Files.write(file, damaged);
      Assertions.assertTimeoutPreemptively(
          Duration.ofSeconds(30), () -> use(file), "byte " + at + ", bit " + bit);
    }
  }

  /** The bytes of the heap that are not zero, and those beside them. */
  private static int[] usedBytes(byte[] whole, int heap) {
    int[] used = new int[whole.length - heap];
    int count = 0;
    for (int at = heap; at < whole.length; at++) {
      boolean text = whole[at] == 'y' && at % 512 != 0;
      if (!text && (whole[at] != 0 || at % 64 == 0 && at < heap + (1 << 18))) {
        used[count++] = at;
      }
    }
    return Arrays.copyOf(used, count);
  }

  private void use(Path file) {
    Pool pool;
    try {
      pool = existing(file).open();
    } catch (BasaltException e) {
      return;
    }
    try {
      allowed(() -> describe(pool));
      allowed(() -> pool.root("head", Item.class).ifPresent(item -> item.number()));
      allowed(pool::stats);
      allowed(() -> pool.putRoot("other", new RichItem(77)));
      allowed(() -> pool.root("head", Item.class).ifPresent(item -> item.next(null)));
      allowed(pool::reclaim);
      allowed(() -> pool.removeRoot("head"));
      allowed(pool::checkpoint);
    } finally {
      allowed(pool::close);
    }
  }

  private static void allowed(ThrowingRunnable<RuntimeException> body) {
    try {
      body.run();
    } catch (BasaltException e) {
      assertThat(e.getMessage()).isNotBlank();
    } catch (ClassCastException | NoSuchElementException e) {
      // See bitFlipsInTheHeapNeverCrashOrHang; no such element: the root's name has changed.
    }
  }

  @Test
  void fullPoolSaysSoAndWorksOn() {
    Pool pool = pools.open(pools.builder("full").maxSize(2 << 20));
    Item root = pool.root("root", Item.class, () -> new Item(0));
    long stored = 0;
    PoolFullException full = null;
    while (full == null) {
      try {
        Item item = new Item(++stored);
        item.name("a name that needs an object of its own " + stored);
        pool.update(
            () -> {
              item.next(root.next());
              root.next(item);
            });
      } catch (PoolFullException e) {
        full = e;
      }
    }
    assertThat(full).hasMessageContaining("full.pool").hasMessageContaining("" + (2 << 20));
    assertThat(root.next().number()).isEqualTo(stored - 1);
    root.amount(5);
    assertThat(root.amount()).isEqualTo(5);
    PoolStats before = pool.stats();
    assertThatThrownBy(() -> root.value("x".repeat(1 << 20))).isInstanceOf(PoolFullException.class);
    assertThat(pool.stats().objects()).isEqualTo(before.objects());
  }

  /** Otherwise a full pool could never be emptied. */
  @Test
  void fullPoolCanBeEmptied() {
    Pool pool = pools.open(pools.builder("full").maxSize(2 << 20));
    Item root = pool.root("root", Item.class, () -> new Item(0));
    try {
      for (int n = 0; true; n++) {
        Item item = new Item(n);
        pool.update(
            () -> {
              item.next(root.next());
              root.next(item);
            });
      }
    } catch (PoolFullException e) {
      root.next(null);
    }
    pool = pools.reopen(pool);
    pool.reclaim();
    assertThat(pool.stats().objects()).isLessThan(10);
  }
}
