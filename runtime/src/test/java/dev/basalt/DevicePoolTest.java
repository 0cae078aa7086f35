package dev.basalt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.crash.PoolVerifier;
import dev.basalt.error.PoolAccessException;
import dev.basalt.error.PoolFullException;
import dev.basalt.error.PoolInUseException;
import dev.basalt.fixture.ChildJvm;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.Mounts;
import dev.basalt.fixture.Pools;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A pool on a block device: the same promises, within the device, and nothing else is hurt. */
class DevicePoolTest {
  private static final long DEVICE_BYTES = 24 << 20;

  @RegisterExtension final Pools pools = new Pools();

  /** On a disk: a device in tmpfs cannot give its space back once it has been asked for zeroes. */
  @TempDir private Path disk;

  private Mounts mounts;
  private Path file;
  private Path device;

  @BeforeEach
  void makeDevice() throws Exception {
    mounts = new Mounts(pools.folder());
    file = disk.resolve("device.img");
    device = mounts.device(file, DEVICE_BYTES);
  }

  @AfterEach
  void removeDevice() throws IOException {
    mounts.close();
  }

  private static PoolBuilder builder(Path device, Durability durability) {
    return Pool.builder(device)
        .durability(durability)
        .logSize(2 * Pools.LOG_SIZE)
        .maxSize(64L << 20)
        .freeSpaceKept(0)
        .classLoader(DevicePoolTest.class.getClassLoader());
  }

  private PoolBuilder builder() {
    return builder(device, Durability.SYNC);
  }

  @ParameterizedTest
  @EnumSource(Durability.class)
  void poolOnADeviceKeepsWhatItWasGiven(Durability durability) {
    try (Pool pool = builder(device, durability).open()) {
      Item root = pool.root("root", Item.class, () -> new Item(0));
      root.value("x".repeat(6 << 20)); // grows, and spills
      root.number(7);
    }
    PoolVerifier.verify(device);
    try (Pool pool = builder(device, durability).mode(OpenMode.OPEN).open()) {
      Item root = pool.root("root", Item.class).orElseThrow();
      assertThat(root.number()).isEqualTo(7);
      assertThat((String) root.value()).hasSize(6 << 20);
      assertThat(pool.stats().poolBytes()).isLessThan(DEVICE_BYTES);
      assertThat(pool.attributes().volumeSize()).isEqualTo(DEVICE_BYTES);
      assertThat(pool.attributes().mode()).isEqualTo(PoolAttributes.Mode.BLOCK);
      assertThat(pool.attributes().logicalBlockSize()).hasValue(512);
    }
  }

  @Test
  void fullDeviceAbortsOneUpdateOnlyAndSpaceIsUsedAgain() {
    try (Pool pool = builder().open()) {
      Item root = pool.root("root", Item.class, () -> new Item(0));
      assertThatThrownBy(() -> root.value("x".repeat(40 << 20)))
          .isInstanceOf(PoolFullException.class)
          .hasMessageContaining("the device has " + DEVICE_BYTES);
      for (int i = 0; i < 10; i++) {
        root.value("y".repeat(5 << 20));
        root.value(null);
        pool.reclaim();
        pool.checkpoint();
      }
      root.number(7);
    }
    PoolVerifier.verify(device);
  }

  /** What the device held before must not be taken for a part of the pool. */
  @Test
  void garbageOnTheDeviceIsNotTakenForThePools() throws IOException {
    byte[] garbage = new byte[(int) DEVICE_BYTES - (4 << 20)];
    long seed = new Random().nextLong();
    System.out.println("garbage on the device: seed " + seed);
    new Random(seed).nextBytes(garbage);
    try (RandomAccessFile access = new RandomAccessFile(device.toFile(), "rw")) {
      access.seek(2 << 20); // the ends look empty
      access.write(garbage);
    }
    try (Pool pool = builder().open()) {
      Item root = pool.root("root", Item.class, () -> new Item(0));
      for (int i = 0; i < 12; i++) {
        Item item = new Item(i);
        item.value("z".repeat(500_000));
        item.next(root.next());
        root.next(item);
      }
    }
    PoolVerifier.verify(device);
  }

  @Test
  void freeSpaceGoesBackToTheDevice() throws Exception {
    try (Pool pool = builder().open()) {
      assertThat(pool.attributes().discardIfYouCanCapable()).isTrue();
      Item root = pool.root("root", Item.class, () -> new Item(0));
      root.value("x".repeat(8 << 20));
      pool.checkpoint();
      sync(file);
      long before = onDisk(file);
      root.value(null);
      pool.reclaim();
      pool.checkpoint();
      pool.checkpoint();
      sync(file);
      assertThat(onDisk(file)).isLessThan(before - (7 << 20));
    }
    PoolVerifier.verify(device);
  }

