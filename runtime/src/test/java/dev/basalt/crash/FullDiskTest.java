package dev.basalt.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.Durability;
import dev.basalt.OpenMode;
import dev.basalt.Pool;
import dev.basalt.error.PoolAccessException;
import dev.basalt.error.PoolFullException;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.Mounts;
import dev.basalt.fixture.Pools;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A full or read-only file system is a typed error, aborts one update only, and costs nothing. */
@Timeout(120)
class FullDiskTest {
  private static final int VALUE = 300_000;

  private Path folder;
  private Mounts mounts;

  @BeforeEach
  void makeFolder() throws Exception {
    folder = CrashFolder.create();
    mounts = new Mounts(folder);
  }

  @AfterEach
  void deleteFolder() throws Exception {
    mounts.close();
    CrashFolder.delete(folder);
  }

  private static Pool open(Path file, OpenMode mode, Durability durability) {
    return Pool.builder(file)
        .mode(mode)
        .durability(durability)
        .logSize(Pools.LOG_SIZE * 16)
        .maxSize(1L << 30)
        .classLoader(FullDiskTest.class.getClassLoader())
        .open();
  }

  @Test
  void fullTmpfsAbortsOneUpdateAndThePoolWorksOn() throws Exception {
    fill(mounts.tmpfs(12 << 20), Durability.SYNC);
  }

  @Test
  void fullTmpfsAbortsOneAsyncUpdateAndThePoolWorksOn() throws Exception {
    fill(mounts.tmpfs(12 << 20), Durability.ASYNC);
  }

  @Test
  void fullExt4AbortsOneUpdateAndThePoolWorksOn() throws Exception {
    fill(mounts.ext4(16 << 20), Durability.SYNC);
  }

  private static void fill(Path disk, Durability durability) throws Exception {
    Path file = disk.resolve("full.pool");
    long stored;
    try (Pool pool = open(file, OpenMode.CREATE_NEW, durability)) {
      Item root = pool.root("root", Item.class, () -> new Item(0));
      push(root, pool, 0, "x");
      Item held = root.next();
      root.next(null); // so that there is a limbo node, as long as the handle is held
      stored = fillUp(pool, root, file);
      Reference.reachabilityFence(held);
      held = null;
      root.amount(5);
      assertThat(root.amount()).isEqualTo(5);
      assertThat(count(pool)).isEqualTo(stored);
      pool.checkpoint();
      pool.sync();
      // No room for another pool either, and nothing of it stays behind.
      assertThatThrownBy(
              () -> open(disk.resolve("second.pool"), OpenMode.CREATE_NEW, durability).close())
          .isInstanceOf(PoolFullException.class)
          .hasMessageContaining("second.pool");
      try (Stream<Path> files = Files.list(disk)) {
        assertThat(files.filter(f -> f.toString().contains("second"))).isEmpty();
      }
      // What is given up can be used again.
      root.next(root.next().next().next());
      while (pool.stats().limboObjects() > 0) {
        System.gc(); // the handles on the way here
        pool.reclaim();
      }
      stored -= 2;
      push(root, pool, ++stored, "y".repeat(VALUE));
    }
    try (Pool pool = open(file, OpenMode.OPEN, durability)) {
      assertThat(count(pool)).isEqualTo(stored);
      assertThat(pool.root("root", Item.class).orElseThrow().amount()).isEqualTo(5);
    }
    PoolVerifier.verify(file);
  }

  /** Stores values until there is no room; returns how many there are. */
  private static long fillUp(Pool pool, Item root, Path file) {
    for (long stored = 0; ; stored++) {
      long before = pool.stats().objects();
      try {
        push(root, pool, stored + 1, "x".repeat(VALUE));
      } catch (PoolFullException e) {
        assertThat(e)
            .hasMessageContaining(file.toString())
            .hasMessageContaining(Long.toString(pool.stats().poolBytes()))
            .hasMessageContaining("No space left");
        assertThat(pool.stats().objects()).isEqualTo(before);
        assertThat(stored).isPositive();
        return stored;
      }
    }
  }

  private static void push(Item root, Pool pool, long number, String value) {
    pool.update(
        () -> {
          Item item = new Item(number);
          item.value(value);
          item.next(root.next());
          root.next(item);
        });
  }

  private static long count(Pool pool) {
    return pool.view(
        () -> {
          long count = 0;
          Item item = pool.root("root", Item.class).orElseThrow().next();
          for (; item != null; item = item.next()) {
            assertThat((String) item.value()).hasSize(VALUE);
            count++;
          }
          return count;
        });
  }

  @Test
  void readOnlyFileSystemIsNamedAndCanBeReadFrom() throws Exception {
    Path disk = mounts.tmpfs(12 << 20);
    Path file = disk.resolve("kept.pool");
    Path unclosed = disk.resolve("unclosed.pool");
    try (Pool pool = open(file, OpenMode.CREATE_NEW, Durability.SYNC)) {
      pool.root("root", Item.class, () -> new Item(77));
      Files.copy(file, unclosed);
    }
    mounts.makeReadOnly(disk);
    for (Path path : new Path[] {file, unclosed}) {
      assertThatThrownBy(() -> open(path, OpenMode.OPEN_OR_CREATE, Durability.SYNC))
          .isInstanceOf(PoolAccessException.class)
          .hasMessageContaining(path.toString())
          .hasMessageContaining("read-only file system");
      try (Pool pool = open(path, OpenMode.READ_ONLY, Durability.SYNC)) {
        assertThat(pool.root("root", Item.class).orElseThrow().number()).isEqualTo(77);
        assertThat(pool.stats().recovery().commits() > 0).isEqualTo(path.equals(unclosed));
      }
    }
    assertThatThrownBy(() -> open(disk.resolve("new.pool"), OpenMode.CREATE_NEW, Durability.SYNC))
        .isInstanceOf(PoolAccessException.class)
        .hasMessageContaining("Read-only file system");
  }
}
