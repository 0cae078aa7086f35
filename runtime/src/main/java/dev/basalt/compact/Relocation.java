package dev.basalt.compact;

import dev.basalt.check.BlockMap;
import dev.basalt.check.Marks;
import dev.basalt.format.ChunkEntryFormat;
import dev.basalt.format.Geometry;
import dev.basalt.format.SizeClasses;
import dev.basalt.format.TablePartFormat;
import java.util.BitSet;

/**
 * Where each object goes. The chunks of a class follow one another, and in them the objects lie in
 * the order in which they lay before; so a new place follows from how many marked objects of its
 * class lie before an object, and no table of objects is needed.
 *
 * <pre>
 * chunk 0         pool header
 * 1 ...           parts of the chunk table
 * then            for each size class its chunks, all full but the last
 * then            large objects, page behind page
 * </pre>
 */
final class Relocation {
  private static final int PAGES = TablePartFormat.PAGES_PER_CHUNK;

  private final BlockMap blocks;
  private final Marks marks;

  /**
   * Of a chunk of small objects: the marked ones of its class before it; of one of large objects:
   * the pages of marked ones that begin before it.
   */
  private final long[] before;

  private final long[] marked = new long[SizeClasses.count()];
  private final int[] firstChunk = new int[SizeClasses.count()];
  private final int firstLarge;
  private final int parts;
  private final int chunkCount;

  Relocation(BlockMap blocks, Marks marks) {
    this.blocks = blocks;
    this.marks = marks;
    this.before = new long[blocks.chunkCount()];
    long largePages = countMarked();
    int largeChunks = (int) ((largePages + PAGES - 1) / PAGES);
    int objectChunks = largeChunks;
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
    this.firstLarge = next;
    this.chunkCount = next + largeChunks;
  }

  /** Returns the pages that marked large objects have. */
  private long countMarked() {
    long largePages = 0;
    for (int chunk = 0; chunk < before.length; chunk++) {
      long entry = blocks.entry(chunk);
      if (ChunkEntryFormat.kind(entry) == ChunkEntryFormat.SMALL) {
        int sizeClass = ChunkEntryFormat.sizeClass(entry);
        before[chunk] = marked[sizeClass];
        marked[sizeClass] += marks.count(chunk);
      } else {
        before[chunk] = largePages;
        largePages += markedPages(chunk, PAGES);
      }
    }
    return largePages;
  }

  /** The pages of marked large objects that begin in a chunk before one of its pages. */
  private long markedPages(int chunk, int end) {
    long pages = 0;
    int beginnings = ChunkEntryFormat.beginnings(blocks.entry(chunk));
    for (int bits = beginnings & ChunkEntryFormat.pages(0, end); bits != 0; bits &= bits - 1) {
      long object = pageOffset(chunk, Integer.numberOfTrailingZeros(bits));
      pages += marks.get(object) ? blocks.pagesOf(object) : 0;
    }
    return pages;
  }

  private long pageOffset(int chunk, int page) {
    return blocks.chunkOffset(chunk) + (long) page * Geometry.PAGE_SIZE;
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
    if (ChunkEntryFormat.kind(entry) == ChunkEntryFormat.LARGE) {
      int page = (int) (object - blocks.chunkOffset(chunk)) / Geometry.PAGE_SIZE;
      long pages = before[chunk] + markedPages(chunk, page);
      return blocks.chunkOffset(firstLarge) + pages * Geometry.PAGE_SIZE;
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
    forEachLargeEntry(visitor);
  }

  private void forEachLargeEntry(EntryVisitor visitor) {
    BitSet used = new BitSet();
    BitSet beginnings = new BitSet();
    for (int chunk = 0; chunk < before.length; chunk++) {
      for (int bits = ChunkEntryFormat.beginnings(blocks.entry(chunk));
          bits != 0;
          bits &= bits - 1) {
        long object = pageOffset(chunk, Integer.numberOfTrailingZeros(bits));
        if (marks.get(object)) {
          beginnings.set(used.length());
          used.set(used.length(), used.length() + blocks.pagesOf(object));
        }
      }
    }
    for (int page = 0; page < used.length(); page += PAGES) {
      visitor.visit(
          firstLarge + page / PAGES,
          ChunkEntryFormat.large(bits(used, page), bits(beginnings, page)));
    }
  }

  private static int bits(BitSet all, int from) {
    int bits = 0;
    for (int i = 0; i < PAGES; i++) {
      bits |= all.get(from + i) ? 1 << i : 0;
    }
    return bits;
  }
}
