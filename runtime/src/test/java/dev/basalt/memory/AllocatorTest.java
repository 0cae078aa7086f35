package dev.basalt.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.crash.CrashFolder;
import dev.basalt.error.CorruptPoolException;
import dev.basalt.error.PoolFullException;
import dev.basalt.format.ChunkEntryFormat;
import dev.basalt.format.Geometry;
import dev.basalt.format.SizeClasses;
import dev.basalt.medium.FileMedium;
import dev.basalt.medium.Mapping;
import dev.basalt.medium.Medium;
import dev.basalt.recovery.PoolCreator;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Random updates of the allocator against a model. */
class AllocatorTest {
  private static final long LOG_SIZE = 64 << 10;

  private Path folder;
  private Heap heap;

  /** A file that grows without taking space. */
  private record SparseMedium(Medium target, Path file) implements Medium {
    @Override
    public String name() {
      return target.name();
    }

    @Override
    public long size() {
      return target.size();
    }

    @Override
    public void read(long offset, MemorySegment segment) {
      target.read(offset, segment);
    }

    @Override
    public void write(long offset, MemorySegment source) {
      target.write(offset, source);
    }

    @Override
    public void sync() {
      target.sync();
    }

    @Override
    public void grow(long newSizeBytes) {
      try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
        sparse.setLength(newSizeBytes);
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public Mapping mapPrivate(long lengthBytes) {
      return target.mapPrivate(lengthBytes);
    }

    @Override
    public Mapping mapShared(long offset, long lengthBytes) {
      return target.mapShared(offset, lengthBytes);
    }

    @Override
    public void close() {
      target.close();
    }
  }

  /** What one update allocates and frees. */
  private static final class Update implements Allocator.Changes {
    final OffsetMap allocated = new OffsetMap();
    final OffsetMap freed = new OffsetMap();

    @Override
    public void forEachAllocated(OffsetMap.Visitor visitor) {
      allocated.forEach(visitor);
    }

    @Override
    public void forEachFreed(OffsetMap.Visitor visitor) {
      freed.forEach(visitor);
    }
  }

  @BeforeEach
  void create() throws IOException {
    folder = CrashFolder.create();
    Path file = folder.resolve("a.pool");
    try (FileMedium medium = FileMedium.createUnpublished(file)) {
      PoolCreator.create(medium, LOG_SIZE);
      medium.publish();
    }
    Medium medium = new SparseMedium(FileMedium.open(file, false), file);
    heap = new Heap(medium, Geometry.heapOffset(LOG_SIZE), 4L << 30);
  }

  @AfterEach
  void delete() throws IOException {
    heap.close();
    heap.medium().close();
    CrashFolder.delete(folder);
  }

  private Allocator allocator(long sizeMax) {
    return new Allocator(
        heap,
        size -> {
          if (size > sizeMax) {
            throw new PoolFullException("full at " + sizeMax);
          }
          heap.grow(size);
        });
  }

  private void commit(Allocator allocator, Update update) {
    OffsetMap words = new OffsetMap();
    allocator.plan(update, words);
    allocator.commit(update, () -> putInPlace(words));
  }

  private void putInPlace(OffsetMap words) {
    words.forEach((offset, word) -> heap.put(offset, MemorySegment.ofArray(new long[] {word})));
  }

  private static Map<Long, Long> blocks(Allocator allocator) {
    Map<Long, Long> blocks = new TreeMap<>();
    allocator.forEachBlock(blocks::put);
    return blocks;
  }

  private static long roomFor(long bytes) {
    return bytes <= SizeClasses.SMALL_MAX
        ? SizeClasses.blockSize(SizeClasses.classOf((int) bytes))
        : Geometry.wholeChunks(bytes);
  }

