package dev.basalt.memory;

import dev.basalt.error.CorruptPoolException;
import dev.basalt.error.PoolFullException;
import dev.basalt.format.ChunkEntryFormat;
import dev.basalt.format.Geometry;
import dev.basalt.format.SizeClasses;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Hands out blocks of the heap.
 *
 * <p>An update {@linkplain #reserve reserves} blocks, which is known in memory only. Its commit
 * turns them into words of the chunk table and of allocation bitmaps ({@link #plan}), which go
 * through the log like everything else; an abort {@linkplain #cancel cancels} them. So a crash
 * leaks nothing: what no log record allocated is free.
 *
 * <p>Invariants:
 *
 * <ol>
 *   <li>A block is reserved by at most one update, and only if its committed bit is clear.
 *   <li>A chunk's table entry says {@code SMALL} in every state in which one of its bits is set.
 *   <li>A chunk that has a reservation is never given another use.
 * </ol>
 *
 * <p>Bitmaps are read when first needed: after opening, a size class looks through the chunk table
 * for chunks of its own that have room, once. All methods are synchronized; {@link #plan} and
 * {@link #commit} are called under the commit lock too.
 */
public final class Allocator {
  private final Heap heap;
  private final ChunkTable table;
  private final LongConsumer grower;
  private final SizeClassState[] classes = new SizeClassState[SizeClasses.count()];

  /** Chunks that serve reservations now, by number. */
  private final Map<Integer, ChunkState> loaded = new HashMap<>();

  /** Chunks taken in memory whose table entry still says free. */
  private final BitSet taken = new BitSet();

  /** Chunks in a {@link SizeClassState#partial}. */
  private final BitSet listed = new BitSet();

  /** Words that the next commit must carry: parts added to the chunk table. */
  private final OffsetMap pendingWords = new OffsetMap();

  /** No free chunk lies below this. */
  private int freeHint = Geometry.FIXED_CHUNKS;

  /** The chunks from which one size class is served. */
  private static final class SizeClassState {
    @Nullable ChunkState current;

    /** Chunks behind {@link #scanned} that have room. */
    final ArrayDeque<Integer> partial = new ArrayDeque<>();

    /** Chunks below this number have been looked at. */
    int scanned = Geometry.FIXED_CHUNKS;
  }

  /**
   * Creates the allocator of an open pool.
   *
   * @param heap the heap
   * @param grower makes the pool at least as large as it is told, or throws {@link
   *     PoolFullException}
   */
  public Allocator(Heap heap, LongConsumer grower) {
    this.heap = heap;
    this.table = new ChunkTable(heap);
    this.grower = grower;
    for (int i = 0; i < classes.length; i++) {
      classes[i] = new SizeClassState();
    }
  }

  /**
   * Reserves a block for the update at hand.
   *
   * @param bytes the object's size with its header
   * @return the block's offset; its header is zero
   * @throws PoolFullException if the pool is full and cannot grow
   */
  public synchronized long reserve(long bytes) {
    long block = bytes <= SizeClasses.SMALL_MAX ? reserveSmall((int) bytes) : reserveRun(bytes);
    heap.clearHeader(block);
    return block;
  }

  private long reserveSmall(int bytes) {
    int sizeClass = SizeClasses.classOf(bytes);
    SizeClassState state = classes[sizeClass];
    ChunkState current = state.current;
    if (current == null || current.isFull()) {
      if (current != null && !current.hasReservations()) {
        loaded.remove(current.chunk);
      }
      state.current = null;
      current = nextChunk(state, sizeClass);
      state.current = current;
      loaded.put(current.chunk, current);
    }
    int block = current.reserve();
    return table.chunkOffset(current.chunk) + SizeClasses.offsetOf(sizeClass, block);
  }

  private ChunkState nextChunk(SizeClassState state, int sizeClass) {
    while (!state.partial.isEmpty()) {
      int chunk = state.partial.poll();
      listed.clear(chunk);
      ChunkState candidate = open(chunk, sizeClass);
      if (candidate != null) {
        return candidate;
      }
    }
    while (state.scanned < table.chunkCount()) {
      ChunkState candidate = open(state.scanned++, sizeClass);
      if (candidate != null) {
        return candidate;
      }
    }
    int chunk = takeRun(1);
    return new ChunkState(chunk, sizeClass);
  }

  /** The state of a chunk, if it is of the class and has room. */
  private @Nullable ChunkState open(int chunk, int sizeClass) {
    ChunkState state = loaded.get(chunk);
    if (state == null) {
      if (table.entry(chunk) != ChunkEntryFormat.small(sizeClass)) {
        return null;
      }
      state = ChunkState.load(heap, table.chunkOffset(chunk), chunk, sizeClass);
    }
    return state.sizeClass != sizeClass || state.isFull() ? null : state;
  }

  private long reserveRun(long bytes) {
    long chunks = (bytes + Geometry.CHUNK_SIZE - 1) / Geometry.CHUNK_SIZE;
    if (chunks > Integer.MAX_VALUE / 2) {
      throw new PoolFullException(
          "%s: no pool can hold an object of %d bytes".formatted(heap.medium().name(), bytes));
    }
    return table.chunkOffset(takeRun((int) chunks));
  }

  /** Takes free chunks in a row, growing the pool if there are none. */
  private int takeRun(int length) {
    int first = findFree(length);
    while (first < 0) {
      addChunks(length);
      first = findFree(length);
    }
    taken.set(first, first + length);
    if (first == freeHint) {
      freeHint = first + length;
    }
    return first;
  }

  private int findFree(int length) {
    int run = 0;
    boolean hintHolds = true;
    for (int chunk = freeHint; chunk < table.chunkCount(); chunk++) {
      if (taken.get(chunk) || table.entry(chunk) != ChunkEntryFormat.FREE) {
        run = 0;
        if (hintHolds) {
          freeHint = chunk + 1;
        }
        continue;
      }
      hintHolds = false;
      if (++run == length) {
        return chunk - length + 1;
      }
    }
    return -1;
  }

  /** Adds at least this many chunks to the end of the pool, and entries for them. */
  private void addChunks(int length) {
    long wanted = (long) table.chunkCount() + length;
    while (table.entryCount() < wanted) {
      long part = table.chunkOffset(table.chunkCount());
      growTo(part + Geometry.CHUNK_SIZE);
      wanted++;
      addTablePart(part);
    }
    growTo(table.chunkOffset((int) wanted));
  }

  private void addTablePart(long part) {
    pendingWords.put(table.addPart(part), part);
    int chunk = table.chunkOf(part);
    taken.set(chunk);
    pendingWords.put(table.entryOffset(chunk), ChunkEntryFormat.META);
  }

  private void growTo(long size) {
    if (heap.size() < size) {
      grower.accept(size);
    }
  }

  /**
   * Gives back a block that was reserved and not committed.
   *
   * @param block the block
   * @param bytes the size that was asked for
   */
  public synchronized void cancel(long block, long bytes) {
    int chunk = table.chunkOf(block);
    if (bytes > SizeClasses.SMALL_MAX) {
      int length = (int) ((bytes + Geometry.CHUNK_SIZE - 1) / Geometry.CHUNK_SIZE);
      giveBack(chunk, length);
      return;
    }
    ChunkState state = stateOf(chunk);
    boolean wasFull = state.isFull();
    state.cancel(blockIndex(block, chunk, state.sizeClass));
    boolean committed = table.entry(chunk) != ChunkEntryFormat.FREE;
    if (state.isEmpty() && !committed && classes[state.sizeClass].current != state) {
      loaded.remove(chunk);
      giveBack(chunk, 1);
    } else if (classes[state.sizeClass].current != state) {
      retire(state, wasFull);
    }
  }

  /** A chunk that is not its class's current one has changed. */
  private void retire(ChunkState state, boolean wasFull) {
    if (!state.hasReservations()) {
      loaded.remove(state.chunk);
    }
    SizeClassState owner = classes[state.sizeClass];
    if (wasFull && !state.isFull()) {
      list(owner, state.chunk);
    }
  }

  /** Remembers a chunk that has room, unless the class will come to it by itself. */
  private void list(SizeClassState owner, int chunk) {
    if (chunk < owner.scanned && !listed.get(chunk)) {
      listed.set(chunk);
      owner.partial.add(chunk);
    }
  }

  private void giveBack(int firstChunk, int length) {
    taken.clear(firstChunk, firstChunk + length);
    freeHint = Math.min(freeHint, firstChunk);
  }

  private ChunkState stateOf(int chunk) {
    ChunkState state = loaded.get(chunk);
    if (state == null) {
      throw new IllegalStateException("chunk " + chunk + " has no reservations");
    }
    return state;
  }

  private int blockIndex(long block, int chunk, int sizeClass) {
    int index = SizeClasses.blockAt(sizeClass, (int) (block - table.chunkOffset(chunk)));
    if (index < 0) {
      throw new CorruptPoolException(
          "%s: no object can start at %d (chunk %d, blocks of %d bytes)"
              .formatted(heap.medium().name(), block, chunk, SizeClasses.blockSize(sizeClass)));
    }
    return index;
  }

  /** The blocks that one commit allocates and frees. */
  public interface Changes {
    /**
     * Visits the blocks that become allocated.
     *
     * @param visitor takes offset and size
     */
    void forEachAllocated(OffsetMap.Visitor visitor);

    /**
     * Visits the blocks that become free.
     *
     * @param visitor takes the offset, and 0
     */
    void forEachFreed(OffsetMap.Visitor visitor);
  }

  /**
   * Works out the words that make a commit's allocations and releases persistent.
   *
   * @param changes the blocks
   * @param words takes offset and new value of every word of table or bitmap that changes
   */
  public synchronized void plan(Changes changes, OffsetMap words) {
    pendingWords.forEach(words::put);
    changes.forEachAllocated((block, bytes) -> planAllocation(block, bytes, words));
    changes.forEachFreed((block, _) -> planRelease(block, words));
  }

  private void planAllocation(long block, long bytes, OffsetMap words) {
    int chunk = table.chunkOf(block);
    if (bytes > SizeClasses.SMALL_MAX) {
      int length = (int) ((bytes + Geometry.CHUNK_SIZE - 1) / Geometry.CHUNK_SIZE);
      words.put(table.entryOffset(chunk), ChunkEntryFormat.run(length));
      for (int i = 1; i < length; i++) {
        words.put(table.entryOffset(chunk + i), ChunkEntryFormat.RUN_REST);
      }
      return;
    }
    int sizeClass = stateOf(chunk).sizeClass;
    long chunkOffset = table.chunkOffset(chunk);
    long entryOffset = table.entryOffset(chunk);
    if (words.get(entryOffset, heap.getLong(entryOffset)) == ChunkEntryFormat.FREE) {
      words.put(entryOffset, ChunkEntryFormat.small(sizeClass));
      for (int i = 0; i < SizeClasses.bitmapWordsPerChunk(sizeClass); i++) {
        words.put(chunkOffset + (long) i * Long.BYTES, 0);
      }
    }
    int index = blockIndex(block, chunk, sizeClass);
    long wordOffset = chunkOffset + (long) (index / Long.SIZE) * Long.BYTES;
    words.put(wordOffset, words.get(wordOffset, heap.getLong(wordOffset)) | (1L << index));
  }

  private void planRelease(long block, OffsetMap words) {
    int chunk = table.chunkOf(block);
    long entry = table.entry(chunk);
    switch (ChunkEntryFormat.kind(entry)) {
      case ChunkEntryFormat.RUN -> {
        for (int i = 0; i < ChunkEntryFormat.runLength(entry); i++) {
          words.put(table.entryOffset(chunk + i), ChunkEntryFormat.FREE);
        }
      }
      case ChunkEntryFormat.SMALL -> {
        int index = blockIndex(block, chunk, ChunkEntryFormat.sizeClass(entry));
        long wordOffset = table.chunkOffset(chunk) + (long) (index / Long.SIZE) * Long.BYTES;
        long word = words.get(wordOffset, heap.getLong(wordOffset));
        if ((word & (1L << index)) == 0) {
          throw new CorruptPoolException(
              "%s: the block at %d is released twice".formatted(heap.medium().name(), block));
        }
        words.put(wordOffset, word & ~(1L << index));
      }
      default ->
          throw new CorruptPoolException(
              "%s: the block at %d lies in a chunk that holds no objects"
                  .formatted(heap.medium().name(), block));
    }
  }

  /**
   * Puts a commit's words into the heap and takes note of that, in one step: a reservation between
   * the two would find a block free that is only then given back.
   *
   * @param changes the blocks given to {@link #plan}
   * @param putInPlace changes the heap
   */
  public synchronized void commit(Changes changes, Runnable putInPlace) {
    putInPlace.run();
    if (pendingWords.size() > 0) {
      dropPendingInPlace();
    }
    changes.forEachAllocated(
        (block, bytes) -> {
          int chunk = table.chunkOf(block);
          if (bytes > SizeClasses.SMALL_MAX) {
            int length = (int) ((bytes + Geometry.CHUNK_SIZE - 1) / Geometry.CHUNK_SIZE);
            taken.clear(chunk, chunk + length);
          } else {
            taken.clear(chunk);
            ChunkState state = stateOf(chunk);
            state.keep();
            if (classes[state.sizeClass].current != state) {
              retire(state, false);
            }
          }
        });
    changes.forEachFreed((block, _) -> released(block));
  }

  /** A part of the table that was added after the commit was planned waits for the next one. */
  private void dropPendingInPlace() {
    OffsetMap waiting = new OffsetMap();
    pendingWords.forEach(
        (offset, value) -> {
          if (heap.getLong(offset) != value) {
            waiting.put(offset, value);
          }
        });
    pendingWords.clear();
    waiting.forEach(pendingWords::put);
  }

  private void released(long block) {
    int chunk = table.chunkOf(block);
    long entry = table.entry(chunk);
    if (ChunkEntryFormat.kind(entry) != ChunkEntryFormat.SMALL) {
      freeHint = Math.min(freeHint, chunk);
      return;
    }
    int sizeClass = ChunkEntryFormat.sizeClass(entry);
    SizeClassState owner = classes[sizeClass];
    ChunkState state = loaded.get(chunk);
    if (state != null) {
      boolean wasFull = state.isFull();
      state.free(blockIndex(block, chunk, sizeClass));
      if (owner.current != state) {
        retire(state, wasFull);
      }
    } else {
      list(owner, chunk);
    }
  }

  /**
   * Counts what is allocated, by reading the chunk table and every bitmap.
   *
   * @return the counts
   */
  public synchronized Usage usage() {
    long objects = 0;
    long objectBytes = 0;
    long freeChunks = 0;
    for (int chunk = 0; chunk < table.chunkCount(); chunk++) {
      long entry = table.entry(chunk);
      switch (ChunkEntryFormat.kind(entry)) {
        case ChunkEntryFormat.FREE -> freeChunks++;
        case ChunkEntryFormat.SMALL -> {
          int sizeClass = ChunkEntryFormat.sizeClass(entry);
          int blocks = 0;
          for (int i = 0; i < SizeClasses.bitmapWordsPerChunk(sizeClass); i++) {
            blocks += Long.bitCount(heap.getLong(table.chunkOffset(chunk) + (long) i * Long.BYTES));
          }
          objects += blocks;
          objectBytes += (long) blocks * SizeClasses.blockSize(sizeClass);
        }
        case ChunkEntryFormat.RUN -> {
          objects++;
          objectBytes += (long) ChunkEntryFormat.runLength(entry) * Geometry.CHUNK_SIZE;
        }
        default -> {}
      }
    }
    return new Usage(objects, objectBytes, freeChunks * Geometry.CHUNK_SIZE);
  }

  /**
   * What is allocated.
   *
   * @param objects the number of blocks in use
   * @param objectBytes their bytes
   * @param freeBytes bytes in chunks that nothing uses
   */
  public record Usage(long objects, long objectBytes, long freeBytes) {}

  /** Visits the offset of every allocated block in ascending order; for checks. */
  public synchronized void forEachBlock(OffsetMap.Visitor visitor) {
    for (int chunk = 0; chunk < table.chunkCount(); chunk++) {
      long entry = table.entry(chunk);
      switch (ChunkEntryFormat.kind(entry)) {
        case ChunkEntryFormat.SMALL -> {
          int sizeClass = ChunkEntryFormat.sizeClass(entry);
          for (int block = 0; block < SizeClasses.blocksPerChunk(sizeClass); block++) {
            long word =
                heap.getLong(table.chunkOffset(chunk) + (long) (block / Long.SIZE) * Long.BYTES);
            if ((word & (1L << block)) != 0) {
              visitor.visit(
                  table.chunkOffset(chunk) + SizeClasses.offsetOf(sizeClass, block),
                  SizeClasses.blockSize(sizeClass));
            }
          }
        }
        case ChunkEntryFormat.RUN ->
            visitor.visit(
                table.chunkOffset(chunk),
                (long) ChunkEntryFormat.runLength(entry) * Geometry.CHUNK_SIZE);
        default -> {}
      }
    }
  }
}
