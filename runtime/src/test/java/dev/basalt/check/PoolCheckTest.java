package dev.basalt.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.CheckReport;
import dev.basalt.CheckReport.Finding;
import dev.basalt.CheckReport.Kind;
import dev.basalt.Pool;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import dev.basalt.fixture.RightSums;
import dev.basalt.format.BytesFormat;
import dev.basalt.format.ChunkEntryFormat;
import dev.basalt.format.ClassIds;
import dev.basalt.format.Geometry;
import dev.basalt.format.LimboNodeFormat;
import dev.basalt.format.ObjectFormat;
import dev.basalt.format.PoolHeaderFormat;
import dev.basalt.format.SizeClasses;
import dev.basalt.format.SlotsFormat;
import dev.basalt.format.TablePartFormat;
import dev.basalt.format.TypeRecordFormat;
import dev.basalt.memory.Allocator;
import dev.basalt.memory.Heap;
import dev.basalt.object.ObjectShapes;
import dev.basalt.object.ObjectSpace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Each kind of fault, planted into a sound pool's file, is found, as that and nothing else. */
class PoolCheckTest {
  private static final int HEAP = (int) Geometry.heapOffset(Pools.LOG_SIZE);
  private static final int TABLE = HEAP + Geometry.CHUNK_SIZE;

  @RegisterExtension final Pools pools = new Pools();

  private Path file;
  private byte[] sound;
  private ByteBuffer bytes;

