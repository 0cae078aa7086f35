package dev.basalt;

import dev.basalt.memory.Allocator;
import java.util.List;

/**
 * Counts and sizes of an open pool, taken one after another while it may be in use. Counters start
 * when it is opened; sizes are bytes.
 *
 * @param poolBytes the pool's size on the medium
 * @param poolBytesMax the size up to which it can grow while it is open
 * @param objects blocks in use: objects, strings, parts of collections
 * @param objectBytes the space that they take
 * @param freeBytes free space inside the pool in whole chunks
 * @param limboObjects objects without references that have not been reclaimed yet
 * @param handles live handles, roughly
 * @param commits updates that have changed something
 * @param aborts updates that have ended without a commit, conflicts not counted
 * @param conflicts how often an update has met a change of another and run again
 * @param loneRuns how often a body has run alone, after too many conflicts
 * @param logBytes log in use
 * @param logBytesMax the log's size
 * @param logFlushes how often the log was made durable
 * @param versionStoreBytes memory that holds earlier states for running views
 * @param cycleCollections how often garbage in cycles was looked for, by a call or in the
 *     background
 * @param cycleObjects the objects that were found to be such garbage
 * @param checkpoint what checkpoints have done and are doing
 * @param recovery what opening the pool had to do
 * @param memory how the heap is used, by size class
 * @param migratedObjects objects brought to new shapes of their classes when the pool was opened
 */
public record PoolStats(
    long poolBytes,
    long poolBytesMax,
    long objects,
    long objectBytes,
    long freeBytes,
    long limboObjects,
    long handles,
    long commits,
    long aborts,
    long conflicts,
    long loneRuns,
    long logBytes,
    long logBytesMax,
    long logFlushes,
    long versionStoreBytes,
    long cycleCollections,
    long cycleObjects,
    CheckpointStats checkpoint,
    RecoveryStats recovery,
    MemoryStats memory,
    long migratedObjects) {

  /**
   * How the heap is used. Comes from the chunk table alone, 8 bytes per 64 KiB of pool.
   *
   * @param liveBytes blocks in use, whole
   * @param freeBytes everything else that objects can get, in free chunks and in partly used ones
   * @param freeChunkBytes free space in whole chunks, which every size can use
   * @param freePageBytes free pages beside large objects, which only large ones can use
   * @param largestFreeRunBytes the largest object that fits without the pool growing
   * @param largeObjects objects that have pages of their own: those above 16 KB
   * @param largeObjectBytes the space that they take
   * @param sizeClasses the chunks that objects of one size share, smallest size first
   */
  public record MemoryStats(
      long liveBytes,
      long freeBytes,
      long freeChunkBytes,
      long freePageBytes,
      long largestFreeRunBytes,
      long largeObjects,
      long largeObjectBytes,
      List<SizeClassStats> sizeClasses) {

    /**
     * The share of all space that is free but cannot serve every size.
     *
     * @return from 0 to 1
     */
    public double fragmentation() {
      long all = liveBytes + freeBytes;
      return all == 0 ? 0 : (double) (freeBytes - freeChunkBytes) / all;
    }
  }

  /**
   * The chunks of one size class.
   *
   * @param blockBytes the size of its blocks
   * @param chunks its chunks
   * @param liveBlocks blocks in use
   * @param freeBlocks blocks of its chunks that are not in use
   */
  public record SizeClassStats(int blockBytes, long chunks, long liveBlocks, long freeBlocks) {

    /**
     * The share of the class's space that is not in use.
     *
     * @return from 0 to 1
     */
    public double fragmentation() {
      return (double) freeBlocks / (liveBlocks + freeBlocks);
    }
  }

  static MemoryStats memory(Allocator.Usage usage) {
    List<SizeClassStats> classes =
        usage.sizeClasses().stream()
            .map(
                c -> new SizeClassStats(c.blockBytes(), c.chunks(), c.usedBlocks(), c.freeBlocks()))
            .toList();
    long freeInChunks =
        usage.sizeClasses().stream().mapToLong(c -> c.freeBlocks() * c.blockBytes()).sum();
    return new MemoryStats(
        usage.objectBytes(),
        usage.freeBytes() + usage.freePageBytes() + freeInChunks,
        usage.freeBytes(),
        usage.freePageBytes(),
        usage.largestFreeRunBytes(),
        usage.largeObjects(),
        usage.largeObjectBytes(),
        classes);
  }
}
