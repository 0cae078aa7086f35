package dev.basalt.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.crash.CrashFolder;
import dev.basalt.error.CorruptPoolException;
import dev.basalt.error.PoolFullException;
import dev.basalt.format.Geometry;
import dev.basalt.format.SizeClasses;
import dev.basalt.format.TablePartFormat;
import dev.basalt.medium.FileMedium;
import dev.basalt.medium.Mapping;
import dev.basalt.medium.Medium;
import dev.basalt.medium.MediumAttributes;
import dev.basalt.recovery.PoolCreator;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Random updates of the allocator against a model. */
class AllocatorTest {
  private static final long LOG_SIZE = 64 << 10;

  private Path folder;
  private Heap heap;

  /** A file that grows without taking space. */
  private static class SparseMedium implements Medium {
    private final Medium target;
    private final Path file;

    SparseMedium(Medium target, Path file) {
      this.target = target;
      this.file = file;
    }

    @Override
    public String name() {
      return target.name();
    }

    @Override
    public MediumAttributes attributes() {
      throw new UnsupportedOperationException("nobody asks");
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
    public boolean isEmpty() {
      return false;
    }

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
    heap.endReplay();
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
    putInPlace(words);
    allocator.committed(update);
  }

  private void putInPlace(OffsetMap words) {
    words.forEach(
        (offset, word) ->
            heap.put(offset, MemorySegment.ofArray(new long[] {word}), 0, Long.BYTES));
  }

  private static Map<Long, Long> blocks(Allocator allocator) {
    Map<Long, Long> blocks = new TreeMap<>();
    allocator.forEachBlock(blocks::put);
    return blocks;
  }

