package dev.basalt.memory;

import dev.basalt.error.PoolFullException;
import dev.basalt.format.ChunkEntryFormat;
import dev.basalt.format.Geometry;
import dev.basalt.format.SizeClasses;
import dev.basalt.format.TablePartFormat;
import java.util.BitSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntPredicate;
import java.util.function.LongConsumer;

/**
 * The chunks of the heap: which runs of them are free, and where more come from.
 *
 * <p>After opening, the chunk table is read part by part as free chunks are needed; each entry is
 * read once ({@link #scanned}). What is free behind that point is not known yet and cannot be
 * taken.
 *
 * <p>Invariants:
 *
 * <ol>
 *   <li>A chunk is in {@link #free} only if its entry in the heap says free, nothing has reserved
 *       it, and it lies before {@link #scanned}.
 *   <li>A chunk that may be a hole in the medium ({@link #unsure}) is free.
 *   <li>A chunk in {@link #settled} has been free since before the log's start.
 *   <li>Only {@code forLimbo} takes the last {@link #reserveChunks} free chunks.
 * </ol>
 *
 * <p>Locks: {@link #growLock} while the pool grows, which may wait for a disk; inside it {@link
 * #lock}, for everything else, which never does.
 */
final class ChunkSpace {
  /** How many entries are read in one step. */
  private static final int SCAN_STEP = TablePartFormat.CHUNKS_DESCRIBED;

  /** The share of the pool that is kept for limbo nodes, and its limits in chunks. */
  private static final int RESERVE_PART = 128;

  private static final int RESERVE_MAX = 64;

  /** Learns of chunks of small objects that have room. */
  interface SmallChunks {
    void found(int chunk, int sizeClass);

    /** Gives back chunks that serve a size class and have no block in use. */
    void giveBackEmpty();
  }

  private final Heap heap;
  private final ChunkTable table;
  private final LongConsumer grower;
  private final IntPredicate isLoaded;
  private final SmallChunks smallChunks;
  private final int chunksAtOpening;
  private final ReentrantLock growLock = new ReentrantLock();
  private final ReentrantLock lock = new ReentrantLock();

  // The rest is guarded by the lock.

  private final FreeRuns free = new FreeRuns();

  /** Entries below this chunk have been read. */
  private int scanned = Geometry.FIXED_CHUNKS;

  /** Words that the next commit must carry: parts added to the chunk table. */
  private final OffsetMap pendingWords = new OffsetMap();

  /** Runs that the planned commit frees: the offset of the first chunk, and their length. */
  private final OffsetMap releasing = new OffsetMap();

  private final BitSet unsure = new BitSet();
  private final BitSet settled = new BitSet();

  /** Chunks freed or given back since the last checkpoint began, and still free. */
  private final BitSet freed = new BitSet();

  ChunkSpace(
      Heap heap,
      ChunkTable table,
      LongConsumer grower,
      IntPredicate isLoaded,
      SmallChunks smallChunks) {
    this.heap = heap;
    this.table = table;
    this.grower = grower;
    this.isLoaded = isLoaded;
    this.smallChunks = smallChunks;
    this.chunksAtOpening = table.chunkCount();
  }

  // ---- taking

  /** Takes free chunks in a row if the pool has some without growing; else returns -1. */
  int takeWithoutGrowth(int length) {
    int first = takeFree(length, false);
    return first < 0 ? first : allocated(first, length);
  }

  /**
   * Takes free chunks in a row; the pool grows if need be.
   *
   * @throws PoolFullException if it cannot
   */
  int take(int length, boolean forLimbo) {
    int first = takeFree(length, forLimbo);
    if (first < 0) {
      growLock.lock();
      try {
        first = takeFree(length, forLimbo);
        while (first < 0) {
          first = takeNew(length, forLimbo);
        }
      } finally {
        growLock.unlock();
      }
    }
    return allocated(first, length);
  }

  /** Grows the pool and tries again; -1 if others were faster. */
  private int takeNew(int length, boolean forLimbo) {
    try {
      grow(missing(length, forLimbo));
      return takeFree(length, forLimbo);
    } catch (PoolFullException e) {
      smallChunks.giveBackEmpty();
      int first = takeFree(length, forLimbo);
      if (first < 0) {
        throw full((long) length * Geometry.CHUNK_SIZE, e);
      }
      return first;
    }
  }