  private static void sync(Path file) throws IOException {
    try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
      access.getFD().sync();
    }
  }

  private static long onDisk(Path file) throws Exception {
    Process stat = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
    return 512 * Long.parseLong(new String(stat.getInputStream().readAllBytes()).strip());
  }

  @Test
  void deviceThatHoldsSomethingElseIsRefusedUnlessToldOtherwise() throws Exception {
    mounts.makeFileSystem(device);
    byte[] before = Files.readAllBytes(file);
    for (OpenMode mode : OpenMode.values()) {
      assertThatThrownBy(() -> builder().mode(mode).open())
          .as("%s", mode)
          .isInstanceOf(PoolAccessException.class)
          .hasMessageContaining("not a");
    }
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
    Path point = mounts.mount(device);
    assertThatThrownBy(() -> builder().overwriteDevice().open())
        .isInstanceOf(PoolInUseException.class)
        .hasMessageContaining("mounted");
    mounts.unmount(point);
    try (Pool pool = builder().overwriteDevice().open()) {
      pool.putRoot("root", new Item(7));
    }
    PoolVerifier.verify(device);
  }

  @Test
  void poolOnADeviceIsNotOverwrittenUnlessANewOneIsWanted() {
    try (Pool pool = builder().mode(OpenMode.CREATE_NEW).open()) {
      pool.putRoot("root", new Item(7));
    }
    assertThatThrownBy(() -> builder().mode(OpenMode.CREATE_NEW).open())
        .isInstanceOf(PoolAccessException.class)
        .hasMessageContaining("holds a pool");
    // An existing pool is opened, whatever may be overwritten.
    try (Pool pool = builder().overwriteDevice().open()) {
      assertThat(pool.root("root", Item.class).orElseThrow().number()).isEqualTo(7);
    }
    try (Pool pool = builder().mode(OpenMode.CREATE_NEW).overwriteDevice().open()) {
      assertThat(pool.rootNames()).isEmpty();
    }
  }

  @Test
  void deviceIsOpenedOnce() {
    try (Pool pool = builder().open()) {
      pool.putRoot("root", new Item(7));
      assertThatThrownBy(() -> builder().open()).isInstanceOf(PoolInUseException.class);
      assertThatThrownBy(() -> builder().mode(OpenMode.READ_ONLY).open())
          .isInstanceOf(PoolInUseException.class);
    }
    try (Pool one = builder().mode(OpenMode.READ_ONLY).open();
        Pool other = builder().mode(OpenMode.READ_ONLY).open()) {
      assertThat(one.rootNames()).isEqualTo(other.rootNames());
    }
  }

  @Test
  void deviceThatIsTooSmallIsRefused() throws Exception {
    Path small = mounts.device(disk.resolve("small.img"), 512 << 10);
    assertThatThrownBy(() -> builder(small, Durability.SYNC).open())
        .isInstanceOf(PoolFullException.class)
        .hasMessageContaining("the device has " + (512 << 10));
  }

  @Test
  void poolMovesBetweenDeviceAndFile() throws Exception {
    Path backup = pools.folder().resolve("backup");
    try (Pool pool = builder().open()) {
      pool.putRoot("root", new Item(7));
      pool.backup(backup);
    }
    Path other = mounts.device(disk.resolve("other.img"), DEVICE_BYTES);
    Files.copy(backup, Files.newOutputStream(other));
    for (Path path : new Path[] {backup, other}) {
      try (Pool pool = builder(path, Durability.SYNC).mode(OpenMode.OPEN).open()) {
        assertThat(pool.root("root", Item.class).orElseThrow().number()).isEqualTo(7);
        pool.root("root", Item.class).orElseThrow().value("x".repeat(3 << 20));
      }
      PoolVerifier.verify(path);
    }
  }

  /** Updates until it is killed. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) {
      try (Pool pool = builder(Path.of(args[0]), Durability.SYNC).open()) {
        Item root = pool.root("root", Item.class, () -> new Item(0));
        while (true) {
          pool.update(
              () -> {
                root.number(root.number() + 1);
                root.value(Long.toString(root.number()).repeat(3000));
              });
          if (root.number() % 20 == 0) {
            pool.reclaim();
          }
          System.out.println(root.number());
        }
      }
    }
  }

  @Test
  void killedProcessLosesNothingThatReturned() throws Exception {
    long returned = 0;
    for (int round = 0; round < 3; round++) {
      try (ChildJvm child = ChildJvm.start(Child.class, device)) {
        for (int i = 0; i < 50 + 30 * round; i++) {
          returned = Long.parseLong(child.line());
        }
        for (String line : child.kill()) {
          returned = Long.parseLong(line);
        }
      }
      try (Pool pool = builder().open()) {
        Item root = pool.root("root", Item.class).orElseThrow();
        assertThat(root.number()).isBetween(returned, returned + 1);
        assertThat(root.value()).isEqualTo(Long.toString(root.number()).repeat(3000));
      }
      PoolVerifier.verify(device);
    }
  }
}
