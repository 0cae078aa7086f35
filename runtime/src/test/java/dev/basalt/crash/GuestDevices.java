package dev.basalt.crash;

import dev.basalt.Dax;
import dev.basalt.Pool;
import dev.basalt.PoolAttributes;
import dev.basalt.PoolBuilder;
import dev.basalt.error.PoolAccessException;
import dev.basalt.fixture.Item;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import jdk.nio.mapmode.ExtendedMapMode;

/** Tries the devices of persistent memory of the virtual machine of {@code tools/power-cut}. */
final class GuestDevices {
  private static final String VALUE = "v".repeat(1 << 20);

  private GuestDevices() {}

  private static PoolBuilder builder(Path device) {
    return Pool.builder(device)
        .logSize(1 << 20)
        .maxSize(64L << 20)
        .freeSpaceKept(0)
        .dax(Dax.EXPECTED)
        .classLoader(GuestDevices.class.getClassLoader());
  }

  /** {@code /dev/pmem} is a block device, and carries a pool as one. */
  static void tryDisk(Path device) {
    try (Pool pool = builder(device).open()) {
      Item root = pool.root("root", Item.class, () -> new Item(0));
      for (int i = 1; i <= 20; i++) {
        root.number(i);
        root.value(i % 4 == 0 ? null : VALUE + i);
      }
      pool.reclaim();
      pool.discard();
      PoolAttributes attributes = pool.attributes();
      require(attributes.mode() == PoolAttributes.Mode.BLOCK, "mode " + attributes.mode());
      require(!attributes.dax(), "used as persistent memory");
      root.value(VALUE);
    }
    PoolVerifier.verify(device);
    try (Pool pool = builder(device).open()) {
      Item root = pool.root("root", Item.class).orElseThrow();
      require(root.number() == 20 && VALUE.equals(root.value()), "what was stored");
    }
    System.out.println("\nBASALT device " + device + ": a pool as on a disk");
  }

  /** {@code /dev/dax} has neither size nor calls, and Java cannot map it with write-back. */
  static void tryMemory(Path device) throws IOException {
    try (FileChannel channel =
        FileChannel.open(device, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      System.out.println("\nBASALT device " + device + ": size " + channel.size());
      channel.map(ExtendedMapMode.READ_WRITE_SYNC, 0, 2 << 20, Arena.global());
      throw new AssertionError(device + " can be mapped now: support it");
    } catch (IOException e) {
      System.out.println("\nBASALT device " + device + ": cannot be mapped: " + e);
    }
    try (Pool pool = builder(device).open()) {
      throw new AssertionError(device + " was opened: " + pool);
    } catch (PoolAccessException e) {
      System.out.println("\nBASALT device " + device + ": refused: " + e.getMessage());
    }
  }

  private static void require(boolean condition, String what) {
    if (!condition) {
      throw new AssertionError(what);
    }
  }
}