  private void randomUpdates(long seed, long sizeMax, int updates, int sizeLimit) {
    Random random = new Random(seed);
    Allocator allocator = allocator(sizeMax);
    TreeMap<Long, Long> model = new TreeMap<>();
    int refused = 0;
    for (int n = 0; n < updates; n++) {
      Update update = new Update();
      TreeMap<Long, Long> after = new TreeMap<>(model);
      boolean cancelled = random.nextInt(4) == 0;
      try {
        for (int i = random.nextInt(60); i > 0; i--) {
          long bytes =
              random.nextInt(20) == 0
                  ? 1 + random.nextInt(sizeLimit)
                  : 16 + random.nextInt(random.nextBoolean() ? 100 : 4000);
          long block = allocator.reserve(bytes);
          assertThat(block % SizeClasses.GRANULE).isZero();
          assertThat(block + roomFor(bytes)).isLessThanOrEqualTo(heap.size());
          Map.Entry<Long, Long> below = after.floorEntry(block);
          Map.Entry<Long, Long> above = after.ceilingEntry(block);
          assertThat(below == null || below.getKey() + below.getValue() <= block).isTrue();
          assertThat(above == null || block + roomFor(bytes) <= above.getKey()).isTrue();
          assertThat(heap.getLong(block)).isZero();
          update.allocated.put(block, bytes);
          after.put(block, roomFor(bytes));
        }
      } catch (PoolFullException e) {
        cancelled = true;
        refused++;
      }
      if (cancelled) {
        update.allocated.forEach(allocator::cancel);
        assertThat(blocks(allocator)).isEqualTo(model);
        if (!model.isEmpty() && refused > 0) {
          free(allocator, model, random, model.size() / 2);
        }
        continue;
      }
      List<Long> old = new ArrayList<>(model.keySet());
      for (int i = random.nextInt(40); i > 0 && !old.isEmpty(); i--) {
        long block = old.remove(random.nextInt(old.size()));
        update.freed.put(block, 0);
        after.remove(block);
      }
      commit(allocator, update);
      model = after;
      if (n % 10 == 0) {
        assertThat(blocks(allocator)).isEqualTo(model);
      }
      if (n % 50 == 49) {
        allocator = allocator(sizeMax);
        assertThat(blocks(allocator)).isEqualTo(model);
      }
    }
    Allocator.Usage usage = allocator.usage();
    assertThat(usage.objects()).isEqualTo(model.size());
    assertThat(usage.objectBytes())
        .isEqualTo(model.values().stream().mapToLong(Long::longValue).sum());
    free(allocator, model, random, model.size());
    assertThat(allocator.usage().objects()).isZero();
  }

  private void free(Allocator allocator, Map<Long, Long> model, Random random, int count) {
    Update update = new Update();
    List<Long> old = new ArrayList<>(model.keySet());
    for (int i = 0; i < count; i++) {
      long block = old.remove(random.nextInt(old.size()));
      update.freed.put(block, 0);
      model.remove(block);
    }
    commit(allocator, update);
  }

  /** A reservation may fall between the words of a commit and the allocator's notes of them. */
  @Test
  void blockThatIsBeingReleasedIsNotGivenOutTwice() throws Exception {
    Allocator before = allocator(1L << 30);
    Update allocation = new Update();
    for (int i = 0; i < 10; i++) {
      allocation.allocated.put(before.reserve(64), 64);
    }
    commit(before, allocation);
    long first = blocks(before).keySet().iterator().next();
    Allocator allocator = allocator(1L << 30);
    Update release = new Update();
    release.freed.put(first, 0);
    OffsetMap words = new OffsetMap();
    allocator.plan(release, words);
    List<Long> reserved = new ArrayList<>();
    Thread other = new Thread(() -> reserved.add(allocator.reserve(64)));
    allocator.commit(
        release,
        () -> {
          putInPlace(words);
          other.start();
          try {
            other.join(200);
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        });
    other.join();
    for (int i = 0; i < 10; i++) {
      reserved.add(allocator.reserve(64));
    }
    assertThat(reserved).doesNotHaveDuplicates();
  }

  @Test
  void randomUpdatesAgreeWithAModel() {
    for (long seed = 1; seed <= 10; seed++) {
      randomUpdates(seed, 1L << 30, 200, 300_000);
    }
  }

  @Test
  void fullPoolRefusesAndGoesOn() {
    randomUpdates(11, heap.size() + (3 << 20), 600, 100_000);
  }

  @Test
  void chunkTableGrowsByParts() {
    Allocator allocator = allocator(4L << 30);
    long run = 200L << 20;
    List<Long> blocks = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      Update update = new Update();
      long block = allocator.reserve(run);
      update.allocated.put(block, run);
      long small = allocator.reserve(64);
      update.allocated.put(small, 64);
      if (i % 2 == 1) {
        update.allocated.forEach(allocator::cancel);
        continue;
      }
      commit(allocator, update);
      blocks.add(block);
      blocks.add(small);
    }
    assertThat(heap.size()).isGreaterThan((long) ChunkEntryFormat.PER_PART * Geometry.CHUNK_SIZE);
    Allocator again = allocator(4L << 30);
    assertThat(blocks(again).keySet()).containsExactlyInAnyOrderElementsOf(blocks);
    Update update = new Update();
    blocks.forEach(block -> update.freed.put(block, 0));
    commit(again, update);
    assertThat(again.usage().objects()).isZero();
    Update reuse = new Update();
    long before = heap.size();
    reuse.allocated.put(again.reserve(run), run);
    commit(again, reuse);
    assertThat(heap.size()).isEqualTo(before);
  }

