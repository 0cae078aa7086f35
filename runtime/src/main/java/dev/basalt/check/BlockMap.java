package dev.basalt.check;

import dev.basalt.format.ChunkEntryFormat;
import dev.basalt.format.Geometry;
import dev.basalt.format.PoolHeaderFormat;
import dev.basalt.format.SizeClasses;
import dev.basalt.format.TablePartFormat;
import dev.basalt.memory.Heap;
import java.util.Arrays;

/**
 * Every allocated block of a pool, numbered in ascending order, as chunk table and bitmaps have it.
 * What makes no sense there is a fault and counts as free, so that whoever goes on from here meets
 * only blocks that lie in the pool.
 */
public final class BlockMap {
  private static final int LAST_PAGE = 1 << (TablePartFormat.PAGES_PER_CHUNK - 1);

  private final Heap heap;
  private final Faults faults;
  private final long[] parts;

  /** The sound entry of every chunk; else 0. */
  private final long[] entries;

  /** The number of the first block of every chunk, and of the one behind the last. */
  private final long[] firstBlock;

  private int metaChunks;

  /** Takes a block. */
  public interface Visitor {
    /**
     * Takes a block.
     *
     * @param offset where it starts
     * @param number its number
     */
    void visit(long offset, long number);
  }

  /**
   * Reads chunk table and bitmaps.
   *
   * @param heap the heap
   * @param faults takes what is wrong
   */
  public BlockMap(Heap heap, Faults faults) {
    this.heap = heap;
    this.faults = faults;
    this.parts = readParts();
    long inPool = (heap.size() - heap.heapOffset()) / Geometry.CHUNK_SIZE;
    long described = (long) parts.length * TablePartFormat.CHUNKS_DESCRIBED;
    this.entries = new long[(int) Math.min(inPool, described)];
    this.firstBlock = new long[entries.length + 1];
    readEntries();
    checkBehindTheEnd(described);
  }

  /** A word of the pool's own structures. A page that cannot be read has zeroes in its place. */
  private long word(long at) {
    boolean _ = heap.isSound(at, Long.BYTES);
    return heap.getLong(at);
  }

  private long[] readParts() {
    long directory = heap.heapOffset() + PoolHeaderFormat.TABLE_DIRECTORY;
    long[] found = new long[PoolHeaderFormat.TABLE_PARTS_MAX];
    int count = 0;
    while (count < found.length) {
      long part = word(directory + (long) count * Long.BYTES);
      long inHeap = part - heap.heapOffset();
      if (part == 0) {
        break;
      }
      if (inHeap <= 0
          || inHeap % Geometry.CHUNK_SIZE != 0
          || part > heap.size() - TablePartFormat.SIZE) {
        faults.add(
            FaultKind.CHUNK_TABLE,
            directory + (long) count * Long.BYTES,
            "part %d of the chunk table cannot lie at %d".formatted(count, part));
        break;
      }
      found[count++] = part;
    }
    return Arrays.copyOf(found, count);
  }

  private long entryOffset(int chunk) {
    return parts[chunk / TablePartFormat.CHUNKS_DESCRIBED]
        + TablePartFormat.entry(chunk % TablePartFormat.CHUNKS_DESCRIBED);
  }

  private void readEntries() {
    boolean mayGoOn = false;
    for (int chunk = 0; chunk < entries.length; chunk++) {
      long entry = word(entryOffset(chunk));
      entries[chunk] = readEntry(chunk, entry);
      checkContinued(chunk, mayGoOn);
      mayGoOn = (ChunkEntryFormat.usedPages(entries[chunk]) & LAST_PAGE) != 0;
      firstBlock[chunk + 1] = firstBlock[chunk] + blocksIn(chunk);
    }
    int expected = 1 + parts.length * TablePartFormat.CHUNKS;
    if (metaChunks != expected) {
      faults.add(
          FaultKind.CHUNK_TABLE,
          heap.heapOffset(),
          "%d chunks are marked as the pool's own, not %d".formatted(metaChunks, expected));
    }
  }

  /** Every page in use begins a large object or continues one that lies before it. */
  private void checkContinued(int chunk, boolean mayGoOn) {
    int used = ChunkEntryFormat.usedPages(entries[chunk]);
    int beginnings = ChunkEntryFormat.beginnings(entries[chunk]);
    int before = used << 1 | (mayGoOn ? 1 : 0);
    int lost = used & ~beginnings & ~before;
    if (lost != 0) {
      faults.add(
          FaultKind.CHUNK_TABLE,
          entryOffset(chunk),
          "page %d of chunk %d is in use, but continues no object"
              .formatted(Integer.numberOfTrailingZeros(lost), chunk));
    }
  }