  private int takeFree(int length, boolean forLimbo) {
    while (true) {
      lock.lock();
      try {
        int kept = forLimbo ? 0 : reserveChunks();
        int first = free.count() - length >= kept ? free.take(length) : -1;
        if (first >= 0) {
          settled.clear(first, first + length);
          freed.clear(first, first + length);
          return first;
        }
        if (!scan()) {
          return -1;
        }
      } finally {
        lock.unlock();
      }
    }
  }

  private int reserveChunks() {
    return Math.clamp(table.chunkCount() / RESERVE_PART, 1, RESERVE_MAX);
  }

  /**
   * Sees to it that chunks that were taken are no holes, because a later write home must find room,
   * and that nobody compares what they hold with sums.
   */
  private int allocated(int first, int length) {
    heap.declareSound(table.chunkOffset(first), bytes(length));
    lock.lock();
    try {
      int hole = unsure.nextSetBit(first);
      if (hole < 0 || hole >= first + length) {
        return first;
      }
    } finally {
      lock.unlock();
    }
    try {
      heap.medium().allocate(table.chunkOffset(first), bytes(length));
      heap.makeReadable(table.chunkOffset(first), bytes(length));
    } catch (RuntimeException e) {
      giveBack(first, length);
      throw e instanceof PoolFullException cause ? full(bytes(length), cause) : e;
    }
    lock.lock();
    try {
      unsure.clear(first, first + length);
    } finally {
      lock.unlock();
    }
    return first;
  }

  private static long bytes(int chunks) {
    return (long) chunks * Geometry.CHUNK_SIZE;
  }

  private PoolFullException full(long needed, PoolFullException cause) {
    lock.lock();
    try {
      PoolFullException.Space space =
          new PoolFullException.Space(
              heap.size(), bytes(free.count()), bytes(free.longest()), needed, heap.sizeMax());
      return new PoolFullException(
          "%s (free: %d bytes, of which %d are kept so that objects can be reclaimed; the largest free run has %d bytes; %d are needed; maximum size: %d)"
              .formatted(
                  cause.getMessage(),
                  space.free(),
                  bytes(reserveChunks()),
                  space.largestFreeRun(),
                  needed,
                  space.maxSize()),
          space,
          cause);
    } finally {
      lock.unlock();
    }
  }

  // ---- reading the chunk table

  /** Reads some more entries of the chunk table; whether there were any. */
  private boolean scan() {
    int end = Math.min(table.chunkCount(), scanned + SCAN_STEP);
    if (scanned >= end) {
      return false;
    }
    while (scanned < end) {
      int releasedLength = (int) releasing.get(table.chunkOffset(scanned), 0);
      scanned += releasedLength > 0 ? releasedLength : scan(scanned, end);
    }
    return true;
  }

  /** Takes note of a chunk and of those like it behind it; returns how many they are. */
  private int scan(int chunk, int end) {
    long entry = table.entry(chunk);
    return switch (ChunkEntryFormat.kind(entry)) {
      case ChunkEntryFormat.FREE -> scanFree(chunk, end);
      case ChunkEntryFormat.SMALL -> {
        int sizeClass = ChunkEntryFormat.sizeClass(entry);
        if (ChunkEntryFormat.used(entry) < SizeClasses.blocksPerChunk(sizeClass)) {
          smallChunks.found(chunk, sizeClass);
        }
        yield 1;
      }
      case ChunkEntryFormat.RUN -> ChunkEntryFormat.runLength(entry);
      default -> 1;
    };
  }

  private int scanFree(int chunk, int end) {
    int length = 0;
    while (chunk + length < end && isUnused(chunk + length)) {
      length++;
    }
    if (length == 0) {
      return 1;
    }
    free.add(chunk, length);
    // What a sparse copy or an earlier session has left without space cannot be told.
    int unsureEnd = Math.min(chunk + length, chunksAtOpening);
    if (chunk < unsureEnd) {
      unsure.set(chunk, unsureEnd);
    }
    return length;
  }

  /** Whether a chunk is free in the heap, and in memory too. */
  private boolean isUnused(int chunk) {
    return table.entry(chunk) == ChunkEntryFormat.FREE
        && !table.isPart(chunk)
        && !isLoaded.test(chunk);
  }

  // ---- growth

  /** How many chunks the pool must get so that a run can be taken. */
  private int missing(int length, boolean forLimbo) {
    lock.lock();
    try {
      int kept = forLimbo ? 0 : reserveChunks() + 1;
      return Math.max(length - free.lengthBefore(table.chunkCount()), length + kept - free.count());
    } finally {
      lock.unlock();
    }
  }

