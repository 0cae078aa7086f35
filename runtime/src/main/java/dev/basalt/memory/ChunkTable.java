package dev.basalt.memory;

import dev.basalt.error.CorruptPoolException;
import dev.basalt.format.ChunkEntryFormat;
import dev.basalt.format.Geometry;
import dev.basalt.format.PageSumFormat;
import dev.basalt.format.SizeClasses;
import dev.basalt.format.TablePartFormat;

/** The chunks of the pool and their entries in the chunk table. Everybody may read. */
final class ChunkTable {
  private static final int SUMS_PER_WORD = Long.BYTES / PageSumFormat.SIZE;

  private final Heap heap;
  private final TableParts parts;

  ChunkTable(Heap heap) {
    this.heap = heap;
    this.parts = heap.parts();
  }

  /** The number of chunks that have an entry and lie in the pool. */
  int chunkCount() {
    long inPool = (heap.size() - heap.heapOffset()) / Geometry.CHUNK_SIZE;
    return (int) Math.min(inPool, parts.chunksDescribed());
  }

  /** The number of chunks that the present parts have entries for. */
  long entryCount() {
    return parts.chunksDescribed();
  }

  /** Takes zeroed chunks as the next part; returns the directory word that must point to it. */
  long addPart(long offset) {
    return parts.add(offset);
  }

  /** Whether a chunk belongs to a part of the table. */
  boolean isPart(int chunk) {
    return parts.isInPart(chunkOffset(chunk));
  }

  long chunkOffset(int chunk) {
    return parts.chunkOffset(chunk);
  }

  /** The chunk in which an offset lies. */
  int chunkOf(long offset) {
    return parts.chunkOf(offset);
  }

  long pageOffset(int page) {
    return parts.chunkOffset(0) + (long) page * Geometry.PAGE_SIZE;
  }

  /** The page in which an offset lies, counted from the heap's start. */
  int pageOf(long offset) {
    return (int) ((offset - parts.chunkOffset(0)) / Geometry.PAGE_SIZE);
  }

  long entryOffset(int chunk) {
    return parts.entryOffset(chunk);
  }

  /** Adds the words that make the sums of a chunk's pages unknown: it is taken into use. */
  void planNoSums(int chunk, OffsetMap words) {
    long sums = parts.sumsOffset(chunk);
    for (int i = 0; i < TablePartFormat.PAGES_PER_CHUNK; i += SUMS_PER_WORD) {
      long at = sums + (long) i * PageSumFormat.SIZE;
      if (heap.getLong(at) != 0) {
        words.put(at, 0);
      }
    }
  }

  long entry(int chunk) {
    heap.verify(entryOffset(chunk), ChunkEntryFormat.SIZE);
    long entry = heap.getLong(entryOffset(chunk));
    if (!isSound(entry)) {
      throw new CorruptPoolException(
          "%s: the entry of chunk %d makes no sense: %x"
              .formatted(heap.medium().name(), chunk, entry));
    }
    return entry;
  }

  private static boolean isSound(long entry) {
    return switch (ChunkEntryFormat.kind(entry)) {
      case ChunkEntryFormat.FREE, ChunkEntryFormat.META -> true;
      case ChunkEntryFormat.SMALL -> {
        int sizeClass = ChunkEntryFormat.sizeClass(entry);
        int used = ChunkEntryFormat.used(entry);
        yield sizeClass < SizeClasses.count()
            && used > 0
            && used <= SizeClasses.blocksPerChunk(sizeClass);
      }
      case ChunkEntryFormat.LARGE -> ChunkEntryFormat.isSoundLarge(entry);
      default -> false;
    };
  }
}
