package dev.basalt.compact;

import dev.basalt.check.BlockMap;
import dev.basalt.check.Marks;
import dev.basalt.format.ChunkEntryFormat;
import dev.basalt.format.Geometry;
import dev.basalt.format.SizeClasses;
import dev.basalt.format.TablePartFormat;

/**
 * Where each object goes. The chunks of a class follow one another, and in them the objects lie in
 * the order in which they lay before; so a new place follows from how many marked objects of its
 * class lie before an object, and no table of objects is needed.
 *
 * <pre>
 * chunk 0         pool header
 * 1 ...           parts of the chunk table
 * then            for each size class its chunks, all full but the last
 * then            runs
 * </pre>
 */
final class Relocation {
  private final BlockMap blocks;
  private final Marks marks;

  /**
   * Of a chunk of small objects: the marked ones of its class before it; of a run: its new chunk.
   */
  private final long[] before;

  private final long[] marked = new long[SizeClasses.count()];
  private final int[] firstChunk = new int[SizeClasses.count()];
  private final int parts;
  private final int chunkCount;

  Relocation(BlockMap blocks, Marks marks) {
    this.blocks = blocks;
    this.marks = marks;
    this.before = new long[blocks.chunkCount()];
    int runChunks = countMarked();
    int objectChunks = runChunks;
    for (int sizeClass = 0; sizeClass < marked.length; sizeClass++) {
      objectChunks += chunksOf(sizeClass);
    }
    int enough = 1;
    while (1L + (long) enough * TablePartFormat.CHUNKS + objectChunks
        > (long) enough * TablePartFormat.CHUNKS_DESCRIBED) {
      enough++;
    }
    this.parts = enough;
    int next = 1 + parts * TablePartFormat.CHUNKS;
    for (int sizeClass = 0; sizeClass < marked.length; sizeClass++) {
      firstChunk[sizeClass] = next;
      next += chunksOf(sizeClass);
    }
    this.chunkCount = next + runChunks;
    placeRuns(next);
  }

  /** Returns the chunks that marked runs have. */
  private int countMarked() {
    int runChunks = 0;
    for (int chunk = 0; chunk < before.length; chunk++) {
      long entry = blocks.entry(chunk);
      if (ChunkEntryFormat.kind(entry) == ChunkEntryFormat.SMALL) {
        int sizeClass = ChunkEntryFormat.sizeClass(entry);
        before[chunk] = marked[sizeClass];
        marked[sizeClass] += marks.count(chunk);
      } else if (isMarkedRun(chunk)) {
        runChunks += ChunkEntryFormat.runLength(entry);
      }
    }
    return runChunks;
  }

  private void placeRuns(int first) {
    int next = first;
    for (int chunk = 0; chunk < before.length; chunk++) {
      if (isMarkedRun(chunk)) {
        before[chunk] = next;
        next += ChunkEntryFormat.runLength(blocks.entry(chunk));
      }
    }
  }

  private boolean isMarkedRun(int chunk) {
    return ChunkEntryFormat.kind(blocks.entry(chunk)) == ChunkEntryFormat.RUN
        && marks.get(blocks.chunkOffset(chunk));
  }

  /** Whether an object goes along. */
  boolean isMarked(long object) {
    return marks.get(object);
  }

  int parts() {
    return parts;
  }

  int chunkCount() {
    return chunkCount;
  }

  /** The chunks that the objects of a class need. */
  int chunksOf(int sizeClass) {
    int perChunk = SizeClasses.blocksPerChunk(sizeClass);
    return (int) ((marked[sizeClass] + perChunk - 1) / perChunk);
  }

  int firstChunk(int sizeClass) {
    return firstChunk[sizeClass];
  }

  /** How many objects one of the chunks of a class gets. */
  int usedIn(int sizeClass, int chunk) {
    int perChunk = SizeClasses.blocksPerChunk(sizeClass);
    long left = marked[sizeClass] - (long) (chunk - firstChunk[sizeClass]) * perChunk;
    return (int) Math.min(perChunk, left);
  }

  /** The new offset of a marked object; the heap starts where it did. */
  long of(long object) {
    int chunk = blocks.chunkOf(object);
    long entry = blocks.entry(chunk);
    if (ChunkEntryFormat.kind(entry) == ChunkEntryFormat.RUN) {
      return blocks.chunkOffset((int) before[chunk]);
    }
    int sizeClass = ChunkEntryFormat.sizeClass(entry);
    long rank = before[chunk] + marks.countBefore(chunk, object);
    int perChunk = SizeClasses.blocksPerChunk(sizeClass);
    return blocks.chunkOffset(firstChunk[sizeClass])
        + rank / perChunk * Geometry.CHUNK_SIZE
        + SizeClasses.offsetOf(sizeClass, (int) (rank % perChunk));
  }

  /** Takes the entry of a chunk. */
  interface EntryVisitor {
    void visit(int chunk, long entry);
  }

  /** Visits the entries of the new chunk table that are not those of free chunks. */
  void forEachEntry(EntryVisitor visitor) {
    for (int chunk = 0; chunk <= parts * TablePartFormat.CHUNKS; chunk++) {
      visitor.visit(chunk, ChunkEntryFormat.META);
    }
    for (int sizeClass = 0; sizeClass < marked.length; sizeClass++) {
      int end = firstChunk[sizeClass] + chunksOf(sizeClass);
      for (int chunk = firstChunk[sizeClass]; chunk < end; chunk++) {
        visitor.visit(chunk, ChunkEntryFormat.small(sizeClass, usedIn(sizeClass, chunk)));
      }
    }
    for (int chunk = 0; chunk < before.length; chunk++) {
      if (isMarkedRun(chunk)) {
        int length = ChunkEntryFormat.runLength(blocks.entry(chunk));
        visitor.visit((int) before[chunk], ChunkEntryFormat.run(length));
        for (int i = 1; i < length; i++) {
          visitor.visit((int) before[chunk] + i, ChunkEntryFormat.RUN_REST);
        }
      }
    }
  }
}