  private static long roomFor(long bytes) {
    return bytes <= SizeClasses.SMALL_MAX
        ? SizeClasses.blockSize(SizeClasses.classOf((int) bytes))
        : Geometry.wholePages(bytes);
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
  void blockThatIsBeingReleasedIsNotGivenOutTwice() {
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
    putInPlace(words);
    for (int i = 0; i < 10; i++) {
      reserved.add(allocator.reserve(64));
    }
    allocator.committed(release);
    for (int i = 0; i < 10; i++) {
      reserved.add(allocator.reserve(64));
    }
    assertThat(reserved).doesNotHaveDuplicates();
  }

  @Test
  void randomUpdatesAgreeWithAModel() {
    long seeds = Boolean.getBoolean("basalt.stress") ? 200 : 10;
    for (long seed = 1; seed <= seeds; seed++) {
      System.out.printf("random updates of the allocator, seed %d%n", seed);
      randomUpdates(seed, 1L << 30, 200, seed % 3 == 0 ? 5_000_000 : 300_000);
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
    assertThat(heap.size())
        .isGreaterThan((long) TablePartFormat.CHUNKS_DESCRIBED * Geometry.CHUNK_SIZE);
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

  /** A chunk whose last block is released serves any size, and runs, in the same session. */
  @Test
  void emptiedChunksServeOtherSizes() {
    Allocator allocator = allocator(heap.size() + (4 << 20));
    List<Integer> sizes = List.of(48, 5000, 200_000, 100, 20_000, 1_000_000, 3_000_000);
    for (int size : sizes) {
      Update update = new Update();
      long taken = 0;
      while (taken + roomFor(size) < 3 << 20) {
        update.allocated.put(allocator.reserve(size), size);
        taken += roomFor(size);
      }
      commit(allocator, update);
      assertThat(allocator.usage().objects()).as("blocks of %d", size).isPositive();
      Update free = new Update();
      update.allocated.forEach((block, _) -> free.freed.put(block, 0));
      commit(allocator, free);
      Allocator.Usage usage = allocator.usage();
      assertThat(usage.objects()).isZero();
      assertThat(usage.sizeClasses()).isEmpty();
      assertThat(usage.freeBytes())
          .isEqualTo(
              heap.size() - heap.heapOffset() - (long) Geometry.FIXED_CHUNKS * Geometry.CHUNK_SIZE);
    }
  }

  /** Ordinary reservations leave some space to limbo nodes, with which a pool can be emptied. */
  @Test
  void lastChunksAreForLimboOnly() {
    Allocator allocator = allocator(heap.size() + (2 << 20));
    Update update = new Update();
    int size = 1024;
    PoolFullException full = null;
    while (full == null) {
      try {
        update.allocated.put(allocator.reserve(size), size);
      } catch (PoolFullException e) {
        full = e;
      }
    }
    PoolFullException.Space space = full.space();
    assertThat(space).isNotNull();
    assertThat(space.size()).isEqualTo(heap.size());
    assertThat(space.maxSize()).isEqualTo(heap.sizeMax());
    assertThat(space.needed()).isEqualTo(Geometry.CHUNK_SIZE);
    assertThat(space.free()).isEqualTo(space.largestFreeRun()).isEqualTo(Geometry.CHUNK_SIZE);
    assertThatThrownBy(() -> allocator.reserve(size)).isInstanceOf(PoolFullException.class);
    int forLimbo = 0;
    try {
      while (true) {
        update.allocated.put(allocator.reserveForLimbo(size), size);
        forLimbo++;
        assertThatThrownBy(() -> allocator.reserve(size)).isInstanceOf(PoolFullException.class);
      }
    } catch (PoolFullException e) {
      assertThat(forLimbo)
          .isGreaterThanOrEqualTo(SizeClasses.blocksPerChunk(SizeClasses.classOf(size)));
    }
    commit(allocator, update);
    assertThat(allocator.usage().freeBytes()).isZero();
    Update free = new Update();
    update.allocated.forEach((block, _) -> free.freed.put(block, 0));
    commit(allocator, free);
    assertThat(allocator.reserve(size)).isPositive();
  }

  @Test
  void runCanBeAsLargeAsThePoolsFreeSpace() {
    long sizeMax = heap.size() + (40L << 20);
    Allocator allocator = allocator(sizeMax);
    long size = sizeMax - heap.size() - Geometry.CHUNK_SIZE * 10L;
    for (int i = 0; i < 3; i++) {
      long run = allocator.reserve(size);
      assertThatThrownBy(() -> allocator.reserve(size)).isInstanceOf(PoolFullException.class);
      allocator.cancel(run, size);
    }
    assertThatThrownBy(() -> allocator.reserve(sizeMax)).isInstanceOf(PoolFullException.class);
  }

  /** A plan whose commit does not happen leaves no trace. */
  @Test
  void abandonedPlanIsForgotten() {
    Allocator allocator = allocator(1L << 30);
    Update first = new Update();
    for (int i = 0; i < 100; i++) {
      first.allocated.put(allocator.reserve(700), 700);
    }
    long run = allocator.reserve(300_000);
    first.allocated.put(run, 300_000);
    commit(allocator, first);
    Map<Long, Long> before = blocks(allocator);
    for (int i = 0; i < 3; i++) {
      Update abandoned = new Update();
      first.allocated.forEach((block, _) -> abandoned.freed.put(block, 0));
      abandoned.allocated.put(allocator.reserve(700), 700);
      allocator.plan(abandoned, new OffsetMap());
      abandoned.allocated.forEach(allocator::cancel);
      assertThat(blocks(allocator)).isEqualTo(before);
    }
    Update free = new Update();
    first.allocated.forEach((block, _) -> free.freed.put(block, 0));
    commit(allocator, free);
    assertThat(allocator.usage().objects()).isZero();
  }

  /**
   * Threads reserve and cancel beside each other and beside commits; nothing is given out twice.
   */
  @Test
  void threadsReserveBesideCommits() throws Exception {
    Allocator allocator = allocator(1L << 30);
    int threads = 4;
    Object commitLock = new Object();
    ConcurrentHashMap<Long, Long> model = new ConcurrentHashMap<>();
    List<Thread> running = new ArrayList<>();
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    for (int t = 0; t < threads; t++) {
      long seed = t;
      running.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      updates(allocator, commitLock, model, new Random(seed));
                    } catch (Throwable e) {
                      failures.add(e);
                    }
                  }));
    }
    for (Thread thread : running) {
      thread.join();
    }
    assertThat(failures).isEmpty();
    assertThat(blocks(allocator)).isEqualTo(new TreeMap<>(model));
    assertThat(blocks(allocator(1L << 30))).isEqualTo(new TreeMap<>(model));
    long[] end = new long[1];
    allocator.forEachFreeRun(
        (offset, bytes) -> {
          assertThat(offset).as("runs are apart").isGreaterThan(end[0]);
          end[0] = offset + bytes;
        });
  }

