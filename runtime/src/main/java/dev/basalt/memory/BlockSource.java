package dev.basalt.memory;

import dev.basalt.error.PoolFullException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Serves the blocks of one size class. Threads take their blocks from <i>current</i> chunks: one at
 * first, more as soon as threads meet at it, so that they do not queue and a program of one thread
 * does not spread its objects. A block costs one uncontended lock and the search of a bit.
 */
final class BlockSource {
  /** The most chunks that serve at the same time. */
  private static final int STRIPES_MAX =
      Math.clamp(Integer.highestOneBit(Runtime.getRuntime().availableProcessors()) * 2L, 1, 16);

  /** The stripe whose chunk came from what is kept for limbo. */
  private static final int LIMBO_STRIPE = STRIPES_MAX;

  private static final long HASH_FACTOR = 0x9E37_79B9_7F4A_7C15L;

  private final SmallBlocks blocks;
  private final int sizeClass;

  /** Current chunks; an element is set from the one that was seen full, so none is lost. */
  private final AtomicReferenceArray<@Nullable ChunkState> current =
      new AtomicReferenceArray<>(STRIPES_MAX + 1);

  /** How many stripes are in use, a power of two; only grows. A lost race costs one step. */
  private volatile int width = 1;

  private final ChunkQueue withRoom = new ChunkQueue();

  BlockSource(SmallBlocks blocks, int sizeClass) {
    this.blocks = blocks;
    this.sizeClass = sizeClass;
  }

  /** A chunk of the class may have room; whether that is so shows when it is needed. */
  void mayHaveRoom(int chunk) {
    withRoom.add(chunk);
  }

  /**
   * Reserves a block.
   *
   * @throws PoolFullException if there is none
   */
  long reserve() {
    try {
      return reserve(stripe(), false);
    } catch (PoolFullException e) {
      long block = reserveAnywhere();
      if (block == 0) {
        throw e;
      }
      return block;
    }
  }

  /** Reserves a block, if need be from what is kept for limbo. */
  long reserveForLimbo() {
    try {
      return reserve();
    } catch (PoolFullException e) {
      return reserve(LIMBO_STRIPE, true);
    }
  }

  private int stripe() {
    int stripes = width;
    return stripes == 1
        ? 0
        : (int) ((Thread.currentThread().threadId() * HASH_FACTOR) >>> 40) & (stripes - 1);
  }

  private void widen() {
    int stripes = width;
    if (stripes * 2 <= STRIPES_MAX) {
      width = stripes * 2;
    }
  }

  private long reserve(int stripe, boolean forLimbo) {
    while (true) {
      ChunkState state = current.get(stripe);
      long block = state == null ? 0 : reserveFrom(state);
      if (block != 0) {
        return block;
      }
      replace(stripe, state, forLimbo);
    }
  }

  /** Reserves a block of a current chunk; 0 if it is full or not current any more. */
  private long reserveFrom(ChunkState state) {
    if (!state.tryLock()) {
      widen();
      state.lock();
    }
    try {
      return state.isCurrent() && !state.isFull() ? blocks.offsetOf(state, state.reserve()) : 0;
    } finally {
      state.unlock();
    }
  }

  /** The pool is full: takes what other threads' chunks still have. */
  private long reserveAnywhere() {
    for (int stripe = 0; stripe < STRIPES_MAX; stripe++) {
      ChunkState state = current.get(stripe);
      long block = state == null ? 0 : reserveFrom(state);
      if (block != 0) {
        return block;
      }
    }
    return 0;
  }

  /** Puts another chunk in the place of one that is full, unless another thread has done it. */
  private void replace(int stripe, @Nullable ChunkState full, boolean forLimbo) {
    ChunkState next = next(forLimbo);
    if (current.compareAndSet(stripe, full, next)) {
      if (full != null) {
        dismiss(full);
      }
    } else {
      dismiss(next);
    }
  }

  /** The chunk does not serve any more. */
  private void dismiss(ChunkState state) {
    state.lock();
    try {
      state.setCurrent(false);
      if (!state.isFull() && !state.isEmpty()) {
        mayHaveRoom(state.chunk);
      }
      blocks.settle(state);
    } finally {
      state.unlock();
    }
  }

  /** A chunk with room, made current. */
  private ChunkState next(boolean forLimbo) {
    ChunkState state = pollWithRoom();
    if (state != null) {
      return state;
    }
    int chunk = blocks.space().takeChunkWithoutGrowth();
    if (chunk < 0) {
      // The search for a free chunk may have come upon chunks of this class.
      state = pollWithRoom();
      if (state != null) {
        return state;
      }
      chunk = blocks.space().takeChunks(1, forLimbo);
    }
    return blocks.begin(chunk, sizeClass);
  }

  private @Nullable ChunkState pollWithRoom() {
    for (int chunk = withRoom.poll(); chunk != ChunkQueue.NONE; chunk = withRoom.poll()) {
      ChunkState state = blocks.isSound(chunk) ? blocks.load(chunk, sizeClass) : null;
      while (state != null) {
        state.lock();
        try {
          if (!state.isGone()) {
            if (state.sizeClass == sizeClass && !state.isCurrent() && !state.isFull()) {
              state.setCurrent(true);
              return state;
            }
            blocks.settle(state);
            break;
          }
        } finally {
          state.unlock();
        }
        state = blocks.load(chunk, sizeClass);
      }
    }
    return null;
  }

  /** Gives back the current chunks that have no block in use. */
  void giveBackEmpty() {
    for (int stripe = 0; stripe <= LIMBO_STRIPE; stripe++) {
      ChunkState state = current.get(stripe);
      if (state == null) {
        continue;
      }
      state.lock();
      try {
        if (state.isCurrent() && state.isEmpty() && !state.isPlanned()) {
          state.setCurrent(false);
          current.compareAndSet(stripe, state, null);
          blocks.settle(state);
        }
      } finally {
        state.unlock();
      }
    }
  }
}
