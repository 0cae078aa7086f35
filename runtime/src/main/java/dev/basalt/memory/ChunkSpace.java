package dev.basalt.memory;

import dev.basalt.error.CorruptPoolException;
import dev.basalt.error.MediaErrorException;
import dev.basalt.error.PoolFullException;
import dev.basalt.format.ChunkEntryFormat;
import dev.basalt.format.Geometry;
import dev.basalt.format.TablePartFormat;
import java.util.BitSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;

/**
 * The chunks of the heap and their pages: which are free, and where more come from. Chunks are
 * taken for small objects, rows of pages for large ones.
 *
 * <p>After opening, the chunk table is read part by part as free chunks are needed; each entry is
 * read once ({@link ChunkScan}). What is free behind that point is not known yet and cannot be
 * taken.
 *
 * <p>Invariants:
 *
 * <ol>
 *   <li>A page is in {@link #free} only if its chunk's entry in the heap says so, nothing has
 *       reserved it, and its chunk lies before {@link ChunkScan#end}.
 *   <li>A page that may be a hole in the medium, or unreadable ({@link #unsure}), is free.
 *   <li>A chunk in {@link #settled} has been free since before the log's start.
 *   <li>Only {@code forLimbo} takes the last {@link #reserveChunks} free chunks.
 * </ol>
 *
 * <p>Locks: {@link #growLock} while the pool grows, which may wait for a disk; inside it {@link
 * #lock}, for everything else, which never does.
 */
final class ChunkSpace {
  /** The share of the pool that is kept for limbo nodes, and its limits in chunks. */
  private static final int RESERVE_PART = 128;

  private static final int RESERVE_MAX = 64;

  /** The file is not made shorter for less: that takes three waits for the disk. */
  private static final int CUT_CHUNKS_MIN = 16;

  /** Learns of chunks of small objects that have room. */
  interface SmallChunks {
    void found(int chunk, int sizeClass);

    /** Whether a chunk is managed in memory, whatever the heap says of it. */
    boolean isLoaded(int chunk);

    /** Gives back chunks that serve a size class and have no block in use. */
    void giveBackEmpty();
  }

  private final Heap heap;
  private final ChunkTable table;
  private final LongConsumer grower;
  private final SmallChunks smallChunks;
  private final ReentrantLock growLock = new ReentrantLock();
  private final ReentrantLock lock = new ReentrantLock();

  // The rest is guarded by the lock.

  private final FreeRuns free = new FreeRuns();

  private final ChunkScan scan;

  /** Words that the next commit must carry: parts added to the chunk table. */
  private final OffsetMap pendingWords = new OffsetMap();

  /** Runs that the planned commit frees: the offset of the first page, and their length. */
  private final OffsetMap releasing = new OffsetMap();

  private final UnsurePages unsure;
  private final BitSet settled = new BitSet();

  /** Chunks freed or given back since the last checkpoint began, and still free. */
  private final BitSet freed = new BitSet();

  ChunkSpace(Heap heap, ChunkTable table, LongConsumer grower, SmallChunks smallChunks) {
    this.heap = heap;
    this.table = table;
    this.grower = grower;
    this.smallChunks = smallChunks;
    this.scan = new ChunkScan(table, smallChunks);
    this.unsure = new UnsurePages(table.chunkCount());
  }

  // ---- taking

  /** What somebody wants to take. */
  private record Wish(int pages, boolean wholeChunks, boolean forLimbo) {
    static Wish ofChunks(int chunks, boolean forLimbo) {
      return new Wish(chunks * FreeRuns.CHUNK, true, forLimbo);
    }

    int chunks() {
      return (pages + FreeRuns.CHUNK - 1) / FreeRuns.CHUNK;
    }
  }

  /** Takes a free chunk if the pool has one without growing; else returns -1. */
  int takeChunkWithoutGrowth() {
    int first = takeFree(Wish.ofChunks(1, false));
    return first < 0 ? first : allocated(first, FreeRuns.CHUNK) / FreeRuns.CHUNK;
  }

  /**
   * Takes free chunks in a row; the pool grows if need be.
   *
   * @return the first chunk
   * @throws PoolFullException if it cannot
   */
  int takeChunks(int chunks, boolean forLimbo) {
    return take(Wish.ofChunks(chunks, forLimbo)) / FreeRuns.CHUNK;
  }