  /** The entry if it is sound, else 0. */
  private long readEntry(int chunk, long entry) {
    boolean isSound =
        switch (ChunkEntryFormat.kind(entry)) {
          case ChunkEntryFormat.FREE -> entry == ChunkEntryFormat.FREE;
          case ChunkEntryFormat.SMALL -> ChunkEntryFormat.sizeClass(entry) < SizeClasses.count();
          case ChunkEntryFormat.LARGE -> ChunkEntryFormat.isSoundLarge(entry);
          case ChunkEntryFormat.META -> chunk == 0 || isPart(chunk);
          default -> false;
        };
    if (!isSound) {
      return unsound(chunk, entry);
    }
    int kind = ChunkEntryFormat.kind(entry);
    if (kind == ChunkEntryFormat.SMALL) {
      checkBitmap(chunk, entry);
    } else if (kind == ChunkEntryFormat.META) {
      metaChunks++;
    }
    return entry;
  }

  private long unsound(int chunk, long entry) {
    faults.add(
        FaultKind.CHUNK_TABLE,
        entryOffset(chunk),
        "the entry of chunk %d makes no sense: %x".formatted(chunk, entry));
    return ChunkEntryFormat.FREE;
  }

  private boolean isPart(int chunk) {
    long offset = chunkOffset(chunk);
    return Arrays.stream(parts)
        .anyMatch(part -> offset >= part && offset < part + TablePartFormat.SIZE);
  }

  private void checkBitmap(int chunk, long entry) {
    int sizeClass = ChunkEntryFormat.sizeClass(entry);
    int blocks = SizeClasses.blocksPerChunk(sizeClass);
    int used = 0;
    for (int word = 0; word < SizeClasses.bitmapWordsPerChunk(sizeClass); word++) {
      long at = chunkOffset(chunk) + (long) word * Long.BYTES;
      long bits = word(at);
      long sound = soundBits(bits, word, blocks);
      if (bits != sound) {
        faults.add(
            FaultKind.BITMAP,
            at,
            "chunk %d has only %d blocks, but further bits".formatted(chunk, blocks));
      }
      used += Long.bitCount(sound);
    }
    if (used != ChunkEntryFormat.used(entry)) {
      faults.add(
          FaultKind.BITMAP,
          chunkOffset(chunk),
          "the bitmap of chunk %d says %d blocks are in use, the chunk table %d"
              .formatted(chunk, used, ChunkEntryFormat.used(entry)));
    }
  }

  /** The bits of a bitmap's word to which there are blocks. */
  private static long soundBits(long bits, int word, int blocks) {
    int inWord = blocks - word * Long.SIZE;
    return inWord >= Long.SIZE ? bits : bits & ((1L << inWord) - 1);
  }

  private void checkBehindTheEnd(long described) {
    for (long chunk = entries.length; chunk < described; chunk++) {
      long entry = word(entryOffset((int) chunk));
      if (entry != 0) {
        faults.add(
            FaultKind.CHUNK_TABLE,
            entryOffset((int) chunk),
            "chunk %d lies behind the end of the pool but has the entry %x"
                .formatted(chunk, entry));
      }
    }
  }

  /**
   * The chunks that lie in the pool and have an entry.
   *
   * @return how many
   */
  public int chunkCount() {
    return entries.length;
  }

  /**
   * The sound entry of a chunk.
   *
   * @param chunk the chunk
   * @return its entry
   */
  public long entry(int chunk) {
    return entries[chunk];
  }

  /**
   * Whether nothing uses a page.
   *
   * @param offset where it starts, in a chunk that has an entry
   * @return whether its chunk is free, or it is free among the pages of large objects
   */
  public boolean isFreePage(long offset) {
    int chunk = chunkOf(offset);
    long entry = entries[chunk];
    int page = (int) (offset - chunkOffset(chunk)) / Geometry.PAGE_SIZE;
    return switch (ChunkEntryFormat.kind(entry)) {
      case ChunkEntryFormat.FREE -> true;
      case ChunkEntryFormat.LARGE -> (ChunkEntryFormat.usedPages(entry) & 1 << page) == 0;
      default -> false;
    };
  }

  /**
   * Where a chunk starts.
   *
   * @param chunk the chunk
   * @return its offset
   */
  public long chunkOffset(int chunk) {
    return heap.heapOffset() + (long) chunk * Geometry.CHUNK_SIZE;
  }

  /**
   * The chunk of an offset in the heap.
   *
   * @param offset the offset
   * @return the chunk
   */
  public int chunkOf(long offset) {
    return (int) ((offset - heap.heapOffset()) / Geometry.CHUNK_SIZE);
  }

  /**
   * The allocated blocks.
   *
   * @return how many
   */
  public long blockCount() {
    return firstBlock[entries.length];
  }

