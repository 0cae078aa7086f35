package dev.basalt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.fixture.Item;
import dev.basalt.fixture.Mounts;
import dev.basalt.fixture.Pools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A pool says of its medium what can be found out by other means too, and no more. */
class AttributesTest {
  private static final Pattern ROW = Pattern.compile("\\| `([A-Z_]+)` \\|.*");

  @RegisterExtension final Pools pools = new Pools();

  @ParameterizedTest
  @CsvSource({"ext4,67108864", "xfs,335544320", "btrfs,134217728"})
  void attributesOfAFileSystemAreWhatItShows(String kind, long bytes) throws Exception {
    try (Mounts mounts = new Mounts(pools.folder())) {
      Path point = mounts.inFile(kind, bytes);
      try (Pool pool = open(point)) {
        PoolAttributes attributes = pool.attributes();
        assertThat(attributes.storage()).isEqualTo(kind);
        assertThat(attributes.inMemoryOnly()).isFalse();
        assertThat(attributes.mode()).isEqualTo(PoolAttributes.Mode.FILE);
        assertThat(attributes.optimizedFlushCapable()).isFalse();
        assertThat(attributes.interruptedStoreAtomicity()).isEmpty();
        assertThat(attributes.logicalBlockSize())
            .isEqualTo(
                kind.equals("btrfs") // which may lie on several devices and names none
                    ? OptionalLong.empty()
                    : OptionalLong.of(sectorOfLoopDevice()));
        assertThat(attributes.logicalAllocationSize())
            .hasValue(Files.getFileStore(pool.path()).getBlockSize());
        assertThat(attributes.volumeSize()).isEqualTo(Files.size(pool.path()));
        assertDiscards(pool, attributes.discardIfYouCanCapable());
        assertThat(attributes.discardIfYouCanCapable()).isTrue();
      }
    }
  }

  @Test
  void tmpfsHasNoDeviceAndNoBlockOfIt() throws Exception {
    try (Mounts mounts = new Mounts(pools.folder())) {
      try (Pool pool = open(mounts.tmpfs(32 << 20))) {
        PoolAttributes attributes = pool.attributes();
        assertThat(attributes.storage()).isEqualTo("tmpfs");
        assertThat(attributes.inMemoryOnly()).isTrue();
        assertThat(attributes.fundamentalBlockSize()).isEmpty();
        assertThat(attributes.atomicWrite().capable()).isFalse();
        assertThat(attributes.table())
            .containsEntry("FUNDAMENTAL_BLOCK_SIZE", "not capable")
            .containsEntry("ATOMIC_WRITE_CAPABLE", "not capable")
            .containsEntry("ATOMIC_WRITE_MAX_DATA_LENGTH", "not capable");
        assertDiscards(pool, attributes.discardIfYouCanCapable());
      }
    }
  }

  @Test
  void poolThatIsOpenForReadingGivesNothingBack() {
    pools.open().close();
    try (Pool pool = pools.builder("test").mode(OpenMode.READ_ONLY).open()) {
      assertThat(pool.attributes().discardIfYouCanCapable()).isFalse();
    }
  }

  @Test
  void askingChangesNothing() throws IOException {
    Pool pool = pools.open();
    pool.checkpoint();
    byte[] before = Files.readAllBytes(pool.path());
    assertThat(pool.attributes()).isEqualTo(pool.attributes());
    assertThat(Files.readAllBytes(pool.path())).isEqualTo(before);
  }

  @Test
  void anUpdateIsAnAtomicMultiwriteOfAnySizeThatIsFree() {
    Pool pool = pools.open();
    PoolAttributes.AtomicWrite write = pool.attributes().atomicMultiwrite();
    assertThat(write.capable()).isTrue();
    assertThat(write.maxDataLength().orElseThrow())
        .isBetween(pool.stats().freeBytes() / 2, pool.stats().poolBytesMax());
  }

  @Test
  void everyAttributeIsInTheDocument() throws IOException {
    Set<String> documented = new TreeSet<>();
    for (String line : Files.readAllLines(Path.of("..", "docs", "media.md"))) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        documented.add(row.group(1));
      }
    }
    assertThat(documented).isEqualTo(new TreeSet<>(pools.open().attributes().table().keySet()));
  }

  private static Pool open(Path folder) {
    return Pool.builder(folder.resolve("test.pool"))
        .logSize(Pools.LOG_SIZE)
        .maxSize(64L << 20)
        .freeSpaceKept(0)
        .classLoader(AttributesTest.class.getClassLoader())
        .open();
  }

  /** The pool's file becomes smaller on the disk exactly if the attributes say so. */
  private static void assertDiscards(Pool pool, boolean expected) throws Exception {
    Item root = pool.root("root", Item.class, () -> new Item(0));
    root.value("x".repeat(4 << 20));
    pool.checkpoint();
    long before = blocks(pool.path());
    root.value(null);
    pool.reclaim();
    pool.checkpoint();
    pool.checkpoint();
    assertThat(blocks(pool.path()) < before).isEqualTo(expected);
  }

  private static long blocks(Path file) throws Exception {
    Process stat = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
    return Long.parseLong(new String(stat.getInputStream().readAllBytes()).strip());
  }

  private static long sectorOfLoopDevice() throws IOException {
    return Long.parseLong(
        Files.readString(Path.of("/sys/block/loop0/queue/logical_block_size")).strip());
  }
}