  private void updates(
      Allocator allocator, Object commitLock, Map<Long, Long> model, Random random) {
    List<Long> own = new ArrayList<>();
    for (int n = 0; n < 400; n++) {
      Update update = new Update();
      for (int i = random.nextInt(50); i > 0; i--) {
        long bytes = random.nextInt(30) == 0 ? 100_000 : 16L + random.nextInt(500);
        long block = allocator.reserve(bytes);
        update.allocated.put(block, bytes);
      }
      if (random.nextInt(4) == 0) {
        update.allocated.forEach(allocator::cancel);
        continue;
      }
      for (int i = random.nextInt(50); i > 0 && !own.isEmpty(); i--) {
        update.freed.put(own.remove(random.nextInt(own.size())), 0);
      }
      synchronized (commitLock) {
        update.freed.forEach((block, _) -> assertThat(model.remove(block)).isNotNull());
        update.allocated.forEach(
            (block, bytes) -> assertThat(model.put(block, roomFor(bytes))).isNull());
        commit(allocator, update);
      }
      update.allocated.forEach((block, _) -> own.add(block));
    }
  }

  private static long mixedSize(Random random) {
    long bytes = 16L << random.nextInt(13);
    return Math.min(64 << 10, bytes + random.nextLong(bytes));
  }

  /** 16 B to 64 KB, sizes of all magnitudes alike, replaced at random at 80% of the pool. */
  @Test
  void littleSpaceIsUnusableAfterALongMixedLoad() {
    long seed = 17;
    Random random = new Random(seed);
    long capacity = 48L << 20;
    long sizeMax = heap.size() + capacity;
    Allocator allocator = allocator(sizeMax);
    List<long[]> live = new ArrayList<>();
    long asked = 0;
    long payload = 0;
    int rounds = Boolean.getBoolean("basalt.stress") ? 20_000 : 1500;
    for (int round = 0; round < rounds; round++) {
      Update update = new Update();
      while (asked > capacity * 8 / 10 - (1 << 20)) {
        long[] victim = live.set(random.nextInt(live.size()), live.getLast());
        live.removeLast();
        update.freed.put(victim[0], 0);
        asked -= victim[1];
        payload -= victim[2];
      }
      for (int i = 0; i < 50; i++) {
        long bytes = mixedSize(random);
        if (asked + roomFor(bytes) > capacity * 8 / 10) {
          break;
        }
        long block = allocator.reserve(bytes);
        update.allocated.put(block, bytes);
        live.add(new long[] {block, roomFor(bytes), bytes});
        asked += roomFor(bytes);
        payload += bytes;
      }
      commit(allocator, update);
      if (round % 500 == 499) {
        allocator = allocator(sizeMax);
      }
    }
    long filled = 0;
    Update rest = new Update();
    try {
      while (true) {
        long bytes = mixedSize(random);
        rest.allocated.put(allocator.reserve(bytes), bytes);
        filled += roomFor(bytes);
      }
    } catch (PoolFullException e) {
      // what is left is what nobody can use
    }
    double unusable = 1 - (double) (asked + filled) / capacity;
    System.out.printf(
        "mixed load of %d rounds, seed %d: %.1f%% of the pool was in use, %.1f%% of that inside"
            + " blocks wasted; of the rest %.1f%% of the pool could not be used%n",
        rounds, seed, 100.0 * asked / capacity, 100.0 * (asked - payload) / asked, 100 * unusable);
    assertThat(asked).isGreaterThan(capacity * 75 / 100);
    assertThat(unusable).isLessThan(0.15);
    assertThat((double) (asked - payload) / asked).isLessThan(0.125);
  }

  /** What may be a hole gets space before it is handed out, and a full disk is a full pool. */
  @Test
  void discardedSpaceIsAllocatedAgainBeforeItIsUsed() {
    List<String> calls = new ArrayList<>();
    boolean[] isFull = new boolean[1];
    Medium watching =
        new SparseMedium(heap.medium(), folder.resolve("a.pool")) {
          @Override
          public boolean discard(long offset, long lengthBytes) {
            calls.add("discard " + offset + " " + lengthBytes);
            return true;
          }

          @Override
          public void allocate(long offset, long lengthBytes) {
            if (isFull[0]) {
              throw new PoolFullException("the disk is full");
            }
            calls.add("allocate " + offset + " " + lengthBytes);
          }
        };
    heap.close();
    heap = new Heap(watching, Geometry.heapOffset(LOG_SIZE), 4L << 30);
    heap.endReplay();
    Allocator allocator = new Allocator(heap, heap::grow, 0);
    Update update = new Update();
    long run = 5L * Geometry.CHUNK_SIZE;
    long block = allocator.reserve(run);
    update.allocated.put(block, run);
    commit(allocator, update);
    allocator.checkpointBegins();
    allocator.discardFree(_ -> false);
    assertThat(calls).isEmpty();
    Update free = new Update();
    free.freed.put(block, 0);
    commit(allocator, free);
    allocator.discardFree(_ -> false);
    assertThat(calls).as("before a checkpoint").isEmpty();
    allocator.checkpointBegins();
    long again = allocator.reserve(Geometry.CHUNK_SIZE);
    assertThat(again).as("the best fit").isBetween(block, block + run);
    allocator.discardFree(_ -> false);
    assertThat(calls)
        .containsExactly(
            "discard " + (block + Geometry.CHUNK_SIZE) + " " + 4L * Geometry.CHUNK_SIZE);
    calls.clear();
    isFull[0] = true;
    assertThatThrownBy(() -> allocator.reserve(2L * Geometry.CHUNK_SIZE))
        .isInstanceOf(PoolFullException.class)
        .hasMessageContaining("the disk is full");
    isFull[0] = false;
    long hole = allocator.reserve(2L * Geometry.CHUNK_SIZE);
    assertThat(calls).containsExactly("allocate " + hole + " " + 2L * Geometry.CHUNK_SIZE);
    allocator.cancel(hole, 2L * Geometry.CHUNK_SIZE);
    assertThat(allocator.reserve(2L * Geometry.CHUNK_SIZE)).isEqualTo(hole);
    assertThat(calls).as("it is no hole any more").hasSize(1);
  }

