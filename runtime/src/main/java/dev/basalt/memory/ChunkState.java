package dev.basalt.memory;

import dev.basalt.format.SizeClasses;

/**
 * What the allocator knows in memory of a chunk of small objects from which it hands out blocks:
 * the committed allocation bits and the reservations on top.
 */
final class ChunkState {
  final int chunk;
  final int sizeClass;
  private final long[] used;

  /** Blocks handed out to updates that have not ended. */
  private int reserved;

  private int free;
  private int hint;

  /** For a chunk that is all free. */
  ChunkState(int chunk, int sizeClass) {
    this.chunk = chunk;
    this.sizeClass = sizeClass;
    this.used = new long[SizeClasses.bitmapWordsPerChunk(sizeClass)];
    this.free = SizeClasses.blocksPerChunk(sizeClass);
  }

  /** For a chunk with committed blocks. */
  static ChunkState load(Heap heap, long chunkOffset, int chunk, int sizeClass) {
    ChunkState state = new ChunkState(chunk, sizeClass);
    for (int i = 0; i < state.used.length; i++) {
      state.used[i] = heap.getLong(chunkOffset + (long) i * Long.BYTES);
      state.free -= Long.bitCount(state.used[i]);
    }
    return state;
  }

  boolean isFull() {
    return free == 0;
  }

  boolean isEmpty() {
    return free == SizeClasses.blocksPerChunk(sizeClass);
  }

  boolean hasReservations() {
    return reserved > 0;
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