  @Test
  void freedRunsAreUsedAgain() {
    Allocator allocator = allocator(1L << 30);
    long size = 0;
    for (int i = 0; i < 50; i++) {
      Update update = new Update();
      long block = allocator.reserve(1 << 20);
      update.allocated.put(block, 1 << 20);
      commit(allocator, update);
      Update free = new Update();
      free.freed.put(block, 0);
      commit(allocator, free);
      size = i == 0 ? heap.size() : size;
    }
    assertThat(heap.size()).isEqualTo(size);
  }

  @Test
  void doubleReleaseIsNoticed() {
    Allocator allocator = allocator(1L << 30);
    Update update = new Update();
    long block = allocator.reserve(64);
    update.allocated.put(block, 64);
    commit(allocator, update);
    Update free = new Update();
    free.freed.put(block, 0);
    commit(allocator, free);
    assertThatThrownBy(() -> allocator.plan(free, new OffsetMap()))
        .isInstanceOf(CorruptPoolException.class);
    Update inside = new Update();
    inside.freed.put(block + 16, 0);
    assertThatThrownBy(() -> allocator.plan(inside, new OffsetMap()))
        .isInstanceOf(CorruptPoolException.class);
  }

  @Test
  void offsetMapAgreesWithAHashMap() {
    Random random = new Random(3);
    OffsetMap map = new OffsetMap();
    Map<Long, Long> model = new TreeMap<>();
    for (int n = 0; n < 200_000; n++) {
      long key = 16L * (1 + random.nextInt(n % 50_000 < 25_000 ? 100 : 20_000));
      switch (random.nextInt(n % 20_000 == 0 ? 4 : 3)) {
        case 0 -> {
          map.put(key, n);
          model.put(key, (long) n);
        }
        case 1 -> {
          map.add(key, -n);
          model.merge(key, (long) -n, Long::sum);
        }
        case 2 -> assertThat(map.get(key, -7)).isEqualTo(model.getOrDefault(key, -7L));
        default -> {
          map.clear();
          model.clear();
        }
      }
    }
    Map<Long, Long> found = new TreeMap<>();
    map.forEach(found::put);
    assertThat(found).isEqualTo(model);
    assertThat(map.size()).isEqualTo(model.size());
  }

  @Test
  void dirtyPagesAreTakenOnceInOrder() {
    DirtyPages pages = new DirtyPages();
    pages.mark(3 * 4096L + 4095, 2);
    pages.mark(0, 1);
    pages.mark(4096 * 4L, 4096);
    assertThat(pages.count()).isEqualTo(3);
    assertThat(pages.take()).containsExactly(0, 3, 4);
    assertThat(pages.count()).isZero();
    assertThat(pages.take()).isEmpty();
    pages.mark(10 * 4096L, 4096 * 10L);
    pages.forget(12 * 4096L - 1, 4096 * 3L);
    assertThat(pages.take()).containsExactly(10, 11, 14, 15, 16, 17, 18, 19);
  }
}