  /**
   * The number of the block that starts at an offset.
   *
   * @param offset any number
   * @return the block's number, or -1 if no allocated block starts there
   */
  public long numberOf(long offset) {
    long inHeap = offset - heap.heapOffset();
    if (offset < heap.heapOffset() || inHeap / Geometry.CHUNK_SIZE >= entries.length) {
      return -1;
    }
    int chunk = chunkOf(offset);
    int inChunk = (int) (inHeap % Geometry.CHUNK_SIZE);
    return switch (ChunkEntryFormat.kind(entries[chunk])) {
      case ChunkEntryFormat.SMALL -> {
        int sizeClass = ChunkEntryFormat.sizeClass(entries[chunk]);
        int block = SizeClasses.blockAt(sizeClass, inChunk);
        yield block < 0 || (bitmapWord(chunk, block / Long.SIZE) & (1L << block)) == 0
            ? -1
            : firstBlock[chunk] + usedBefore(chunk, block);
      }
      case ChunkEntryFormat.LARGE -> {
        int beginning = 1 << (inChunk / Geometry.PAGE_SIZE);
        int beginnings = ChunkEntryFormat.beginnings(entries[chunk]);
        yield inChunk % Geometry.PAGE_SIZE != 0 || (beginnings & beginning) == 0
            ? -1
            : firstBlock[chunk] + Integer.bitCount(beginnings & (beginning - 1));
      }
      default -> -1;
    };
  }

  /**
   * The room of the block that starts at an offset.
   *
   * @param offset where an allocated block starts
   * @return its bytes
   */
  public long sizeOf(long offset) {
    long entry = entries[chunkOf(offset)];
    return ChunkEntryFormat.kind(entry) == ChunkEntryFormat.LARGE
        ? (long) pagesOf(offset) * Geometry.PAGE_SIZE
        : SizeClasses.blockSize(ChunkEntryFormat.sizeClass(entry));
  }

  /**
   * The pages of a large object.
   *
   * @param offset where it starts
   * @return how many it has
   */
  public int pagesOf(long offset) {
    int chunk = chunkOf(offset);
    int first = (int) (offset - chunkOffset(chunk)) / Geometry.PAGE_SIZE;
    int next = first + 1;
    int pages = 1;
    while (true) {
      int continued = ChunkEntryFormat.continued(entries[chunk], next);
      pages += continued;
      if (next + continued < TablePartFormat.PAGES_PER_CHUNK || ++chunk == entries.length) {
        return pages;
      }
      next = 0;
    }
  }

  private long bitmapWord(int chunk, int word) {
    int blocks = SizeClasses.blocksPerChunk(ChunkEntryFormat.sizeClass(entries[chunk]));
    return soundBits(word(chunkOffset(chunk) + (long) word * Long.BYTES), word, blocks);
  }

  private int usedBefore(int chunk, int block) {
    int used = 0;
    for (int word = 0; word < block / Long.SIZE; word++) {
      used += Long.bitCount(bitmapWord(chunk, word));
    }
    long below = (1L << block) - 1; // a shift counts modulo 64
    return used + Long.bitCount(bitmapWord(chunk, block / Long.SIZE) & below);
  }

  private int blocksIn(int chunk) {
    return switch (ChunkEntryFormat.kind(entries[chunk])) {
      case ChunkEntryFormat.SMALL ->
          usedBefore(chunk, SizeClasses.blocksPerChunk(ChunkEntryFormat.sizeClass(entries[chunk])));
      case ChunkEntryFormat.LARGE -> Integer.bitCount(ChunkEntryFormat.beginnings(entries[chunk]));
      default -> 0;
    };
  }

  /**
   * Visits every block, in the order of their numbers.
   *
   * @param visitor takes them
   */
  public void forEach(Visitor visitor) {
    forEach(0, blockCount(), visitor);
  }

  /**
   * Visits some blocks, in the order of their numbers.
   *
   * @param from the first number
   * @param to the number behind the last
   * @param visitor takes them
   */
  public void forEach(long from, long to, Visitor visitor) {
    int found = Arrays.binarySearch(firstBlock, from);
    int chunk = found >= 0 ? found : -found - 2;
    while (chunk < entries.length && firstBlock[chunk] < to) {
      forEachIn(chunk, from, to, visitor);
      chunk++;
    }
  }

  /** Visits the blocks that start in a chunk. */
  void forEachIn(int chunk, Visitor visitor) {
    forEachIn(chunk, 0, Long.MAX_VALUE, visitor);
  }

  private void forEachIn(int chunk, long from, long to, Visitor visitor) {
    long number = firstBlock[chunk];
    for (int bits = ChunkEntryFormat.beginnings(entries[chunk]); bits != 0; bits &= bits - 1) {
      if (number >= from && number < to) {
        int page = Integer.numberOfTrailingZeros(bits);
        visitor.visit(chunkOffset(chunk) + (long) page * Geometry.PAGE_SIZE, number);
      }
      number++;
    }
    if (ChunkEntryFormat.kind(entries[chunk]) != ChunkEntryFormat.SMALL) {
      return;
    }
    int sizeClass = ChunkEntryFormat.sizeClass(entries[chunk]);
    for (int word = 0; word < SizeClasses.bitmapWordsPerChunk(sizeClass); word++) {
      for (long bits = bitmapWord(chunk, word); bits != 0; bits &= bits - 1) {
        if (number >= to) {
          return;
        }
        if (number >= from) {
          int block = word * Long.SIZE + Long.numberOfTrailingZeros(bits);
          visitor.visit(chunkOffset(chunk) + SizeClasses.offsetOf(sizeClass, block), number);
        }
        number++;
      }
    }
  }
}
