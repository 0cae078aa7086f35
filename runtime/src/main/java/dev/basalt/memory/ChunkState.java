package dev.basalt.memory;

import dev.basalt.error.CorruptPoolException;
import dev.basalt.format.ChunkEntryFormat;
import dev.basalt.format.SizeClasses;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What the allocator knows in memory of a chunk of small objects that is in use just now: the
 * committed allocation bits with the reservations on top. It is its own lock, which guards all of
 * it; no other lock of a chunk is taken inside.
 */
final class ChunkState extends ReentrantLock {
  private static final long serialVersionUID = 1L;

  final int chunk;
  final int sizeClass;
  private final long[] used;

  /** Blocks handed out to updates that have not ended. */
  private int reserved;

  private int free;
  private int hint;

  /** Whether a thread serves itself from here. */
  private boolean current;

  /** Whether a planned commit frees blocks here: what is in the heap is about to change. */
  private boolean planned;

  /** Whether the heap holds this chunk's bitmap, and not what a free chunk happens to hold. */
  private boolean bitmapInPlace;

  /** Whether the chunk is not managed through this object any more. */
  private boolean gone;

  /** For a chunk that is all free. */
  ChunkState(int chunk, int sizeClass) {
    this.chunk = chunk;
    this.sizeClass = sizeClass;
    this.used = new long[SizeClasses.bitmapWordsPerChunk(sizeClass)];
    this.free = SizeClasses.blocksPerChunk(sizeClass);
  }

  /** For a chunk with committed blocks. */
  static ChunkState load(Heap heap, ChunkTable table, int chunk, long entry) {
    ChunkState state = new ChunkState(chunk, ChunkEntryFormat.sizeClass(entry));
    heap.verify(table.chunkOffset(chunk), (long) state.used.length * Long.BYTES);
    for (int i = 0; i < state.used.length; i++) {
      state.used[i] = heap.getLong(table.chunkOffset(chunk) + (long) i * Long.BYTES);
      state.free -= Long.bitCount(state.used[i]);
    }
    state.bitmapInPlace = true;
    int blocks = SizeClasses.blocksPerChunk(state.sizeClass);
    if (blocks - state.free != ChunkEntryFormat.used(entry)) {
      throw new CorruptPoolException(
          "%s: the bitmap of chunk %d says %d blocks are in use, the chunk table %d"
              .formatted(
                  heap.medium().name(), chunk, blocks - state.free, ChunkEntryFormat.used(entry)));
    }
    return state;
  }

  boolean isFull() {
    return free == 0;
  }

  boolean isEmpty() {
    return free == SizeClasses.blocksPerChunk(sizeClass);
  }

  boolean isCurrent() {
    return current;
  }

  void setCurrent(boolean newCurrent) {
    current = newCurrent;
  }

  boolean isPlanned() {
    return planned;
  }

  void setPlanned(boolean newPlanned) {
    planned = newPlanned;
  }

  boolean isBitmapInPlace() {
    return bitmapInPlace;
  }

  boolean isGone() {
    return gone;
  }

  void setGone() {
    gone = true;
  }

  /** Whether the heap's bitmap alone does not say all that there is to know. */
  boolean isNeeded() {
    return current || planned || reserved > 0;
  }

  /** Reserves a free block; the chunk is not full. */
  int reserve() {
    int word = hint;
    while (used[word] == -1L || blockOf(word) >= SizeClasses.blocksPerChunk(sizeClass)) {
      word = word + 1 == used.length ? 0 : word + 1;
    }
    hint = word;
    int block = blockOf(word);
    used[word] |= 1L << block;
    free--;
    reserved++;
    return block;
  }

  /** The first free block of a word. */
  private int blockOf(int word) {
    return word * Long.SIZE + Long.numberOfTrailingZeros(~used[word]);
  }

  /** The reserved block has become a committed one. */
  void keep() {
    reserved--;
    bitmapInPlace = true;
  }

  /** The reservation has ended without a commit. */
  void cancel(int block) {
    reserved--;
    free(block);
  }

  void free(int block) {
    used[block / Long.SIZE] &= ~(1L << block);
    free++;
    hint = Math.min(hint, block / Long.SIZE);
  }
}
