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
  private long runs;
  private long runChunks;

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
    if (kind == ChunkEntryFormat.FREE) {
      freeChunks++;
      freeRun++;
      largestFreeRun = Math.max(largestFreeRun, freeRun);
      return;
    }
    freeRun = 0;
    if (kind == ChunkEntryFormat.SMALL) {
      chunks[ChunkEntryFormat.sizeClass(entry)]++;
      used[ChunkEntryFormat.sizeClass(entry)] += ChunkEntryFormat.used(entry);
    } else if (kind == ChunkEntryFormat.RUN) {
      runs++;
      runChunks += ChunkEntryFormat.runLength(entry);
    }
  }

  private Allocator.Usage usage() {
    long objects = runs;
    long objectBytes = runChunks * Geometry.CHUNK_SIZE;
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
        largestFreeRun * Geometry.CHUNK_SIZE,
        runs,
        runChunks * Geometry.CHUNK_SIZE,
        List.copyOf(classes));
  }
}
