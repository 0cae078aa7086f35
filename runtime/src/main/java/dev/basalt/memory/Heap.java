package dev.basalt.memory;

import dev.basalt.error.CorruptPoolException;
import dev.basalt.format.Geometry;
import dev.basalt.format.ObjectFormat;
import dev.basalt.medium.Mapping;
import dev.basalt.medium.Medium;
import java.lang.foreign.MemorySegment;

/**
 * The memory image of a pool: a private mapping, so nothing that is put here reaches the medium by
 * itself. Readers may be anywhere at any time; writers ({@link #put}, {@link #stamp}, {@link
 * #markApplying}) hold the pool's commit lock.
 *
 * <p>Invariant: a page whose bytes differ from the medium's, other than in free space, is marked
 * dirty.
 */
public final class Heap {
  private final Medium medium;
  private final Mapping mapping;
  private final long heapOffset;
  private final DirtyPages dirty = new DirtyPages();

  /**
   * Maps a pool.
   *
   * @param medium the pool's medium
   * @param heapOffset where the heap starts
   * @param reservedBytes the address space to reserve, at least the medium's size
   */
  public Heap(Medium medium, long heapOffset, long reservedBytes) {
    this.medium = medium;
    this.heapOffset = heapOffset;
    this.mapping = medium.mapPrivate(reservedBytes);
  }

  /**
   * The memory of the heap, for reads that must cost little.
   *
   * @return the mapping
   */
  public Mapping memory() {
    return mapping;
  }

  /**
   * The medium under the heap.
   *
   * @return the medium
   */
  public Medium medium() {
    return medium;
  }

  /**
   * Where the heap starts in the pool.
   *
   * @return the offset of chunk 0
   */
  public long heapOffset() {
    return heapOffset;
  }

  /**
   * The pool's present size.
   *
   * @return bytes that may be touched
   */
  public long size() {
    return mapping.limit();
  }

  /**
   * The size that the pool can grow to while it is open.
   *
   * @return bytes of reserved address space
   */
  public long sizeMax() {
    return mapping.reserved();
  }

  /**
   * The pages that are not yet at home.
   *
   * @return the marks
   */
  public DirtyPages dirty() {
    return dirty;
  }

  /**
   * Extends the medium and the accessible part of the mapping.
   *
   * @param newSize the size to reach
   * @throws dev.basalt.error.PoolFullException if there is not enough space
   */
  public void grow(long newSize) {
    medium.grow(newSize);
    mapping.extendTo(newSize);
  }

  /**
   * Reads an int.
   *
   * @param offset where
   * @return the value
   */
  public int getInt(long offset) {
    return mapping.getInt(offset);
  }

  /**
   * Reads a long.
   *
   * @param offset where
   * @return the value
   */
  public long getLong(long offset) {
    return mapping.getLong(offset);
  }

  /**
   * Reads an object's version word; later loads stay behind it.
   *
   * @param object the object
   * @return the word
   */
  public long versionAcquire(long object) {
    return mapping.getLongAcquire(object + ObjectFormat.VERSION);
  }

  /**
   * Throws if the heap is closed.
   *
   * @throws dev.basalt.error.PoolClosedException if it is
   */
  public void checkOpen() {
    mapping.check(heapOffset, 1);
  }

  /**
   * Copies bytes out.
   *
   * @param offset where they are
   * @param target takes them, and says how many
   */
  public void copyOut(long offset, MemorySegment target) {
    mapping.copyOut(offset, target);
  }

  /**
   * The bytes at an offset, in place. Must not be kept.
   *
   * @param offset where they are
   * @param length how many
   * @return the bytes
   */
  public MemorySegment slice(long offset, long length) {
    return mapping.slice(offset, length);
  }

  /**
   * Puts bytes in place.
   *
   * @param offset where
   * @param bytes the bytes
   */
  public void put(long offset, MemorySegment bytes) {
    if (offset < heapOffset) {
      throw new CorruptPoolException(
          "%s: a change at %d lies before the heap, which starts at %d"
              .formatted(medium.name(), offset, heapOffset));
    }
    mapping.copyIn(offset, bytes);
    dirty.mark(offset, bytes.byteSize());
  }

  /**
   * Publishes an object: stores its version word behind everything that was put before.
   *
   * @param object the object
   * @param version the commit's number
   */
  public void stamp(long object, long version) {
    mapping.putLongRelease(object + ObjectFormat.VERSION, version);
    dirty.mark(object, Long.BYTES);
  }

  /**
   * Sets the applying bit of an object that is about to be overwritten. The caller fences
   * afterwards.
   *
   * @param object the object
   */
  public void markApplying(long object) {
    long at = object + ObjectFormat.VERSION;
    mapping.putLong(at, mapping.getLong(at) | ObjectFormat.APPLYING);
    dirty.mark(object, Long.BYTES);
  }

  /**
   * Gives a free block an empty header, so that nobody takes what it held before for an object. Not
   * logged: free space has no content.
   *
   * @param block the block
   */
  void clearHeader(long block) {
    dirty.mark(
        block, ObjectFormat.SIZE); // before, so that the page's copy is not dropped meanwhile
    mapping.putLong(block + ObjectFormat.VERSION, 0);
    mapping.putLong(block + ObjectFormat.CLASS_ID, 0);
    dirty.mark(block, ObjectFormat.SIZE);
  }

  /**
   * Drops private copies of pages that are at home; they are read from the medium's cache when
   * needed. Called under the commit lock.
   *
   * @param fromPage the first page to look at
   * @param limit how many pages to look at
   * @return the page to go on from, or -1 if there are no more
   */
  public int dropCopies(int fromPage, int limit) {
    return dirty.dropCopies(
        fromPage,
        limit,
        (first, count) -> mapping.dropPrivate(pageOffset(first), pageOffset(count)));
  }

  /** Drops the private copies of all pages that are at home, while nobody writes. */
  public void dropAllCopies() {
    int page = 0;
    while (page >= 0) {
      page = dropCopies(page, Integer.MAX_VALUE);
    }
  }

  /**
   * The offset of a page.
   *
   * @param page its number
   * @return bytes from the pool's start
   */
  public static long pageOffset(int page) {
    return (long) page * Geometry.PAGE_SIZE;
  }

  /** Ends access to the memory. */
  public void close() {
    mapping.close();
  }
}
