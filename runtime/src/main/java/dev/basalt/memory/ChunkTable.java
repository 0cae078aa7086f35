package dev.basalt.memory;

import dev.basalt.error.CorruptPoolException;
import dev.basalt.format.ChunkEntryFormat;
import dev.basalt.format.Geometry;
import dev.basalt.format.PoolHeaderFormat;
import dev.basalt.format.SizeClasses;
import java.util.Arrays;

/**
 * Finds chunks and their entries in the chunk table. Parts are added under the lock of {@link
 * ChunkSpace}; everybody may read.
 */
final class ChunkTable {
  private final Heap heap;

  /**
   * Where each part of the table lies; those not yet in the pool's directory come last. Replaced,
   * never changed.
   */
  private volatile long[] parts = new long[0];

  ChunkTable(Heap heap) {
    this.heap = heap;
    long directory = heap.heapOffset() + PoolHeaderFormat.TABLE_DIRECTORY;
    for (int i = 0; i < PoolHeaderFormat.TABLE_PARTS_MAX; i++) {
      long part = heap.getLong(directory + (long) i * Long.BYTES);
      if (part == 0) {
        break;
      }
      if ((part - heap.heapOffset()) % Geometry.CHUNK_SIZE != 0) {
        throw new CorruptPoolException(
            "%s: part %d of the chunk table cannot lie at %d"
                .formatted(heap.medium().name(), i, part));
      }
      addPart(part);
    }
    if (parts.length == 0) {
      throw new CorruptPoolException(heap.medium().name() + ": the pool has no chunk table");
    }
  }

  /** The number of chunks that have an entry and lie in the pool. */
  int chunkCount() {
    long inPool = (heap.size() - heap.heapOffset()) / Geometry.CHUNK_SIZE;
    return (int) Math.min(inPool, (long) parts.length * ChunkEntryFormat.PER_PART);
  }

  /** The number of chunks that the present parts have entries for. */
  long entryCount() {
    return (long) parts.length * ChunkEntryFormat.PER_PART;
  }

  /** Takes a zeroed chunk as the next part; returns the directory word that must point to it. */
  long addPart(long offset) {
    int index = parts.length;
    long[] longer = Arrays.copyOf(parts, index + 1);
    longer[index] = offset;
    parts = longer;
    return heap.heapOffset() + PoolHeaderFormat.TABLE_DIRECTORY + (long) index * Long.BYTES;
  }

  /** Whether a chunk holds a part of the table. */
  boolean isPart(int chunk) {
    long offset = chunkOffset(chunk);
    for (long part : parts) {
      if (part == offset) {
        return true;
      }
    }
    return false;
  }

  long chunkOffset(int chunk) {
    return heap.heapOffset() + (long) chunk * Geometry.CHUNK_SIZE;
  }

  /** The chunk in which an offset lies. */
  int chunkOf(long offset) {
    return (int) ((offset - heap.heapOffset()) / Geometry.CHUNK_SIZE);
  }

  long entryOffset(int chunk) {
    return parts[chunk / ChunkEntryFormat.PER_PART]
        + (long) (chunk % ChunkEntryFormat.PER_PART) * ChunkEntryFormat.SIZE;
  }

  long entry(int chunk) {
    long entry = heap.getLong(entryOffset(chunk));
    if (!isSound(chunk, entry)) {
      throw new CorruptPoolException(
          "%s: the entry of chunk %d makes no sense: %x"
              .formatted(heap.medium().name(), chunk, entry));
    }
    return entry;
  }

  private boolean isSound(int chunk, long entry) {
    return switch (ChunkEntryFormat.kind(entry)) {
      case ChunkEntryFormat.FREE, ChunkEntryFormat.RUN_REST, ChunkEntryFormat.META -> true;
      case ChunkEntryFormat.SMALL -> {
        int sizeClass = ChunkEntryFormat.sizeClass(entry);
        int used = ChunkEntryFormat.used(entry);
        yield sizeClass < SizeClasses.count()
            && used > 0
            && used <= SizeClasses.blocksPerChunk(sizeClass);
      }
      case ChunkEntryFormat.RUN -> {
        int length = ChunkEntryFormat.runLength(entry);
        yield length > 0 && length <= chunkCount() - chunk;
      }
      default -> false;
    };
  }
}
