package dev.basalt.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.crash.CrashFolder;
import dev.basalt.format.Geometry;
import dev.basalt.medium.FileMedium;
import dev.basalt.recovery.PoolCreator;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whoever still reads where the medium has ended meets zeroes, and no fault. */
class ShrinkingHeapTest {
  private static final long LOG_SIZE = 64 << 10;
  private static final long LARGE = 8 << 20;

  private Path folder;
  private Heap heap;
  private long small;

  @BeforeEach
  void create() throws Exception {
    folder = CrashFolder.create();
    Path file = folder.resolve("a.pool");
    try (FileMedium medium = FileMedium.createUnpublished(file)) {
      PoolCreator.create(medium, LOG_SIZE);
      medium.publish();
    }
    FileMedium medium = FileMedium.open(file, false);
    small = medium.size();
    heap = new Heap(medium, Geometry.heapOffset(LOG_SIZE), 64L << 20);
  }

  @AfterEach
  void delete() throws Exception {
    heap.close();
    heap.medium().close();
    CrashFolder.delete(folder);
  }

  @Test
  void staleReadersMeetNoFault() throws Exception {
    heap.grow(LARGE);
    AtomicBoolean done = new AtomicBoolean();
    CompletableFuture<Long> reader =
        CompletableFuture.supplyAsync(
            () -> {
              long reads = 0;
              ThreadLocalRandom random = ThreadLocalRandom.current();
              while (!done.get()) {
                long at = random.nextLong(small / 8, LARGE / 8) * 8;
                if (heap.getLong(at) != 0) {
                  throw new AssertionError("at " + at);
                }
                reads++;
              }
              return reads;
            });
    for (int i = 0; i < 2000 && !reader.isDone(); i++) {
      assertThat(heap.shrink(small)).isTrue();
      assertThat(heap.size()).isEqualTo(heap.medium().size()).isEqualTo(small);
      heap.grow(i % 2 == 0 ? LARGE : LARGE / 2);
    }
    done.set(true);
    assertThat(reader.get()).isPositive();
  }

  @Test
  void spaceThatComesBackIsTheMediums() {
    heap.grow(LARGE);
    assertThat(heap.shrink(small)).isTrue();
    heap.grow(LARGE);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment page = arena.allocate(Geometry.PAGE_SIZE).fill((byte) 7);
      heap.medium().write(LARGE - Geometry.PAGE_SIZE, page);
    }
    assertThat(heap.getInt(LARGE - 8)).isEqualTo(0x07070707);
  }
}
