package dev.basalt;

import dev.basalt.error.PoolFullException;
import dev.basalt.format.Geometry;
import dev.basalt.log.Log;
import dev.basalt.log.SuperblockStore;
import dev.basalt.memory.Heap;
import java.util.function.LongConsumer;

/**
 * Makes a pool larger, in steps that grow with it. The superblock knows the new size before
 * anything is stored there, so a pool that is cut off can be told from one that has not grown yet;
 * and the new size is durable before a superblock claims it, so a power cut in between leaves a
 * pool that opens.
 */
final class PoolGrowth implements LongConsumer {
  private static final long STEP_MIN = 4L << 20;
  private static final long STEP_MAX = 256L << 20;
  private static final int STEP_PART = 8;

  private final Heap heap;
  private final SuperblockStore superblocks;
  private final Log log;

  PoolGrowth(Heap heap, SuperblockStore superblocks, Log log) {
    this.heap = heap;
    this.superblocks = superblocks;
    this.log = log;
  }

  @Override
  public void accept(long needed) {
    if (needed > heap.sizeMax()) {
      throw new PoolFullException(
          "%s is full: it has %d bytes, needs %d, and its maximum size is %d; open it with a larger maxSize"
              .formatted(heap.medium().name(), heap.size(), needed, heap.sizeMax()));
    }
    long step = Math.clamp(heap.size() / STEP_PART, STEP_MIN, STEP_MAX);
    long generous =
        Math.min(heap.sizeMax(), Geometry.wholeChunks(Math.max(needed, heap.size() + step)));
    try {
      heap.grow(generous);
    } catch (PoolFullException e) {
      if (generous == needed) {
        throw e;
      }
      heap.grow(needed);
    }
    try {
      heap.medium().sync();
      superblocks.recordSize(heap.size());
    } catch (RuntimeException | Error e) {
      throw log.fail(e);
    }
  }
}
