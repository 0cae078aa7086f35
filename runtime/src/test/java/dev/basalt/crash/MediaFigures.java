package dev.basalt.crash;

import dev.basalt.Dax;
import dev.basalt.Durability;
import dev.basalt.MediumPools;
import dev.basalt.Pool;
import dev.basalt.PoolBuilder;
import dev.basalt.fixture.Item;
import dev.basalt.medium.DeviceMedium;
import dev.basalt.medium.FileMedium;
import dev.basalt.medium.Medium;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a commit takes on each medium of the virtual machine of {@code tools/power-cut}, and by what
 * it is made durable. Arguments: the folder where media are mounted, and a block device.
 */
final class MediaFigures {
  private static final long RUN_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final int UPDATES_MAX = 200_000;

  private MediaFigures() {}

  /** Counts what makes bytes durable. */
  private static final class Counting extends PlantedMedium {
    private final AtomicLong writes = new AtomicLong();
    private final AtomicLong syncs = new AtomicLong();
    private final AtomicLong forces = new AtomicLong();

    Counting(Medium target) {
      super(target);
    }

    @Override
    public void write(long offset, MemorySegment source) {
      writes.incrementAndGet();
      super.write(offset, source);
    }

    @Override
    public void sync() {
      syncs.incrementAndGet();
      super.sync();
    }

    @Override
    public void force(long offset, long lengthBytes) {
      forces.incrementAndGet();
      super.force(offset, lengthBytes);
    }
  }

  public static void main(String[] args) {
    Path media = Path.of(args[0]);
    Path dax = media.resolve("dax/dax.pool");
    Path disk = media.resolve("disk/disk.pool");
    Path memory = media.resolve("memory/memory.pool");
    Path device = Path.of(args[1]);
    for (int round = 1; round <= 2; round++) { // the first one warms the compiler
      for (Durability durability : Durability.values()) {
        measure(round, "file, ext4 -o dax", dax, durability, Dax.AUTO);
        measure(round, "the same, Dax.NEVER", dax, durability, Dax.NEVER);
        measure(round, "file, ext4", disk, durability, Dax.NEVER);
        measure(round, "file, tmpfs", memory, durability, Dax.NEVER);
        measure(round, "loop device", device, durability, Dax.NEVER);
      }
    }
    System.out.println("\nBASALT passed");
  }

  private static PoolBuilder builder(Path path, Durability durability) {
    return Pool.builder(path)
        .durability(durability)
        .logSize(4 << 20)
        .maxSize(60L << 20)
        .reclaimInBackground(false)
        .classLoader(MediaFigures.class.getClassLoader());
  }

  private static Medium medium(Path path, Dax dax) {
    if (DeviceMedium.isDevice(path)) {
      return DeviceMedium.open(path, false);
    }
    FileMedium medium = FileMedium.open(path, false);
    String refusal = dax == Dax.NEVER ? null : medium.tryDax();
    if (refusal != null) {
      throw new AssertionError(path + " is no persistent memory: " + refusal);
    }
    return medium;
  }

  private static void measure(int round, String name, Path path, Durability durability, Dax dax) {
    try (Pool pool = builder(path, durability).open()) {
      pool.putRoot("root", new Item(0));
    }
    Counting medium = new Counting(medium(path, dax));
    try (Pool pool = MediumPools.open(builder(path, durability), medium)) {
      Item root = pool.root("root", Item.class).orElseThrow();
      long[] nanos = new long[UPDATES_MAX];
      int count = 0;
      medium.writes.set(0);
      medium.syncs.set(0);
      medium.forces.set(0);
      long start = System.nanoTime();
      for (long now = start; count < UPDATES_MAX && now - start < RUN_NANOS; count++) {
        long number = count;
        pool.update(
            () -> {
              root.number(number);
              root.amount((int) number);
            });
        long end = System.nanoTime();
        nanos[count] = end - now;
        now = end;
      }
      if (round > 1) {
        Arrays.sort(nanos, 0, count);
        System.out.printf(
            "%nBASALT figure | %s | %s | %.1f | %.1f | %.3f | %.3f | %.3f |%n",
            name,
            durability,
            nanos[count / 2] / 1000.0,
            nanos[(int) (count * 0.99)] / 1000.0,
            medium.forces.doubleValue() / count,
            medium.writes.doubleValue() / count,
            medium.syncs.doubleValue() / count);
      }
    }
  }
}
