package dev.basalt.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.MediumPools;
import dev.basalt.OpenMode;
import dev.basalt.Pool;
import dev.basalt.PoolBuilder;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import dev.basalt.medium.FileMedium;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Opening a pool does the same whatever its size. */
class OpeningCostTest {
  private static final int LARGE = 60;

  @RegisterExtension final Pools pools = new Pools();

  /** What opening asked of the medium. */
  private record Cost(long reads, long bytesRead, long writes, long bytesWritten, long syncs) {}

  private static final class Counting extends PlantedMedium {
    private long reads;
    private long bytesRead;
    private long writes;
    private long bytesWritten;
    private long syncs;

    Counting(Path file) {
      super(FileMedium.open(file, false));
    }

    @Override
    public synchronized void read(long offset, MemorySegment segment) {
      reads++;
      bytesRead += segment.byteSize();
      super.read(offset, segment);
    }

    @Override
    public synchronized void write(long offset, MemorySegment source) {
      writes++;
      bytesWritten += source.byteSize();
      super.write(offset, source);
    }

    @Override
    public synchronized void sync() {
      syncs++;
      super.sync();
    }

    synchronized Cost cost() {
      return new Cost(reads, bytesRead, writes, bytesWritten, syncs);
    }
  }

  private PoolBuilder builder(Path file) {
    return Pool.builder(file)
        .mode(OpenMode.OPEN)
        .maxSize(1L << 30)
        .classLoader(OpeningCostTest.class.getClassLoader());
  }

  private Pool pool(String name, int megabytes) {
    Pool pool = pools.open(pools.builder(name).maxSize(1L << 30).logSize(4 << 20));
    Item root = new Item(megabytes);
    pool.putRoot("root", root);
    for (int n = 0; n < megabytes; n++) {
      Item item = new Item(n);
      item.value("v".repeat(1 << 20));
      pool.update(
          () -> {
            item.next(root.next());
            root.next(item);
          });
    }
    pool.checkpoint();
    return pool;
  }

  private Cost openingCost(Path file) {
    Counting medium = new Counting(file);
    Pool pool = pools.track(MediumPools.open(builder(file), medium));
    Cost cost = medium.cost();
    pool.close();
    return cost;
  }

  @Test
  void closedPoolOfAnySizeIsOpenedByTheSameReadsAndWrites() {
    Pool small = pool("small", 1);
    Pool large = pool("large", LARGE);
    small.close();
    large.close();
    assertThat(large.path().toFile().length()).isGreaterThan(4 * small.path().toFile().length());
    assertThat(openingCost(large.path())).isEqualTo(openingCost(small.path()));
  }

  @Test
  void unclosedPoolOfAnySizeIsOpenedByTheSameReads() throws IOException {
    Cost previous = null;
    for (String name : List.of("small", "large")) {
      Pool pool = pool(name, name.equals("small") ? 1 : LARGE);
      for (int n = 0; n < 100; n++) {
        pool.root("root", Item.class).orElseThrow().amount(n);
      }
      Path copy = pools.file(name + "-copy");
      Files.copy(pool.path(), copy);
      Cost cost = openingCost(copy);
      if (previous != null) {
        assertThat(cost).isEqualTo(previous);
      }
      previous = cost;
      pool.close();
    }
  }
}