  @Test
  void freeRunsAgreeWithAModel() {
    long seed = 23;
    Random random = new Random(seed);
    FreeRuns runs = new FreeRuns();
    int pages = 5000;
    BitSet free = new BitSet();
    List<int[]> taken = new ArrayList<>();
    runs.add(0, pages);
    free.set(0, pages);
    for (int n = 0; n < 20_000; n++) {
      if (random.nextBoolean() || taken.isEmpty()) {
        int chunks = random.nextInt(4) == 0 ? 1 + random.nextInt(6) : 0;
        int length =
            chunks > 0
                ? chunks * FreeRuns.CHUNK
                : 1 + random.nextInt(random.nextInt(8) == 0 ? 700 : 20);
        int kept = random.nextInt(40);
        int first = chunks > 0 ? runs.takeChunks(chunks, kept) : runs.takePages(length, kept);
        if (first < 0) {
          assertThat(canBeTaken(free, length, chunks > 0, kept)).as("seed %d", seed).isFalse();
        } else {
          assertThat(free.nextClearBit(first)).isGreaterThanOrEqualTo(first + length);
          assertThat(chunks == 0 || first % FreeRuns.CHUNK == 0).isTrue();
          free.clear(first, first + length);
          assertThat(runs.wholeChunks()).isGreaterThanOrEqualTo(kept);
          taken.add(new int[] {first, length});
        }
      } else if (random.nextInt(10) == 0 && !free.isEmpty()) {
        int first = free.nextSetBit(random.nextInt(free.length()));
        int length = 1 + random.nextInt(free.nextClearBit(first) - first);
        runs.takeAt(first, length);
        free.clear(first, first + length);
        taken.add(new int[] {first, length});
      } else {
        int[] run = taken.remove(random.nextInt(taken.size()));
        runs.add(run[0], run[1]);
        free.set(run[0], run[0] + run[1]);
      }
      assertThat(runs.count()).isEqualTo(free.cardinality());
      assertThat(runs.wholeChunks()).isEqualTo(wholeChunks(free));
    }
    BitSet found = new BitSet();
    runs.forEach((first, length) -> found.set(first, first + length));
    assertThat(found).isEqualTo(free);
    assertThatThrownBy(() -> runs.add(free.nextSetBit(0), 1))
        .isInstanceOf(IllegalStateException.class);
  }

  private static int wholeChunks(BitSet free) {
    int count = 0;
    for (int first = 0; first < free.length(); first += FreeRuns.CHUNK) {
      count += free.nextClearBit(first) >= first + FreeRuns.CHUNK ? 1 : 0;
    }
    return count;
  }

  /**
   * Whether a run has the pages at its beginning, or the chunks, so that enough chunks are left.
   */
  private static boolean canBeTaken(BitSet free, int length, boolean wholeChunks, int kept) {
    for (int run = free.nextSetBit(0); run >= 0; run = free.nextSetBit(free.nextClearBit(run))) {
      int first = wholeChunks ? (run + FreeRuns.CHUNK - 1) / FreeRuns.CHUNK * FreeRuns.CHUNK : run;
      if (free.nextClearBit(run) >= first + length) {
        BitSet left = (BitSet) free.clone();
        left.clear(first, first + length);
        if (wholeChunks(left) >= kept) {
          return true;
        }
      }
    }
    return false;
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
