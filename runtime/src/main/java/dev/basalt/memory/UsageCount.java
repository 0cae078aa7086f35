package dev.basalt.memory;

import dev.basalt.format.ChunkEntryFormat;
import dev.basalt.format.Geometry;
import dev.basalt.format.SizeClasses;
import java.util.ArrayList;
import java.util.List;

/** Adds up the chunk table. */
final class UsageCount {
  private final long[] chunks = new long[SizeClasses.count()];
  private final long[] used = new long[SizeClasses.count()];
  private long freeChunks;
  private long freeRun;
  private long largestFreeRun;
  private long freePages;
  private long large;
  private long largePages;

  private UsageCount() {}

  static Allocator.Usage of(ChunkTable table) {
    UsageCount count = new UsageCount();
    for (int chunk = 0; chunk < table.chunkCount(); chunk++) {
      count.add(table.isPart(chunk) ? ChunkEntryFormat.META : table.entry(chunk));
    }
    return count.usage();
  }

  private void add(long entry) {
    int kind = ChunkEntryFormat.kind(entry);
    if (kind == ChunkEntryFormat.SMALL) {
      chunks[ChunkEntryFormat.sizeClass(entry)]++;
      used[ChunkEntryFormat.sizeClass(entry)] += ChunkEntryFormat.used(entry);
    }
    if (kind == ChunkEntryFormat.FREE) {
      freeChunks++;
      addPages(0);
    } else if (kind == ChunkEntryFormat.LARGE) {
      int usedPages = ChunkEntryFormat.usedPages(entry);
      large += Integer.bitCount(ChunkEntryFormat.beginnings(entry));
      largePages += Integer.bitCount(usedPages);
      freePages += FreeRuns.CHUNK - Integer.bitCount(usedPages);
      addPages(usedPages);
    } else {
      freeRun = 0;
    }
  }

  /** The pages of the next chunk that are not free end a row of free ones. */
  private void addPages(int usedPages) {
    for (int page = 0; page < FreeRuns.CHUNK; page++) {
      freeRun = (usedPages >>> page & 1) == 0 ? freeRun + 1 : 0;
      largestFreeRun = Math.max(largestFreeRun, freeRun);
    }
  }

  private Allocator.Usage usage() {
    long objects = large;
    long objectBytes = largePages * Geometry.PAGE_SIZE;
    List<Allocator.ClassUsage> classes = new ArrayList<>();
    for (int i = 0; i < chunks.length; i++) {
      objects += used[i];
      objectBytes += used[i] * SizeClasses.blockSize(i);
      if (chunks[i] > 0) {
        classes.add(
            new Allocator.ClassUsage(
                SizeClasses.blockSize(i),
                chunks[i],
                used[i],
                chunks[i] * SizeClasses.blocksPerChunk(i) - used[i]));
      }
    }
    return new Allocator.Usage(
        objects,
        objectBytes,
        freeChunks * Geometry.CHUNK_SIZE,
        freePages * Geometry.PAGE_SIZE,
        largestFreeRun * Geometry.PAGE_SIZE,
        large,
        largePages * Geometry.PAGE_SIZE,
        List.copyOf(classes));
  }
}
