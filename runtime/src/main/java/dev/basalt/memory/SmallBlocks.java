package dev.basalt.memory;

import dev.basalt.error.CorruptPoolException;
import dev.basalt.format.ChunkEntryFormat;
import dev.basalt.format.Geometry;
import dev.basalt.format.SizeClasses;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The chunks of small objects that are in use just now, and the sources that serve from them.
 *
 * <p>Invariants:
 *
 * <ol>
 *   <li>A chunk that has a reservation, serves a thread, or is about to lose blocks by a planned
 *       commit is in {@link #loaded}. For every other chunk the heap's bitmap is the truth.
 *   <li>A state leaves {@link #loaded} under its own lock, marked as gone; who has waited for that
 *       lock looks again.
 *   <li>A chunk whose last block is released is given back to the free chunks, unless it serves a
 *       thread.
 * </ol>
 */
final class SmallBlocks implements ChunkSpace.SmallChunks {
  private final Heap heap;
  private final ChunkTable table;
  private final ChunkSpace space;
  private final ConcurrentHashMap<Integer, ChunkState> loaded = new ConcurrentHashMap<>();
  private final BlockSource[] sources = new BlockSource[SizeClasses.count()];

  /** The states marked by the plan of a commit. Guarded by the commit lock. */
  private final List<ChunkState> planned = new ArrayList<>();

  SmallBlocks(Heap heap, ChunkTable table, LongConsumer grower) {
    this.heap = heap;
    this.table = table;
    this.space = new ChunkSpace(heap, table, grower, this);
    for (int i = 0; i < sources.length; i++) {
      sources[i] = new BlockSource(this, i);
    }
  }

  ChunkSpace space() {
    return space;
  }

  /** Reserves a block. */
  long reserve(int bytes, boolean forLimbo) {
    BlockSource source = sources[SizeClasses.classOf(bytes)];
    return forLimbo ? source.reserveForLimbo() : source.reserve();
  }

  long offsetOf(ChunkState state, int block) {
    return table.chunkOffset(state.chunk) + SizeClasses.offsetOf(state.sizeClass, block);
  }

  @Override
  public void found(int chunk, int sizeClass) {
    sources[sizeClass].mayHaveRoom(chunk);
  }

  @Override
  public boolean isLoaded(int chunk) {
    return loaded.containsKey(chunk);
  }

  @Override
  public void giveBackEmpty() {
    for (BlockSource source : sources) {
      source.giveBackEmpty();
    }
  }

  // ---- states

  /** Whether a chunk can serve: what is stored into a damaged page would hide the damage. */
  boolean isSound(int chunk) {
    return heap.isSound(table.chunkOffset(chunk), Geometry.CHUNK_SIZE);
  }

  /** The state of a chunk of a class, read from the heap if need be; {@code null} if it is not. */
  @Nullable ChunkState load(int chunk, int sizeClass) {
    return loaded.computeIfAbsent(
        chunk,
        _ -> {
          long entry = table.entry(chunk);
          return ChunkEntryFormat.kind(entry) == ChunkEntryFormat.SMALL
                  && ChunkEntryFormat.sizeClass(entry) == sizeClass
              ? ChunkState.load(heap, table, chunk, entry)
              : null;
        });
  }

  /** The state of a chunk just taken, which is to be current. */
  ChunkState begin(int chunk, int sizeClass) {
    ChunkState state = new ChunkState(chunk, sizeClass);
    state.setCurrent(true); // before anybody can see that it is empty
    loaded.put(chunk, state);
    return state;
  }

  /** Unloads a state that is not needed. Its lock is held. */
  void settle(ChunkState state) {
    if (state.isNeeded() || state.isGone()) {
      return;
    }
    state.setGone();
    if (state.isEmpty()) {
      space.giveBackSmall(state.chunk, () -> loaded.remove(state.chunk, state));
    } else {
      loaded.remove(state.chunk, state);
    }
  }

  /** The state of a chunk that has a reservation, and so stays loaded. */
  private ChunkState reservedState(long block) {
    ChunkState state = loaded.get(table.chunkOf(block));
    if (state == null) {
      throw new IllegalStateException("nothing is reserved at " + block);
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

  /** Releases a block in memory. The state's lock is held. */
  private void free(ChunkState state, Runnable release) {
    boolean wasFull = state.isFull();
    release.run();
    if (wasFull && !state.isCurrent()) {
      sources[state.sizeClass].mayHaveRoom(state.chunk);
    }
    settle(state);
  }

  // ---- the life of a block

  void cancel(long block) {
    ChunkState state = reservedState(block);
    state.lock();
    try {
      int index = blockIndex(block, state.chunk, state.sizeClass);
      free(state, () -> state.cancel(index));
    } finally {
      state.unlock();
    }
  }

  /** Begins the plan of a commit: forgets an earlier one that was not carried out. */
  void plan() {
    for (ChunkState state : planned) {
      state.lock();
      try {
        state.setPlanned(false);
        settle(state);
      } finally {
        state.unlock();
      }
    }
    planned.clear();
  }

  void planAllocation(long block, OffsetMap words) {
    ChunkState state = reservedState(block);
    int sizeClass = state.sizeClass;
    long chunkOffset = table.chunkOffset(state.chunk);
    long entryOffset = table.entryOffset(state.chunk);
    long entry = words.get(entryOffset, heap.getLong(entryOffset));
    if (entry == ChunkEntryFormat.FREE && !isBitmapInPlace(state)) {
      for (int i = 0; i < SizeClasses.bitmapWordsPerChunk(sizeClass); i++) {
        words.put(chunkOffset + (long) i * Long.BYTES, 0);
      }
      table.planNoSums(state.chunk, words);
    }
    words.put(entryOffset, ChunkEntryFormat.small(sizeClass, ChunkEntryFormat.used(entry) + 1));
    int index = blockIndex(block, state.chunk, sizeClass);
    long wordOffset = chunkOffset + (long) (index / Long.SIZE) * Long.BYTES;
    words.put(wordOffset, words.get(wordOffset, heap.getLong(wordOffset)) | (1L << index));
  }

  private static boolean isBitmapInPlace(ChunkState state) {
    state.lock();
    try {
      return state.isBitmapInPlace();
    } finally {
      state.unlock();
    }
  }

  void planRelease(long block, long entryInPlace, OffsetMap words) {
    int chunk = table.chunkOf(block);
    int sizeClass = ChunkEntryFormat.sizeClass(entryInPlace);
    int index = blockIndex(block, chunk, sizeClass);
    long wordOffset = table.chunkOffset(chunk) + (long) (index / Long.SIZE) * Long.BYTES;
    heap.verify(wordOffset, Long.BYTES);
    long word = words.get(wordOffset, heap.getLong(wordOffset));
    if ((word & (1L << index)) == 0) {
      throw new CorruptPoolException(
          "%s: the block at %d is released twice".formatted(heap.medium().name(), block));
    }
    markPlanned(chunk, sizeClass);
    long entryOffset = table.entryOffset(chunk);
    int used = ChunkEntryFormat.used(words.get(entryOffset, entryInPlace));
    words.put(wordOffset, word & ~(1L << index));
    words.put(entryOffset, ChunkEntryFormat.small(sizeClass, used - 1));
  }

  /**
   * Keeps the state of a chunk from now on until the commit is in the heap: read in between, the
   * bitmap would have the commit's changes already, and they would be noted twice.
   */
  private void markPlanned(int chunk, int sizeClass) {
    while (true) {
      ChunkState state = load(chunk, sizeClass);
      if (state == null) {
        throw new IllegalStateException("chunk " + chunk + " is not of small objects");
      }
      state.lock();
      try {
        if (!state.isGone()) {
          if (!state.isPlanned()) {
            state.setPlanned(true);
            planned.add(state);
          }
          return;
        }
      } finally {
        state.unlock();
      }
    }
  }

  void allocationCommitted(long block) {
    ChunkState state = reservedState(block);
    state.lock();
    try {
      state.keep();
      settle(state);
    } finally {
      state.unlock();
    }
  }

  /** Notes a release; nothing happens if the block was a run. */
  void releaseCommitted(long block) {
    ChunkState state = loaded.get(table.chunkOf(block));
    if (state == null) {
      return;
    }
    state.lock();
    try {
      if (state.isPlanned()) {
        int index = blockIndex(block, state.chunk, state.sizeClass);
        free(state, () -> state.free(index));
      }
    } finally {
      state.unlock();
    }
  }

  /** Everything has been noted that the planned commit did. */
  void committed() {
    plan();
  }
}