  /**
   * Takes free pages in a row; the pool grows if need be.
   *
   * @return the first page
   * @throws PoolFullException if it cannot
   */
  int takePages(int pages, boolean forLimbo) {
    return take(new Wish(pages, false, forLimbo));
  }

  private int take(Wish wish) {
    int first = takeFree(wish);
    if (first < 0) {
      growLock.lock();
      try {
        first = takeFree(wish);
        while (first < 0) {
          first = takeNew(wish);
        }
      } finally {
        growLock.unlock();
      }
    }
    return allocated(first, wish.pages);
  }

  /** Grows the pool and tries again; -1 if others were faster. */
  private int takeNew(Wish wish) {
    try {
      grow(missing(wish));
      return takeFree(wish);
    } catch (PoolFullException e) {
      smallChunks.giveBackEmpty();
      int first = takeFree(wish);
      if (first < 0) {
        throw full(bytes(wish.pages), e);
      }
      return first;
    }
  }

  private int takeFree(Wish wish) {
    while (true) {
      lock.lock();
      try {
        int kept = wish.forLimbo ? 0 : reserveChunks();
        int first =
            wish.wholeChunks
                ? free.takeChunks(wish.chunks(), kept)
                : free.takePages(wish.pages, kept);
        if (first >= 0) {
          isTaken(first, wish.pages);
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

  private void isTaken(int first, int length) {
    int chunk = first / FreeRuns.CHUNK;
    int end = (first + length - 1) / FreeRuns.CHUNK + 1;
    settled.clear(chunk, end);
    freed.clear(chunk, end);
  }

  private int reserveChunks() {
    return Math.clamp(table.chunkCount() / RESERVE_PART, 1, RESERVE_MAX);
  }

  /**
   * Sees to it that pages that were taken are no holes, because a later write home must find room,
   * and that nobody compares what they hold with sums.
   */
  private int allocated(int first, int length) {
    heap.declareSound(table.pageOffset(first), bytes(length));
    lock.lock();
    try {
      if (!unsure.hasAny(first, length)
          && !heap.hasUnreadable(table.pageOffset(first), bytes(length))) {
        return first;
      }
    } finally {
      lock.unlock();
    }
    try {
      heap.medium().allocate(table.pageOffset(first), bytes(length));
      heap.makeReadable(table.pageOffset(first), bytes(length));
      heap.reloadUnreadable(table.pageOffset(first), bytes(length));
    } catch (RuntimeException e) {
      giveBackPages(first, length);
      throw e instanceof PoolFullException cause ? full(bytes(length), cause) : e;
    }
    lock.lock();
    try {
      unsure.clear(first, length);
    } finally {
      lock.unlock();
    }
    return first;
  }

  private static long bytes(int pages) {
    return (long) pages * Geometry.PAGE_SIZE;
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
                  bytes(reserveChunks() * FreeRuns.CHUNK),
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
    return scan.step(releasing, this::addFound);
  }

  private void addFound(int first, int length) {
    free.add(first, length);
    unsure.foundAtOpening(first, length);
  }

  // ---- growth

  /** How many chunks the pool must get so that a run can be taken. */
  private int missing(Wish wish) {
    lock.lock();
    try {
      int kept = wish.forLimbo ? 0 : reserveChunks() + 1;
      int atEnd = free.lengthBefore(table.chunkCount() * FreeRuns.CHUNK) / FreeRuns.CHUNK;
      return Math.max(wish.chunks() - atEnd, wish.chunks() + kept - free.wholeChunks());
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
  void giveBackChunks(int first, int chunks) {
    giveBackPages(first * FreeRuns.CHUNK, chunks * FreeRuns.CHUNK);
  }

  /** Gives back pages that were taken and not committed. */
  void giveBackPages(int first, int length) {
    lock.lock();
    try {
      addFreed(first, length);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes back a chunk of small objects that has no block in use.
   *
   * @param unload makes {@link SmallChunks#isLoaded} false for it
   */
  void giveBackSmall(int chunk, Runnable unload) {
    lock.lock();
    try {
      unload.run();
      release(chunk * FreeRuns.CHUNK, FreeRuns.CHUNK);
    } finally {
      lock.unlock();
    }
  }

  /** The pages are free in the heap; what lies behind {@link ChunkScan#end} will be found there. */
  private void release(int first, int length) {
    int known = Math.min(length, scan.end() * FreeRuns.CHUNK - first);
    if (known > 0) {
      addFreed(first, known);
    }
  }

  private void addFreed(int first, int length) {
    free.add(first, length);
    int end = (first + length - 1) / FreeRuns.CHUNK + 1;
    for (int chunk = first / FreeRuns.CHUNK; chunk < end; chunk++) {
      freed.set(chunk, free.isFreeChunk(chunk));
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

  /** Plans to free a run of pages. */
  void planRelease(int first, int length) {
    lock.lock();
    try {
      releasing.put(table.pageOffset(first), length);
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
      releasing.forEach((offset, length) -> release(table.pageOf(offset), (int) length));
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
        long excess = (bytes(free.count() - unsure.count()) - keptBytes) / Geometry.CHUNK_SIZE;
        first = settled.nextSetBit(0);
        if (first < 0 || excess <= 0) {
          return;
        }
        int limit = (int) Math.min(excess, runLengthMax);
        length = Math.min(settled.nextClearBit(first) - first, limit);
        free.takeAt(first * FreeRuns.CHUNK, length * FreeRuns.CHUNK);
        settled.clear(first, first + length);
      } finally {
        lock.unlock();
      }
      discard(first * FreeRuns.CHUNK, length * FreeRuns.CHUNK);
    }
  }

  /** Nobody else has the pages while this runs; they are whole chunks. */
  private void discard(int first, int length) {
    boolean done = false;
    try {
      // Else the next checkpoint would write the pages home and fill the hole again.
      heap.dirty().forget(table.pageOffset(first), bytes(length));
      done = heap.medium().discard(table.pageOffset(first), bytes(length));
    } finally {
      lock.lock();
      try {
        if (done) {
          unsure.set(first, length);
        }
        free.add(first, length);
      } finally {
        lock.unlock();
      }
    }
  }

  /** Everything that is free, and was at the last checkpoint, may be given back. */
  void settleAll() {
    lock.lock();
    try {
      while (scan()) {
        // on
      }
      free.forEach(
          (first, length) -> {
            int chunk = (first + FreeRuns.CHUNK - 1) / FreeRuns.CHUNK;
            settled.set(chunk, Math.max(chunk, (first + length) / FreeRuns.CHUNK));
          });
      settled.andNot(freed);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Cuts free chunks off the end of the pool that have been free since before the log's start, if
   * they are many.
   *
   * @param keptBytes so much stays free in the pool
   * @param cutter cuts the pool off at an offset; called by one thread at a time
   */
  void cutEnd(long keptBytes, LongPredicate cutter) {
    if (!growLock.tryLock()) {
      return; // somebody needs more
    }
    try {
      int end = table.chunkCount();
      int first = takeEnd(end, keptBytes);
      if (first < end) {
        cut(first, end, cutter);
      }
    } finally {
      growLock.unlock();
    }
  }

  /** Takes the chunks to be cut off; returns the first, or the end if there is no need. */
  private int takeEnd(int end, long keptBytes) {
    lock.lock();
    try {
      boolean _ = scan(); // else what nobody needs would not become known
      int freeAtEnd = free.lengthBefore(end * FreeRuns.CHUNK) / FreeRuns.CHUNK;
      int settledFrom = Math.max(end - freeAtEnd, freed.previousSetBit(end) + 1);
      long kept = Math.max(keptBytes / Geometry.CHUNK_SIZE, reserveChunks());
      long spare = Math.min(end - settledFrom, free.wholeChunks() - kept);
      if (scan.end() < end || spare < CUT_CHUNKS_MIN) {
        return end;
      }
      int count = (int) spare;
      free.takeAt((end - count) * FreeRuns.CHUNK, count * FreeRuns.CHUNK);
      settled.clear(end - count, end);
      return end - count;
    } catch (CorruptPoolException | MediaErrorException e) {
      return end; // whoever needs the table will be told; the checkpoint is done
    } finally {
      lock.unlock();
    }
  }

  /** Nobody else has the chunks while this runs, and the pool does not grow. */
  private void cut(int first, int end, LongPredicate cutter) {
    int page = first * FreeRuns.CHUNK;
    int length = (end - first) * FreeRuns.CHUNK;
    heap.dirty().forget(table.pageOffset(page), bytes(length));
    boolean done = cutter.test(table.chunkOffset(first));
    lock.lock();
    try {
      if (done) {
        unsure.clear(page, length);
        scan.cut(first);
      } else {
        free.add(page, length);
      }
    } finally {
      lock.unlock();
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
