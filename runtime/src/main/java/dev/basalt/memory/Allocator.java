package dev.basalt.memory;

import dev.basalt.error.CorruptPoolException;
import dev.basalt.error.PoolFullException;
import dev.basalt.format.ChunkEntryFormat;
import dev.basalt.format.Geometry;
import dev.basalt.format.SizeClasses;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;

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
 *   <li>In every committed state a chunk's table entry counts the bits that are set in its bitmap,
 *       or has a bit for each page in use, and says free if there are none. So an emptied chunk can
 *       serve any class, or large blocks, at once.
 *   <li>A chunk that has a reservation is never given another use.
 * </ol>
 *
 * <p>Who may call what: {@link #reserve}, {@link #reserveForLimbo} and {@link #cancel} are called
 * by any number of threads at any time, under no lock. {@link #plan}, {@link #committed} and {@link
 * #checkpointBegins} are called under the commit lock. A plan is followed by the {@code committed}
 * of the same changes once its words are in the heap, or by nothing if the commit does not happen:
 * then the next plan of any change forgets it, and its reservations are cancelled as usual. None of
 * the three waits for a disk. The rest may be called at any time.
 *
 * <p>Parts: {@link SmallBlocks} and {@link BlockSource} serve small blocks from chunks of their
 * class; large ones are rows of pages, {@link LargeBlocks}. {@link ChunkSpace} has the chunks and
 * pages, with {@link FreeRuns} and the {@link ChunkTable}.
 */
public final class Allocator {
  /** The free space that stays allocated in the medium grows with the pool, between these. */
  private static final int KEPT_PART = 8;

  private static final long KEPT_MIN = 4L << 20;
  private static final long KEPT_MAX = 256L << 20;

  /** What one checkpoint gives back at most. */
  private static final int DISCARDS_MAX = 32;

  private static final int DISCARD_CHUNKS_MAX = 256;

  /** Less than what may be a hole already, which is no space that could be kept. */
  private static final long NOTHING_KEPT = Long.MIN_VALUE / 2;

  private final Heap heap;
  private final ChunkTable table;
  private final SmallBlocks small;
  private final ChunkSpace space;
  private final long keptFreeBytes;

  /**
   * Creates the allocator of an open pool.
   *
   * @param heap the heap
   * @param grower makes the pool at least as large as it is told, or throws {@link
   *     PoolFullException}
   */
  public Allocator(Heap heap, LongConsumer grower) {
    this(heap, grower, -1);
  }

  /**
   * Creates the allocator of an open pool.
   *
   * @param heap the heap
   * @param grower makes the pool at least as large as it is told, or throws {@link
   *     PoolFullException}
   * @param keptFreeBytes free space that is not given back to the file system; -1 for a share of
   *     the pool's size
   */
  public Allocator(Heap heap, LongConsumer grower, long keptFreeBytes) {
    this.heap = heap;
    this.table = new ChunkTable(heap);
    this.small = new SmallBlocks(heap, table, grower);
    this.space = small.space();
    this.keptFreeBytes = keptFreeBytes;
  }

  // ---- reservations

  /**
   * Reserves a block.
   *
   * @param bytes the object's size with its header
   * @return the block's offset; what it holds has no meaning
   * @throws PoolFullException if the pool is full and cannot grow
   */
  public long reserve(long bytes) {
    return reserve(bytes, false);
  }

  /**
   * Reserves a block for a limbo node. Uses, if there is nothing else, the few chunks that no other
   * reservation gets: so objects of a full pool can be unlinked and reclaimed.
   *
   * @param bytes the node's size
   * @return the block's offset; what it holds has no meaning
   * @throws PoolFullException if even those are used up
   */
  public long reserveForLimbo(long bytes) {
    return reserve(bytes, true);
  }

  private long reserve(long bytes, boolean forLimbo) {
    return bytes <= SizeClasses.SMALL_MAX
        ? small.reserve((int) bytes, forLimbo)
        : table.pageOffset(space.takePages(pagesOf(bytes), forLimbo));
  }

  private int pagesOf(long bytes) {
    long pages = Geometry.wholePages(bytes) / Geometry.PAGE_SIZE;
    if (pages > Integer.MAX_VALUE / 2) {
      throw new PoolFullException(
          "%s: no pool can hold an object of %d bytes".formatted(heap.medium().name(), bytes));
    }
    return (int) pages;
  }

  /**
   * Gives back a block that was reserved and not committed.
   *
   * @param block the block
   * @param bytes the size that was asked for
   */
  public void cancel(long block, long bytes) {
    if (bytes <= SizeClasses.SMALL_MAX) {
      small.cancel(block);
    } else {
      space.giveBackPages(table.pageOf(block), pagesOf(bytes));
    }
  }

  /**
   * Takes free chunks for what no object is made of: the entries of a spilled commit, which are
   * written without regard to page sums. So they must not share a chunk with objects.
   *
   * @param bytes a multiple of the chunk size
   * @return where the first chunk starts
   * @throws PoolFullException if the pool is full and cannot grow
   */
  public long takeChunks(long bytes) {
    return table.chunkOffset(space.takeChunks(pagesOf(bytes) / FreeRuns.CHUNK, false));
  }

  /**
   * Gives chunks back.
   *
   * @param place where the first one starts
   * @param bytes as taken
   */
  public void giveBackChunks(long place, long bytes) {
    space.giveBackChunks(table.chunkOf(place), pagesOf(bytes) / FreeRuns.CHUNK);
  }

  // ---- commits

  /** The blocks that one commit allocates and frees. */
  public interface Changes {
    /**
     * Whether there are none; then nobody need be asked.
     *
     * @return whether both visits would be of nothing
     */
    boolean isEmpty();

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
  public void plan(Changes changes, OffsetMap words) {
    if (changes.isEmpty()) {
      return;
    }
    small.plan();
    space.plan(words);
    changes.forEachAllocated((block, bytes) -> planAllocation(block, bytes, words));
    changes.forEachFreed((block, _) -> planRelease(block, words));
  }

  private void planAllocation(long block, long bytes, OffsetMap words) {
    if (bytes <= SizeClasses.SMALL_MAX) {
      small.planAllocation(block, words);
      return;
    }
    LargeBlocks.planAllocation(table, words, table.pageOf(block), pagesOf(bytes));
  }

  private void planRelease(long block, OffsetMap words) {
    int chunk = table.chunkOf(block);
    long entry = table.entry(chunk);
    switch (ChunkEntryFormat.kind(entry)) {
      case ChunkEntryFormat.LARGE -> {
        int page = table.pageOf(block);
        if (block != table.pageOffset(page) || !LargeBlocks.begins(table, words, page)) {
          throw new CorruptPoolException(
              "%s: the block at %d is released twice, or from its middle"
                  .formatted(heap.medium().name(), block));
        }
        space.planRelease(page, LargeBlocks.planRelease(table, words, page));
      }
      case ChunkEntryFormat.SMALL -> small.planRelease(block, entry, words);
      default ->
          throw new CorruptPoolException(
              "%s: the block at %d lies in a chunk that holds no objects"
                  .formatted(heap.medium().name(), block));
    }
  }

  /**
   * Takes note that a commit's words are in the heap now.
   *
   * @param changes the blocks given to {@link #plan}
   */
  public void committed(Changes changes) {
    if (changes.isEmpty()) {
      return;
    }
    changes.forEachAllocated(
        (block, bytes) -> {
          if (bytes <= SizeClasses.SMALL_MAX) {
            small.allocationCommitted(block);
          }
        });
    changes.forEachFreed((block, _) -> small.releaseCommitted(block));
    small.committed();
    space.committed();
  }

  // ---- checkpoints

  /** The state that is in the heap now is what the checkpoint will bring home, or an older one. */
  public void checkpointBegins() {
    space.checkpointBegins();
  }

  /**
   * Gives free space back to the file system: some of the chunks that were free when the last
   * checkpoint began, and have been since; and those at the pool's end. Called when that checkpoint
   * is durable, and before another one begins.
   *
   * @param cutter cuts the pool off at an offset, if it can
   */
  public void discardFree(LongPredicate cutter) {
    long kept =
        keptFreeBytes >= 0
            ? keptFreeBytes
            : Math.clamp(heap.size() / KEPT_PART, KEPT_MIN, KEPT_MAX);
    space.discardSettled(kept, DISCARDS_MAX, DISCARD_CHUNKS_MAX);
    space.cutEnd(kept, cutter);
  }

  /**
   * Gives back what can be spared of all space that was free when the last checkpoint began, and
   * has been since, whatever is usually kept. Called like {@link #discardFree}.
   *
   * @param cutter cuts the pool off at an offset, if it can
   */
  public void discardAllFree(LongPredicate cutter) {
    space.settleAll();
    space.cutEnd(0, cutter);
    space.discardSettled(NOTHING_KEPT, Integer.MAX_VALUE, DISCARD_CHUNKS_MAX);
  }

  // ---- reports

  /**
   * Counts what is allocated, by reading the chunk table: 8 bytes per 64 KiB of pool.
   *
   * @return the counts
   */
  public Usage usage() {
    return UsageCount.of(table);
  }

  /**
   * What is allocated. Blocks that running updates have reserved count as free.
   *
   * @param objects the number of blocks in use
   * @param objectBytes their bytes
   * @param freeBytes bytes in chunks that nothing uses
   * @param freePageBytes bytes in free pages of chunks of large blocks
   * @param largestFreeRunBytes the bytes of the longest row of free pages
   * @param largeObjects the blocks that have pages of their own
   * @param largeObjectBytes their bytes
   * @param sizeClasses the chunks of small blocks by size class, smallest first
   */
  public record Usage(
      long objects,
      long objectBytes,
      long freeBytes,
      long freePageBytes,
      long largestFreeRunBytes,
      long largeObjects,
      long largeObjectBytes,
      List<ClassUsage> sizeClasses) {}

  /**
   * What is allocated of one size class.
   *
   * @param blockBytes the size of its blocks
   * @param chunks its chunks
   * @param usedBlocks blocks in use
   * @param freeBlocks blocks in its chunks that are not in use
   */
  public record ClassUsage(int blockBytes, long chunks, long usedBlocks, long freeBlocks) {}

  /**
   * The chunks of the pool.
   *
   * @return how many there are now
   */
  public synchronized int chunkCount() {
    return table.chunkCount();
  }

  /**
   * The size of the blocks in a chunk.
   *
   * @param chunk the chunk
   * @return bytes, those of the first one if they are large; 0 if no block starts in the chunk
   */
  public synchronized long blockSize(int chunk) {
    long entry = table.entry(chunk);
    return switch (ChunkEntryFormat.kind(entry)) {
      case ChunkEntryFormat.SMALL -> SizeClasses.blockSize(ChunkEntryFormat.sizeClass(entry));
      case ChunkEntryFormat.LARGE -> {
        int first = Integer.numberOfTrailingZeros(ChunkEntryFormat.beginnings(entry));
        yield first < FreeRuns.CHUNK ? largeSize(chunk, first) : 0;
      }
      default -> 0;
    };
  }

  /** Visits the offset of every allocated block in ascending order; for checks. */
  public void forEachBlock(OffsetMap.Visitor visitor) {
    for (int chunk = 0; chunk < table.chunkCount(); chunk++) {
      forEachBlock(chunk, visitor);
    }
  }

  /**
   * Visits the allocated blocks of a chunk in ascending order.
   *
   * @param chunk the chunk
   * @param visitor takes offset and size
   */
  public synchronized void forEachBlock(int chunk, OffsetMap.Visitor visitor) {
    long entry = table.entry(chunk);
    switch (ChunkEntryFormat.kind(entry)) {
      case ChunkEntryFormat.SMALL -> {
        int sizeClass = ChunkEntryFormat.sizeClass(entry);
        heap.verify(
            table.chunkOffset(chunk),
            (long) SizeClasses.bitmapWordsPerChunk(sizeClass) * Long.BYTES);
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
      case ChunkEntryFormat.LARGE -> {
        for (int bits = ChunkEntryFormat.beginnings(entry); bits != 0; bits &= bits - 1) {
          int page = Integer.numberOfTrailingZeros(bits);
          visitor.visit(
              table.chunkOffset(chunk) + (long) page * Geometry.PAGE_SIZE, largeSize(chunk, page));
        }
      }
      default -> {}
    }
  }

  private long largeSize(int chunk, int page) {
    int first = chunk * FreeRuns.CHUNK + page;
    return (long) LargeBlocks.length(table, first) * Geometry.PAGE_SIZE;
  }

  /**
   * Whether an object lies at a place, as chunk table and bitmaps have it: what is only reserved
   * does not count.
   *
   * @param offset any place in the heap
   * @return whether a block that is in use starts there
   */
  public boolean isAllocated(long offset) {
    return sizeOfAllocated(offset) > 0;
  }

  /**
   * The size of the block in use that starts at a place, as chunk table and bitmaps have it.
   *
   * @param offset any place in the heap
   * @return its bytes, or 0 if there is no such block
   */
  public long sizeOfAllocated(long offset) {
    int chunk = table.chunkOf(offset);
    if (chunk >= table.chunkCount()) {
      return 0;
    }
    long entry = table.entry(chunk);
    long start = table.chunkOffset(chunk);
    return switch (ChunkEntryFormat.kind(entry)) {
      case ChunkEntryFormat.SMALL -> {
        int sizeClass = ChunkEntryFormat.sizeClass(entry);
        int block = SizeClasses.blockAt(sizeClass, (int) (offset - start));
        long word = block < 0 ? 0 : bitmapWord(start, block);
        yield (word & (1L << block)) != 0 ? SizeClasses.blockSize(sizeClass) : 0;
      }
      case ChunkEntryFormat.LARGE -> {
        int page = (int) (offset - start) / Geometry.PAGE_SIZE;
        boolean begins =
            offset % Geometry.PAGE_SIZE == 0
                && (ChunkEntryFormat.beginnings(entry) & 1 << page) != 0;
        yield begins ? largeSize(chunk, page) : 0;
      }
      default -> 0;
    };
  }

  private long bitmapWord(long chunkStart, int block) {
    long at = chunkStart + (long) (block / Long.SIZE) * Long.BYTES;
    heap.verify(at, Long.BYTES);
    return heap.getLong(at);
  }

  /**
   * Visits every run of free pages as the allocator knows them, for checks.
   *
   * @param visitor takes the offset of a run and its bytes
   */
  public void forEachFreeRun(OffsetMap.Visitor visitor) {
    space.forEachFree(
        (first, length) ->
            visitor.visit(table.pageOffset(first), (long) length * Geometry.PAGE_SIZE));
  }
}