  /** Adds at least this many chunks to the end of the pool, and room for their entries. */
  private void grow(int chunks) {
    long wanted = (long) table.chunkCount() + Math.max(chunks, 1);
    while (table.entryCount() < wanted) {
      long part = table.chunkOffset(table.chunkCount());
      growTo(part + TablePartFormat.SIZE);
      wanted += TablePartFormat.CHUNKS;
      addTablePart(part);
    }
    growTo(table.chunkOffset((int) wanted));
  }

  private void addTablePart(long part) {
    lock.lock();
    try {
      pendingWords.put(table.addPart(part), part);
      int first = table.chunkOf(part);
      for (int chunk = first; chunk < first + TablePartFormat.CHUNKS; chunk++) {
        pendingWords.put(table.entryOffset(chunk), ChunkEntryFormat.META);
      }
    } finally {
      lock.unlock();
    }
  }

  private void growTo(long size) {
    if (heap.size() < size) {
      grower.accept(size);
    }
  }

  // ---- giving back

  /**
   * Gives back chunks that were taken and not committed; a spilled commit may have written there.
   */
  void giveBack(int first, int length) {
    lock.lock();
    try {
      free.add(first, length);
      freed.set(first, first + length);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes back a chunk of small objects that has no block in use.
   *
   * @param unload makes {@link #isLoaded} false for it
   */
  void giveBackSmall(int chunk, Runnable unload) {
    lock.lock();
    try {
      unload.run();
      release(chunk, 1);
    } finally {
      lock.unlock();
    }
  }

  /** The chunks' entries say free now; what lies behind {@link #scanned} will be found there. */
  private void release(int first, int length) {
    if (first < scanned) {
      free.add(first, length);
      freed.set(first, first + length);
    }
  }

  // ---- commits

  /** Begins the plan of a commit: forgets an earlier one that was not carried out. */
  void plan(OffsetMap words) {
    lock.lock();
    try {
      releasing.clear();
      pendingWords.forEach(words::put);
    } finally {
      lock.unlock();
    }
  }

  /** Plans to free a run; whether it is not planned already. */
  boolean planRelease(int first, int length) {
    lock.lock();
    try {
      boolean isNew = releasing.get(table.chunkOffset(first), 0) == 0;
      releasing.put(table.chunkOffset(first), length);
      return isNew;
    } finally {
      lock.unlock();
    }
  }

  /** The planned commit is in the heap. */
  void committed() {
    lock.lock();
    try {
      if (pendingWords.size() > 0) {
        dropPendingInPlace();
      }
      releasing.forEach((offset, length) -> release(table.chunkOf(offset), (int) length));
      releasing.clear();
    } finally {
      lock.unlock();
    }
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

  // ---- giving space back to the file system

  /** What commits have freed so far is free at the place where the log will start. */
  void checkpointBegins() {
    lock.lock();
    try {
      settled.or(freed);
      freed.clear();
    } finally {
      lock.unlock();
    }
  }

  /** Gives space back to the file system, a few runs at most. */
  void discardSettled(long keptBytes, int runsMax, int runLengthMax) {
    for (int i = 0; i < runsMax; i++) {
      int first;
      int length;
      lock.lock();
      try {
        long excess = (long) free.count() - unsure.cardinality() - keptBytes / Geometry.CHUNK_SIZE;
        first = settled.nextSetBit(0);
        if (first < 0 || excess <= 0) {
          return;
        }
        int limit = (int) Math.min(excess, runLengthMax);
        length = Math.min(settled.nextClearBit(first) - first, limit);
        free.takeAt(first, length);
        settled.clear(first, first + length);
      } finally {
        lock.unlock();
      }
      discard(first, length);
    }
  }

  /** Nobody else has the chunks while this runs. */
  private void discard(int first, int length) {
    boolean done = false;
    try {
      // Else the next checkpoint would write the pages home and fill the hole again.
      heap.dirty().forget(table.chunkOffset(first), bytes(length));
      done = heap.medium().discard(table.chunkOffset(first), bytes(length));
    } finally {
      lock.lock();
      try {
        if (done) {
          unsure.set(first, first + length);
        }
        free.add(first, length);
      } finally {
        lock.unlock();
      }
    }
  }

  // ---- reports

  /** Reads what has not been read of the chunk table and visits every free run. */
  void forEachFree(FreeRuns.Visitor visitor) {
    lock.lock();
    try {
      while (scan()) {
        // on
      }
      free.forEach(visitor);
    } finally {
      lock.unlock();
    }
  }
}
