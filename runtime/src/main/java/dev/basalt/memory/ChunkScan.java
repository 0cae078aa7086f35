package dev.basalt.memory;

import dev.basalt.format.ChunkEntryFormat;
import dev.basalt.format.Geometry;
import dev.basalt.format.SizeClasses;
import dev.basalt.format.TablePartFormat;
import java.util.BitSet;

/**
 * Reads the chunk table little by little, each entry once, to learn which pages are free and which
 * chunks have room. Guarded by {@link ChunkSpace}'s lock.
 */
final class ChunkScan {
  /** How many entries are read in one step. */
  private static final int STEP = TablePartFormat.CHUNKS_DESCRIBED;

  private final ChunkTable table;
  private final ChunkSpace.SmallChunks smallChunks;
  private int next = Geometry.FIXED_CHUNKS;

  ChunkScan(ChunkTable table, ChunkSpace.SmallChunks smallChunks) {
    this.table = table;
    this.smallChunks = smallChunks;
  }

  /** The entries of chunks below have been read. */
  int end() {
    return next;
  }

  /** The chunks from here on are no longer there; others may take their numbers. */
  void cut(int end) {
    next = Math.min(next, end);
  }

  /**
   * Reads some more entries.
   *
   * @param releasing the runs that a commit frees: what it has done already is noted when it is
   *     done
   * @param found takes the free runs of pages
   * @return whether there were entries to read
   */
  boolean step(OffsetMap releasing, FreeRuns.Visitor found) {
    int end = Math.min(table.chunkCount(), next + STEP);
    if (next >= end) {
      return false;
    }
    int firstPage = next * FreeRuns.CHUNK;
    BitSet free = new BitSet();
    try {
      while (next < end) {
        read(next, free, next * FreeRuns.CHUNK - firstPage);
        next++;
      }
    } finally {
      remove(releasing, free, firstPage);
      for (int from = free.nextSetBit(0); from >= 0; ) {
        int to = free.nextClearBit(from);
        found.visit(firstPage + from, to - from);
        from = free.nextSetBit(to);
      }
    }
    return true;
  }

  private void read(int chunk, BitSet free, int page) {
    long entry = table.entry(chunk);
    switch (ChunkEntryFormat.kind(entry)) {
      case ChunkEntryFormat.FREE -> free.set(page, page + FreeRuns.CHUNK, isUnused(chunk));
      case ChunkEntryFormat.SMALL -> {
        int sizeClass = ChunkEntryFormat.sizeClass(entry);
        if (ChunkEntryFormat.used(entry) < SizeClasses.blocksPerChunk(sizeClass)) {
          smallChunks.found(chunk, sizeClass);
        }
      }
      case ChunkEntryFormat.LARGE -> {
        for (int i = 0; i < FreeRuns.CHUNK; i++) {
          free.set(page + i, (ChunkEntryFormat.usedPages(entry) >>> i & 1) == 0);
        }
      }
      default -> {}
    }
  }

  /** Whether a chunk that is free in the heap is so in memory too. */
  private boolean isUnused(int chunk) {
    return !table.isPart(chunk) && !smallChunks.isLoaded(chunk);
  }

  private void remove(OffsetMap releasing, BitSet free, int firstPage) {
    releasing.forEach(
        (offset, length) -> {
          int from = table.pageOf(offset) - firstPage;
          int to = from + (int) length;
          if (to > 0) {
            free.clear(Math.max(from, 0), to);
          }
        });
  }
}
