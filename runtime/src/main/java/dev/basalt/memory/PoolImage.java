package dev.basalt.memory;

import static dev.basalt.format.Structure.U32;
import static dev.basalt.format.Structure.U64;

import dev.basalt.error.MediaErrorException;
import dev.basalt.format.ChunkEntryFormat;
import dev.basalt.format.Geometry;
import dev.basalt.format.PageSumFormat;
import dev.basalt.format.TablePartFormat;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * What the bytes of a pool mean that is at rest: its log is empty, so what is at home is its state.
 * Read without mapping it. Immutable.
 */
public final class PoolImage {
  private static final int ENTRIES_PER_PAGE = Geometry.PAGE_SIZE / ChunkEntryFormat.SIZE;

  /** Where the bytes are. */
  public interface Source {
    /**
     * Reads until the target is full.
     *
     * @param offset where to start
     * @param target native memory that takes the bytes
     */
    void read(long offset, MemorySegment target);
  }

  private final String name;
  private final int chunks;
  private final TableParts parts;
  private final BitSet used = new BitSet();

  private PoolImage(String name, long heapOffset, long size) {
    this.name = name;
    this.chunks = (int) ((size - heapOffset) / Geometry.CHUNK_SIZE);
    this.parts = new TableParts(heapOffset);
  }

  /**
   * Reads the chunk table.
   *
   * @param name what to call the pool in messages
   * @param source its bytes
   * @param heapOffset where its heap starts
   * @param size its size
   * @return the image
   * @throws dev.basalt.error.CorruptPoolException if the chunk table cannot be found
   */
  public static PoolImage read(String name, Source source, long heapOffset, long size) {
    PoolImage image = new PoolImage(name, heapOffset, size);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment page = arena.allocate(Geometry.PAGE_SIZE, Long.BYTES);
      image.parts.read(
          name,
          size,
          at -> {
            source.read(at, page.asSlice(0, Long.BYTES));
            return page.get(U64, 0);
          });
      MemorySegment sum = arena.allocate(U32);
      for (int chunk = 0; chunk < image.chunksDescribed(); chunk += ENTRIES_PER_PAGE) {
        image.readEntries(source, chunk, page, sum);
      }
    }
    return image;
  }

  private int chunksDescribed() {
    return (int) Math.min(chunks, parts.chunksDescribed());
  }

  /** If a page of entries is damaged, what it describes is taken to be in use: nothing is lost. */
  private void readEntries(Source source, int first, MemorySegment page, MemorySegment sum) {
    long offset = parts.entryOffset(first);
    boolean damaged;
    try {
      source.read(offset, page);
      source.read(parts.sumOffset(offset), sum);
      damaged = findDamage(offset, page, sum.get(U32, 0)) != null;
    } catch (MediaErrorException e) {
      damaged = true;
    }
    int count = Math.min(ENTRIES_PER_PAGE, chunksDescribed() - first);
    for (int i = 0; i < count; i++) {
      long entry = page.get(U64, (long) i * ChunkEntryFormat.SIZE);
      used.set(first + i, damaged || ChunkEntryFormat.kind(entry) != ChunkEntryFormat.FREE);
    }
  }

  /**
   * The chunks of the pool.
   *
   * @return how many there are
   */
  public int chunks() {
    return chunks;
  }

  /**
   * The chunks that hold something.
   *
   * @return how many of them are in use
   */
  public int usedChunks() {
    return used.cardinality();
  }

  /**
   * Finds the next chunk that holds something.
   *
   * @param from the first one to look at
   * @return its number, or -1 if there is none
   */
  public int nextUsed(int from) {
    return used.nextSetBit(from);
  }

  /**
   * Whether a chunk holds something.
   *
   * @param chunk its number, also one that does not exist
   * @return whether it is in use
   */
  public boolean isUsed(int chunk) {
    return chunk >= 0 && used.get(chunk);
  }

  /**
   * Where a chunk lies.
   *
   * @param chunk its number
   * @return bytes from the pool's start
   */
  public long chunkOffset(int chunk) {
    return parts.chunkOffset(chunk);
  }

  /**
   * The chunk at an offset.
   *
   * @param offset bytes from the pool's start, not before the heap
   * @return the chunk's number
   */
  public int chunkOf(long offset) {
    return parts.chunkOf(offset);
  }

  /**
   * Where the sums of a chunk's pages lie, one behind another.
   *
   * @param chunk a chunk in use
   * @return bytes from the pool's start
   */
  public long sumsOffset(int chunk) {
    return parts.sumsOffset(chunk);
  }

  /**
   * Where the sum of a page lies.
   *
   * @param pageOffset where the page lies, in a chunk in use
   * @return bytes from the pool's start
   */
  public long sumOffset(long pageOffset) {
    return parts.sumOffset(pageOffset);
  }

  /**
   * Bytes of the sums of a chunk's pages.
   *
   * @return the size
   */
  public static long sumsSize() {
    return (long) TablePartFormat.PAGES_PER_CHUNK * PageSumFormat.SIZE;
  }

  /**
   * Compares a page with its sum.
   *
   * @param pageOffset where it lies, in a chunk in use
   * @param page its bytes
   * @param stored its sum
   * @return what is wrong, or {@code null}; nothing is known of a page without a sum
   */
  public @Nullable String findDamage(long pageOffset, MemorySegment page, int stored) {
    if (parts.isInSums(pageOffset)) {
      return null;
    }
    if (stored == PageSumFormat.NONE) {
      return parts.isInHeaderOrEntries(pageOffset) && !isZero(page)
          ? "%s: the page at %d is damaged: it should be empty".formatted(name, pageOffset)
          : null;
    }
    int sum = PageSumFormat.of(page.asByteBuffer());
    return sum == stored
        ? null
        : "%s: the page at %d is damaged: the checksum of its %d bytes is %08x, not %08x"
            .formatted(name, pageOffset, Geometry.PAGE_SIZE, sum, stored);
  }

  /**
   * Compares a page of a chunk with its sum.
   *
   * @param pageOffset where it lies
   * @param page its bytes
   * @param sums the sums of its chunk
   * @param index which of the chunk's pages it is
   * @return what is wrong, or {@code null}
   */
  public @Nullable String findDamage(
      long pageOffset, MemorySegment page, MemorySegment sums, int index) {
    return findDamage(pageOffset, page, sums.get(U32, (long) index * PageSumFormat.SIZE));
  }

  private static boolean isZero(MemorySegment page) {
    for (long at = 0; at < page.byteSize(); at += Long.BYTES) {
      if (page.get(U64, at) != 0) {
        return false;
      }
    }
    return true;
  }
}