  @BeforeEach
  void makePool() {
    Pool pool = pools.open(pools.builder("test").reclaimInBackground(false));
    pool.update(
        () -> {
          Item head = new Item(1);
          pool.putRoot("head", head);
          for (int i = 0; i < 20; i++) {
            Item item = new Item(100 + i);
            item.name("the name of item " + i);
            item.next(head.next());
            head.next(item);
          }
          head.value("y".repeat(70_000));
        });
    Item head = pool.root("head", Item.class).orElseThrow();
    head.next(head.next().next()); // one into limbo
    pool.close();
    file = pool.path();
    try {
      sound = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    reset();
  }

  /** The pool's bytes as they were before anything was planted. */
  private void reset() {
    bytes = ByteBuffer.wrap(sound.clone()).order(ByteOrder.LITTLE_ENDIAN);
  }

  private List<Finding> check() {
    try {
      pools.doNotVerify(file);
      RightSums.in(bytes.array(), Pools.LOG_SIZE);
      Files.write(file, bytes.array());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Pool.check(file).findings();
  }

  private void isFound(Kind kind, long offset) {
    List<Finding> findings = check();
    assertThat(findings).hasSize(1);
    assertThat(findings.getFirst().kind()).isEqualTo(kind);
    assertThat(findings.getFirst().offset()).isEqualTo(offset);
  }

  private void isFoundInLimbo(long... offsets) {
    List<Finding> findings = check();
    assertThat(findings).extracting(Finding::kind).containsOnly(Kind.LIMBO);
    assertThat(findings.stream().mapToLong(Finding::offset).toArray()).containsExactly(offsets);
  }

  private long entry(int chunk) {
    return bytes.getLong(TABLE + chunk * ChunkEntryFormat.SIZE);
  }

  private void entry(int chunk, long entry) {
    bytes.putLong(TABLE + chunk * ChunkEntryFormat.SIZE, entry);
  }

  private int chunkOfKind(int kind) {
    for (int chunk = Geometry.FIXED_CHUNKS; chunk < TablePartFormat.CHUNKS_DESCRIBED; chunk++) {
      if (ChunkEntryFormat.kind(entry(chunk)) == kind) {
        return chunk;
      }
    }
    throw new AssertionError("no chunk of kind " + kind);
  }

  /** The first allocated block whose offset passes. */
  private int block(IntPredicate predicate) {
    for (int chunk = Geometry.FIXED_CHUNKS;
        chunk < (bytes.capacity() - HEAP) / Geometry.CHUNK_SIZE;
        chunk++) {
      long entry = entry(chunk);
      int at = HEAP + chunk * Geometry.CHUNK_SIZE;
      if (ChunkEntryFormat.kind(entry) != ChunkEntryFormat.SMALL) {
        continue;
      }
      int sizeClass = ChunkEntryFormat.sizeClass(entry);
      for (int i = 0; i < SizeClasses.blocksPerChunk(sizeClass); i++) {
        int block = at + SizeClasses.offsetOf(sizeClass, i);
        boolean isUsed = (bytes.getLong(at + i / 64 * 8) & (1L << i)) != 0;
        if (isUsed && predicate.test(block)) {
          return block;
        }
      }
    }
    throw new AssertionError("no such block");
  }

  private int ofClass(int classId) {
    return block(at -> bytes.getInt(at + ObjectFormat.CLASS_ID) == classId);
  }

  private int name() {
    return block(
        at ->
            bytes.getInt(at + ObjectFormat.CLASS_ID) == ClassIds.STRING_LATIN1
                && bytes.getInt(at + ObjectFormat.COUNT) == 1);
  }

  /** An item in the list and one of its slots that leads to its name. */
  private int slotTo(int target) {
    for (int at = HEAP; at < bytes.capacity(); at += 8) {
      if (bytes.getLong(at) == target) {
        return at;
      }
    }
    throw new AssertionError("nothing leads to " + target);
  }

  private int owner(int slot) {
    return block(
        at -> at < slot && slot < at + 200 && bytes.getInt(at + 8) >= 64 && covers(at, slot));
  }

  private boolean covers(int object, int at) {
    int chunk = (object - HEAP) / Geometry.CHUNK_SIZE;
    int size = SizeClasses.blockSize(ChunkEntryFormat.sizeClass(entry(chunk)));
    return at < object + size;
  }

  @Test
  void soundPoolHasNoFindings() {
    CheckReport report = Pool.check(file);
    assertThat(report.findings()).isEmpty();
    assertThat(report.isClean()).isTrue();
    assertThat(report.limboObjects()).isEqualTo(1);
    assertThat(report.unreachableObjects()).isZero();
    try (Pool pool = Pool.builder(file).reclaimInBackground(false).open()) {
      assertThat(report.objects()).isEqualTo(pool.stats().objects());
      assertThat(report.objectBytes()).isEqualTo(pool.stats().objectBytes());
      List<String> steps = new ArrayList<>();
      CheckReport again = pool.check((step, _, _) -> steps.add(step));
      assertThat(again.isClean()).isTrue();
      assertThat(steps).contains("objects", "reachability");
      pool.root("head", Item.class).orElseThrow().amount(7);
    }
  }

  @Test
  void kindsAreTheSameInsideAndOutside() {
    assertThat(Arrays.stream(Kind.values()).map(Enum::name))
        .containsExactlyElementsOf(Arrays.stream(FaultKind.values()).map(Enum::name).toList());
  }

  /** Every page of the pool in turn: the one that is damaged is named, and an object in it. */
  @Test
  void damagedPageIsFound() throws IOException {
    int withPath = 0;
    for (int page = HEAP; page < sound.length; page += Geometry.PAGE_SIZE) {
      boolean hasSum = bytes.getInt(RightSums.placeOf(page, HEAP)) != 0;
      bytes.put(page + 100, (byte) (bytes.get(page + 100) ^ 4));
      Files.write(file, bytes.array());
      pools.doNotVerify(file);
      List<Finding> findings = Pool.check(file).findings();
      if (hasSum) {
        int damaged = page;
        assertThat(findings)
            .as("page %d", page)
            .anySatisfy(
                finding -> {
                  assertThat(finding.message()).contains("page at " + damaged + " is damaged");
                  assertThat(finding.kind()).isIn(Kind.PAGE, Kind.UNREADABLE);
                });
      }
      for (Finding finding : findings) {
        withPath += finding.kind() == Kind.PAGE && !finding.path().isEmpty() ? 1 : 0;
      }
      reset();
    }
    assertThat(withPath).as("pages with an object to which a path leads").isPositive();
  }

  @Test
  void pageOfAFreeChunkHasNoMeaning() {
    int free = HEAP + chunkOfKind(ChunkEntryFormat.FREE) * Geometry.CHUNK_SIZE;
    bytes.putInt(RightSums.placeOf(free, HEAP), 12345);
    bytes.put(free + 7, (byte) 7);
    try {
      Files.write(file, bytes.array());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    assertThat(Pool.check(file).findings()).isEmpty();
  }

  @Test
  void wrongCountIsFound() {
    int name = name();
    bytes.putInt(name + ObjectFormat.COUNT, 3);
    isFound(Kind.COUNT, name);
    assertThat(check().getFirst().path())
        .startsWith("root \"head\": dev.basalt.fixture.Item@")
        .endsWith("String@" + name);
  }

  @Test
  void referenceToNowhereIsFound() {
    // A name without a reference is a leak of its own, so the bit of its block goes too.
    int name = name();
    int slot = slotTo(name);
    bytes.putLong(slot, 0);
    List<Finding> leak = check();
    assertThat(leak).hasSize(1);
    assertThat(leak.getFirst().kind()).isEqualTo(Kind.LEAK);
    assertThat(leak.getFirst().offset()).isEqualTo(name);
    for (long target : new long[] {16, bytes.capacity() - 16L, 1L << 50, name + 16L, HEAP}) {
      release(name);
      bytes.putLong(slot, target);
      isFound(Kind.REFERENCE, owner(slot));
      reset();
    }
  }

  /** Takes a block out of its bitmap, rightly. */
  private void release(int block) {
    int chunk = (block - HEAP) / Geometry.CHUNK_SIZE;
    long entry = entry(chunk);
    int sizeClass = ChunkEntryFormat.sizeClass(entry);
    int at = HEAP + chunk * Geometry.CHUNK_SIZE;
    int i = SizeClasses.blockAt(sizeClass, block - at);
    bytes.putLong(at + i / 64 * 8, bytes.getLong(at + i / 64 * 8) & ~(1L << i));
    entry(chunk, ChunkEntryFormat.small(sizeClass, ChunkEntryFormat.used(entry) - 1));
  }

  @Test
  void bitmapThatTheTableDoesNotAgreeWithIsFound() {
    int chunk = chunkOfKind(ChunkEntryFormat.SMALL);
    long entry = entry(chunk);
    int sizeClass = ChunkEntryFormat.sizeClass(entry);
    entry(chunk, ChunkEntryFormat.small(sizeClass, ChunkEntryFormat.used(entry) + 1));
    isFound(Kind.BITMAP, HEAP + (long) chunk * Geometry.CHUNK_SIZE);
  }

  @Test
  void bitWithoutABlockIsFound() {
    int chunk = chunkOfKind(ChunkEntryFormat.SMALL);
    int sizeClass = ChunkEntryFormat.sizeClass(entry(chunk));
    int blocks = SizeClasses.blocksPerChunk(sizeClass);
    assertThat(blocks % 64).as("the class has spare bits").isNotZero();
    int at = HEAP + chunk * Geometry.CHUNK_SIZE + blocks / 64 * 8;
    bytes.putLong(at, bytes.getLong(at) | Long.MIN_VALUE);
    isFound(Kind.BITMAP, at);
  }

  @Test
  void unknownKindOfChunkIsFound() {
    int chunk = chunkOfKind(ChunkEntryFormat.FREE);
    entry(chunk, 77);
    isFound(Kind.CHUNK_TABLE, TABLE + 8L * chunk);
    entry(chunk, ChunkEntryFormat.large(2, 0)); // continues nothing
    isFound(Kind.CHUNK_TABLE, TABLE + 8L * chunk);
    entry(chunk, ChunkEntryFormat.META);
    isFound(Kind.CHUNK_TABLE, TABLE + 8L * chunk);
    entry(chunk, ChunkEntryFormat.large(1, 2)); // begins with a page that is not in use
    isFound(Kind.CHUNK_TABLE, TABLE + 8L * chunk);
    entry(chunk, 0);
    int behind = TablePartFormat.CHUNKS_DESCRIBED - 1;
    entry(behind, ChunkEntryFormat.large(1, 1));
    isFound(Kind.CHUNK_TABLE, TABLE + 8L * behind);
  }

  @Test
  void chunkOfALargeObjectThatIsFreeIsFound() {
    entry(continued(), 0);
    isFound(Kind.SIZE, large());
  }

  @Test
  void pagesWithTwoUsesAreFound() {
    int rest = continued();
    entry(rest, ChunkEntryFormat.large(ChunkEntryFormat.usedPages(entry(rest)), 1));
    List<Finding> findings = check();
    assertThat(findings.getFirst().kind()).isEqualTo(Kind.DOUBLE_USE);
    assertThat(findings.getFirst().offset()).isEqualTo(large());
  }

  /** Where the large object begins. */
  private long large() {
    int chunk = chunkOfKind(ChunkEntryFormat.LARGE);
    int page = Integer.numberOfTrailingZeros(ChunkEntryFormat.beginnings(entry(chunk)));
    return HEAP + (long) chunk * Geometry.CHUNK_SIZE + (long) page * Geometry.PAGE_SIZE;
  }

  /** The chunk into which it goes on. */
  private int continued() {
    int chunk = chunkOfKind(ChunkEntryFormat.LARGE) + 1;
    assertThat(ChunkEntryFormat.continued(entry(chunk), 0)).isPositive();
    return chunk;
  }

  @Test
  void directoryOfTheTableIsChecked() {
    bytes.putLong(HEAP + PoolHeaderFormat.TABLE_DIRECTORY + 8, 17);
    assertThat(check()).extracting(Finding::kind).containsExactly(Kind.UNREADABLE);
  }

  @Test
  void headerIsChecked() {
    bytes.put(HEAP + PoolHeaderFormat.UNUSED, (byte) 1);
    isFound(Kind.HEADER, HEAP + PoolHeaderFormat.UNUSED);
  }

  @Test
  void rootDirectoryIsChecked() {
    int directory = HEAP + PoolHeaderFormat.ROOT_DIRECTORY;
    bytes.putInt(directory + SlotsFormat.LENGTH, 5);
    assertThat(check().getFirst().kind()).isEqualTo(Kind.HEADER);
  }

  @Test
  void versionsAreChecked() {
    int name = name();
    for (long version : new long[] {0, -1, Long.MIN_VALUE + 2, 1000}) {
      bytes.putLong(name + ObjectFormat.VERSION, version);
      isFound(Kind.OBJECT, name);
    }
  }

  @Test
  void unknownClassIsFound() {
    int name = name();
    for (int id : new int[] {0, 63, 5000, -1}) {
      bytes.putInt(name + ObjectFormat.CLASS_ID, id);
      isFound(Kind.OBJECT, name);
    }
  }

  @Test
  void objectThatIsTooLargeForItsBlockIsFound() {
    int name = name();
    for (int length : new int[] {1000, Integer.MAX_VALUE, -1}) {
      bytes.putInt(name + BytesFormat.LENGTH, length);
      isFound(Kind.SIZE, name);
    }
  }

  @Test
  void meaninglessSlotIsFound() {
    int name = name();
    int slot = slotTo(name);
    release(name);
    bytes.putLong(slot, 0xF);
    isFound(Kind.SLOT, owner(slot));
  }

  @Test
  void limboIsChecked() {
    int node = (int) bytes.getLong(HEAP + PoolHeaderFormat.LIMBO);
    assertThat(bytes.getInt(node + LimboNodeFormat.LENGTH)).isEqualTo(1);
    int entry = node + LimboNodeFormat.entry(0);
    int object = (int) bytes.getLong(entry);

    bytes.putLong(entry + 8, 1000);
    isFound(Kind.LIMBO, entry);
    reset();

    bytes.putInt(object + ObjectFormat.COUNT, 0);
    isFound(Kind.LIMBO, object);
    reset();

    for (int begin = 0; begin <= 1; begin++) { // an empty node is none
      bytes.putInt(node + LimboNodeFormat.BEGIN, begin);
      bytes.putInt(node + LimboNodeFormat.LENGTH, begin);
      isFoundInLimbo(node, HEAP + PoolHeaderFormat.LIMBO_OBJECTS, object);
      reset();
    }

    bytes.putLong(HEAP + PoolHeaderFormat.LIMBO_OBJECTS, 2);
    isFound(Kind.LIMBO, HEAP + PoolHeaderFormat.LIMBO_OBJECTS);
    reset();

    bytes.putLong(HEAP + PoolHeaderFormat.LIMBO_LAST, object);
    isFound(Kind.LIMBO, HEAP + PoolHeaderFormat.LIMBO_LAST);
    reset();

    for (int chain : new int[] {PoolHeaderFormat.LIMBO_STACK, PoolHeaderFormat.LIMBO_HELD}) {
      bytes.putLong(HEAP + chain, node);
      assertThat(check()).extracting(Finding::kind).contains(Kind.LIMBO);
      bytes.putLong(HEAP + PoolHeaderFormat.LIMBO, 0);
      bytes.putLong(HEAP + PoolHeaderFormat.LIMBO_LAST, 0);
      assertThat(check()).isEmpty();
      reset();
    }

    bytes.putInt(node + LimboNodeFormat.LENGTH, 2);
    bytes.putLong(node + LimboNodeFormat.entry(1), object);
    bytes.putLong(node + LimboNodeFormat.entry(1) + 8, 1);
    isFound(Kind.LIMBO, node + LimboNodeFormat.entry(1));
    reset();

    bytes.putInt(node + LimboNodeFormat.LENGTH, 1000);
    assertThat(check()).extracting(Finding::kind).containsOnly(Kind.LIMBO);
    reset();

    bytes.putLong(node + LimboNodeFormat.NEXT, node);
    assertThat(check()).extracting(Finding::kind).contains(Kind.LIMBO);
  }

  @Test
  void typeTableIsChecked() {
    int record = ofClass(ClassIds.TYPE_RECORD);
    bytes.putInt(record + ObjectFormat.CLASS_ID, ClassIds.STRING_LATIN1);
    assertThat(check().getFirst().kind()).isEqualTo(Kind.TYPE_TABLE);
    reset();
    bytes.putInt(record + TypeRecordFormat.DESCRIBED_ID, 3);
    assertThat(check()).extracting(Finding::kind).containsExactly(Kind.UNREADABLE);
  }

  /** Only a window of the counts is in memory; a pool with more objects is gone through again. */
  @Test
  void resultIsTheSameWhateverTheWindow() {
    int name = name();
    bytes.putInt(name + ObjectFormat.COUNT, 9);
    assertThat(check()).hasSize(1);
    try (Pool pool = Pool.builder(file).reclaimInBackground(false).open()) {
      ObjectSpace space = pool.root("head", Item.class).orElseThrow().$basalt$space();
      Heap heap = space.transactions().heap();
      PoolCheck.Result whole = check(space, heap, 1 << 20);
      assertThat(whole.faults()).hasSize(1);
      for (int window : new int[] {1, 3, 7}) {
        assertThat(check(space, heap, window)).isEqualTo(whole);
      }
    }
  }

  private static PoolCheck.Result check(ObjectSpace space, Heap heap, int window) {
    Allocator allocator =
        new Allocator(
            heap,
            size -> {
              throw new AssertionError("a check needs no space");
            });
    return new PoolCheck(
            heap,
            allocator,
            new ObjectShapes(space),
            space.transactions().published(),
            (_, _, _) -> {},
            window)
        .run();
  }

  /** What takes an allocated chunk for free is found, though the file is sound. */
  @Test
  void chunkThatTheAllocatorWronglyTakesForFreeIsFound() {
    try (Pool pool = Pool.builder(file).reclaimInBackground(false).open()) {
      ObjectSpace space = pool.root("head", Item.class).orElseThrow().$basalt$space();
      Heap heap = space.transactions().heap();
      Allocator allocator =
          new Allocator(
              heap,
              size -> {
                throw new AssertionError("a check needs no space");
              });
      allocator.forEachFreeRun((_, _) -> {});
      int used = chunkOfKind(ChunkEntryFormat.SMALL);
      allocator.cancel(HEAP + (long) used * Geometry.CHUNK_SIZE, Geometry.CHUNK_SIZE);
      PoolCheck.Result result =
          new PoolCheck(
                  heap,
                  allocator,
                  new ObjectShapes(space),
                  space.transactions().published(),
                  (_, _, _) -> {})
              .run();
      assertThat(result.faults()).extracting(Fault::kind).containsExactly(FaultKind.FREE_SPACE);
    }
  }

  /** Whatever a flipped bit does, the check ends with a report. */
  @Test
  void bitFlipsEndInAReport() {
    long seed = 5;
    Random random = new Random(seed);
    int[] used = usedHeaderBytes();
    int found = 0;
    int tries = 300;
    for (int i = 0; i < tries; i++) {
      int at = used[random.nextInt(used.length)];
      int bit = random.nextInt(8);
      bytes.put(at, (byte) (bytes.get(at) ^ (1 << bit)));
      found += check().isEmpty() ? 0 : 1;
      bytes.put(at, (byte) (bytes.get(at) ^ (1 << bit)));
    }
    assertThat(found).as("found of %d, seed %d", tries, seed).isGreaterThan(tries / 10);
  }

  /** Headers and slots: the words of objects, table and bitmaps that are not zero. */
  private int[] usedHeaderBytes() {
    return IntStream.range(HEAP, bytes.capacity())
        .filter(at -> bytes.get(at) != 0 && bytes.get(at) != 'y')
        .toArray();
  }
}
