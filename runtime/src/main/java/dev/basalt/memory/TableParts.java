package dev.basalt.memory;

import dev.basalt.error.CorruptPoolException;
import dev.basalt.format.Geometry;
import dev.basalt.format.PageSumFormat;
import dev.basalt.format.PoolHeaderFormat;
import dev.basalt.format.TablePartFormat;
import java.util.Arrays;
import java.util.function.LongUnaryOperator;

/**
 * Where the parts of the chunk table lie, and so where a chunk's entry and a page's sum do. The
 * first part has a fixed place; the others are found in the pool header. Parts are added under the
 * lock of {@link ChunkSpace}; everybody may read.
 */
final class TableParts {
  private final long heapOffset;

  /**
   * Ascending; those that are not yet in the pool's directory come last. Replaced, never changed.
   */
  private volatile long[] parts;

  /** The table of a pool that has one part. */
  TableParts(long heapOffset) {
    this(heapOffset, new long[] {first(heapOffset)});
  }

  TableParts(long heapOffset, long[] parts) {
    this.heapOffset = heapOffset;
    this.parts = parts.clone();
  }

  private static long first(long heapOffset) {
    return heapOffset + Geometry.CHUNK_SIZE;
  }

  /** Reads the directory in the pool header. */
  void read(Heap heap) {
    read(
        heap.medium().name(),
        heap.size(),
        at -> {
          heap.verify(at, Long.BYTES);
          return heap.getLong(at);
        });
  }

  /** Reads the directory in the header of a pool of a given size, by words. */
  void read(String name, long size, LongUnaryOperator words) {
    long directory = heapOffset + PoolHeaderFormat.TABLE_DIRECTORY;
    long[] found = new long[PoolHeaderFormat.TABLE_PARTS_MAX];
    int count = 0;
    while (count < found.length) {
      long part = words.applyAsLong(directory + (long) count * Long.BYTES);
      if (part == 0) {
        break;
      }
      boolean isInPlace =
          count == 0
              ? part == first(heapOffset)
              : part >= found[count - 1] + TablePartFormat.SIZE
                  && (part - heapOffset) % Geometry.CHUNK_SIZE == 0
                  && part <= size - TablePartFormat.SIZE;
      if (!isInPlace) {
        throw new CorruptPoolException(
            "%s: part %d of the chunk table cannot lie at %d".formatted(name, count, part));
      }
      found[count++] = part;
    }
    if (count == 0) {
      throw new CorruptPoolException(name + ": the pool has no chunk table");
    }
    parts = Arrays.copyOf(found, count);
  }

  /** Takes a zeroed run of chunks as the next part; returns the directory word to point to it. */
  long add(long offset) {
    int index = parts.length;
    long[] longer = Arrays.copyOf(parts, index + 1);
    longer[index] = offset;
    parts = longer;
    return heapOffset + PoolHeaderFormat.TABLE_DIRECTORY + (long) index * Long.BYTES;
  }

  /** The number of chunks that the present parts describe. */
  long chunksDescribed() {
    return (long) parts.length * TablePartFormat.CHUNKS_DESCRIBED;
  }

  long chunkOffset(int chunk) {
    return heapOffset + (long) chunk * Geometry.CHUNK_SIZE;
  }

  int chunkOf(long offset) {
    return (int) ((offset - heapOffset) / Geometry.CHUNK_SIZE);
  }

  long entryOffset(int chunk) {
    return parts[chunk / TablePartFormat.CHUNKS_DESCRIBED]
        + TablePartFormat.entry(chunk % TablePartFormat.CHUNKS_DESCRIBED);
  }

  /** Where the sums of a chunk's pages start. */
  long sumsOffset(int chunk) {
    return parts[chunk / TablePartFormat.CHUNKS_DESCRIBED]
        + TablePartFormat.sums(chunk % TablePartFormat.CHUNKS_DESCRIBED);
  }

  /** Where the sum lies of the page at an offset, whose chunk is described. */
  long sumOffset(long pageOffset) {
    int inChunk = (int) ((pageOffset - heapOffset) % Geometry.CHUNK_SIZE) / Geometry.PAGE_SIZE;
    return sumsOffset(chunkOf(pageOffset)) + (long) inChunk * PageSumFormat.SIZE;
  }

  /** The page whose sum lies at an offset, which is among the sums of a part. */
  long pageOfSum(long offset) {
    int part = Arrays.binarySearch(parts, offset);
    int index = part >= 0 ? part : -part - 2;
    long chunks = (long) index * TablePartFormat.CHUNKS_DESCRIBED;
    return heapOffset / Geometry.PAGE_SIZE
        + chunks * TablePartFormat.PAGES_PER_CHUNK
        + TablePartFormat.pageOfSum(offset - parts[index]);
  }

  /** Whether an offset lies in a part of the table. */
  boolean isInPart(long offset) {
    return offsetInPart(offset) >= 0;
  }

  /** Whether an offset lies among the sums of a part. */
  boolean isInSums(long offset) {
    return TablePartFormat.isInSums(offsetInPart(offset));
  }

  /** Whether an offset lies in the pool header or among the entries of a part. */
  boolean isInHeaderOrEntries(long offset) {
    return offset < first(heapOffset) || (isInPart(offset) && !isInSums(offset));
  }

  private long offsetInPart(long offset) {
    long[] all = parts;
    int found = Arrays.binarySearch(all, offset);
    int index = found >= 0 ? found : -found - 2;
    return index >= 0 && offset < all[index] + TablePartFormat.SIZE ? offset - all[index] : -1;
  }
}
