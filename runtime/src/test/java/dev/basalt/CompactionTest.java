package dev.basalt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.crash.PoolVerifier;
import dev.basalt.error.CorruptPoolException;
import dev.basalt.error.PoolAccessException;
import dev.basalt.error.PoolInUseException;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import dev.basalt.fixture.RichItem;
import dev.basalt.fixture.RightSums;
import dev.basalt.format.Geometry;
import dev.basalt.format.PoolHeaderFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A compacted pool holds the same objects in less space, and is a pool like any other. */
class CompactionTest {
  @RegisterExtension final Pools pools = new Pools();

  private static void fill(Pool pool, long seed, int items) {
    Random random = new Random(seed);
    Item head = pool.root("head", Item.class, () -> new Item(0));
    for (int n = 0; n < items; n += 50) {
      int from = n;
      pool.update(
          () -> {
            for (int i = from; i < from + 50; i++) {
              Item item = random.nextBoolean() ? new Item(i) : new RichItem(i);
              item.name("name " + "x".repeat(random.nextInt(300)) + i);
              int length = random.nextInt(100) == 0 ? 90_000 : random.nextInt(3000);
              item.value(random.nextInt(3) == 0 ? Long.MAX_VALUE - i : "v".repeat(length));
              item.other(head);
              item.next(head.next());
              head.next(item);
            }
          });
    }
  }

  private static String describe(Pool pool) {
    return pool.view(
        () -> {
          StringBuilder text = new StringBuilder();
          for (String name : pool.rootNames()) {
            Item item = pool.root(name, Item.class).orElseThrow();
            while (item != null) {
              text.append(item.getClass().getSimpleName())
                  .append(item.number())
                  .append(item.name())
                  .append(item.value())
                  .append(item.other() == null ? 0 : item.other().number())
                  .append('\n');
              item = item.next();
            }
          }
          return text.toString();
        });
  }

  @Test
  void everythingReachableIsThereAndTheRestIsNot() {
    Pool pool = pools.open();
    fill(pool, 1, 2000);
    pool.update(
        () -> {
          Item item = pool.root("head", Item.class).orElseThrow();
          while (item != null) {
            for (int i = 0; i < 9 && item.next() != null; i++) {
              item.next(item.next().next());
            }
            item = item.next();
          }
        });
    pool.update(() -> pool.putRoot("other", new Item(-1)));
    String expected = describe(pool);
    UUID id = pool.id();
    long objects = pool.stats().objects();
    pool.close();

    Path compacted = pools.file("compacted");
    CompactionReport report = Pool.compact(pool.path(), compacted);
    assertThat(report.poolBytesBefore()).isEqualTo(pool.path().toFile().length());
    assertThat(report.poolBytesAfter())
        .isEqualTo(compacted.toFile().length())
        .isLessThan(report.poolBytesBefore() / 2);
    assertThat(report.objects()).isPositive().isLessThan(objects / 2);
    PoolVerifier.verify(compacted);
    Pool again = pools.open(pools.builder("compacted").mode(OpenMode.OPEN));
    assertThat(again.id()).isEqualTo(id);
    assertThat(again.stats().objects()).isEqualTo(report.objects());
    assertThat(again.stats().limboObjects()).isZero();
    assertThat(describe(again)).isEqualTo(expected);
    fill(again, 2, 300);
    PoolVerifier.verify(again);
  }

  @Test
  void emptyPoolCanBeCompacted() {
    Pool pool = pools.open();
    pool.close();
    Path compacted = pools.file("compacted");
    assertThat(Pool.compact(pool.path(), compacted).objects()).isZero();
    Pool again = pools.open(pools.builder("compacted").mode(OpenMode.OPEN));
    assertThat(again.rootNames()).isEmpty();
    again.putRoot("head", new Item(1));
  }

  /** What the log alone has is in the compacted pool too. */
  @Test
  void poolThatWasNotClosedCanBeCompacted() throws IOException {
    Pool pool = pools.open();
    fill(pool, 3, 200);
    String expected = describe(pool);
    Path crashed = pools.file("crashed");
    Files.copy(pool.path(), crashed);
    Pool.compact(crashed, pools.file("compacted"));
    Pool again = pools.open(pools.builder("compacted").mode(OpenMode.OPEN));
    assertThat(describe(again)).isEqualTo(expected);
  }

  @Test
  void whatCannotBeCompactedIsRefusedAndLeavesNothingBehind() throws IOException {
    Pool pool = pools.open();
    fill(pool, 4, 50);
    Path to = pools.file("to");
    assertThatThrownBy(() -> Pool.compact(pool.path(), to)).isInstanceOf(PoolInUseException.class);
    pool.close();
    assertThatThrownBy(() -> Pool.compact(pool.path(), pool.path()))
        .isInstanceOf(PoolAccessException.class);
    pools.doNotVerify(pool.path());
    byte[] bytes = Files.readAllBytes(pool.path());
    bytes[(int) Geometry.heapOffset(Pools.LOG_SIZE) + PoolHeaderFormat.UNUSED] = 1;
    Files.write(pool.path(), bytes);
    assertThatThrownBy(() -> Pool.compact(pool.path(), to))
        .isInstanceOf(CorruptPoolException.class)
        .hasMessageContaining("is damaged");
    RightSums.in(bytes, Pools.LOG_SIZE);
    Files.write(pool.path(), bytes);
    assertThatThrownBy(() -> Pool.compact(pool.path(), to))
        .isInstanceOf(CorruptPoolException.class)
        .hasMessageContaining("HEADER");
    try (var files = Files.list(pools.folder())) {
      assertThat(files).containsExactly(pool.path());
    }
  }
}
