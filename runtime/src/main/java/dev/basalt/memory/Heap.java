package dev.basalt.memory;

import dev.basalt.error.CorruptPoolException;
import dev.basalt.error.MediaErrorException;
import dev.basalt.format.Geometry;
import dev.basalt.format.ObjectFormat;
import dev.basalt.medium.Mapping;
import dev.basalt.medium.Medium;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The memory image of a pool: a private mapping, so nothing that is put here reaches the medium by
 * itself. On persistent memory, once the pool is recovered, it is the medium itself: what is put
 * here is at home, and durable at the medium's next sync. Readers may be anywhere at any time;
 * writers ({@link #put}, {@link #stamp}, {@link #markApplying}, {@link #clearVersion}) hold the
 * pool's commit lock, or have marked what they write while they held it.
 *
 * <p>Invariants:
 *
 * <ol>
 *   <li>A page whose bytes differ from what is durable on the medium, other than in free space, is
 *       marked dirty, or holds sums that the checkpoint in progress is about to write.
 *   <li>What is stored here is in the log: each page stored into is touched by an entry of a record
 *       that has been appended.
 *   <li>Who follows a based pointer, or reads any of the pool's own structures, {@linkplain #verify
 *       verifies} first what it is about to read. Fields of an object are read without, because the
 *       object was verified when its handle was made.
 * </ol>
 */
public final class Heap {
  private final Medium medium;
  private final boolean shared;
  private final Mapping mapping;
  private final long heapOffset;
  private final TableParts parts;
  private final BadPages bad;
  private final PageSums sums;
  private final HomeSums homeSums;
  private final DirtyPages dirty = new DirtyPages();

  /** At most the mapping's limit. Written at opening and under the growth lock. */
  private volatile long size;

  /**
   * Maps a pool privately.
   *
   * @param medium the pool's medium
   * @param heapOffset where the heap starts
   * @param reservedBytes the address space to reserve, at least the medium's size
   */
  public Heap(Medium medium, long heapOffset, long reservedBytes) {
    this(medium, heapOffset, reservedBytes, BadPages.notKept(medium));
  }

  /**
   * Maps a pool privately.
   *
   * @param medium the pool's medium
   * @param heapOffset where the heap starts
   * @param reservedBytes the address space to reserve, at least the medium's size
   * @param bad what the pool remembers of what cannot be read
   */
  public Heap(Medium medium, long heapOffset, long reservedBytes, BadPages bad) {
    this(medium, heapOffset, reservedBytes, bad, false);
  }

  private Heap(Medium medium, long heapOffset, long reservedBytes, BadPages bad, boolean shared) {
    this.medium = medium;
    this.heapOffset = heapOffset;
    this.shared = shared;
    this.mapping = shared ? medium.mapShared(0, reservedBytes) : medium.mapPrivate(reservedBytes);
    this.size = mapping.limit();
    this.parts = new TableParts(heapOffset);
    this.bad = bad;
    this.sums = new PageSums(medium, mapping, parts, bad);
    this.homeSums = new HomeSums(this, sums);
  }

  /**
   * Maps a pool on persistent memory anew, so that what is put there is at home. Everything is at
   * home already, and the log is empty.
   *
   * @return the new heap; this one is closed
   */
  public Heap inPlace() {
    close();
    Heap heap = new Heap(medium, heapOffset, sizeMax(), bad, true);
    try {
      heap.endReplay();
      return heap;
    } catch (RuntimeException | Error e) {
      heap.close();
      throw e;
    }
  }

  /**
   * Whether this is the medium itself.
   *
   * @return {@code false} if the mapping is private
   */
  public boolean isShared() {
    return shared;
  }

  /**
   * Everything that the log has is in memory: from now on pages are compared with their sums when
   * they are first needed.
   *
   * @throws CorruptPoolException if the chunk table cannot be found
   */
  public void endReplay() {
    sums.endReplay();
    parts.read(this);
    sums.recallUnreadable();
  }

  /**
   * Makes replay read each page before it stores into it: one of them cannot be read. What the log
   * has for such a page goes into memory in its place.
   */
  public void replayCarefully() {
    sums.setCareful();
  }

  /**
   * Takes those pages out of the replayed ones that cannot be read, because what the log does not
   * have of them is lost: they are not written home. They have no sum that any state of them has
   * had.
   *
   * @param pages page numbers in ascending order
   * @return the pages to write home in ascending order
   * @throws MediaErrorException if the pool cannot be opened without one of them
   */
  public int[] withoutLost(int[] pages) {
    return homeSums.withoutLost(pages);
  }

  /**
   * What the medium could not supply.
   *
   * @return the list
   */
  public BadPages bad() {
    return bad;
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
   * @return bytes that belong to the pool
   */
  public long size() {
    return size;
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
    long limit = mapping.limit();
    if (size < limit) {
      mapping.reload(size, Math.min(newSize, limit) - size);
    }
    if (newSize > limit) {
      mapping.extendTo(newSize);
    }
    size = newSize;
  }

  /**
   * Cuts free space off the end of the medium. Whoever still reads there meets zeroes, as he may in
   * any free space: the mapping keeps its limit, and has memory where the medium was.
   *
   * @param newSize the size to shrink to
   * @return whether that was done
   */
  public boolean shrink(long newSize) {
    long length = size - newSize;
    if (!mapping.isolate(newSize, length)) {
      return false;
    }
    if (!medium.shrink(newSize)) {
      mapping.reload(newSize, length);
      return false;
    }
    sums.forgetUnreadable(newSize);
    size = newSize;
    return true;
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

  // ---- page sums

  /**
   * Makes sure that what is about to be read is as it was written. Costs little once the pages have
   * been looked at.
   *
   * @param offset where it lies
   * @param length how many bytes, or 0
   * @throws CorruptPoolException if one of its pages is damaged, or it does not lie in the heap
   * @throws MediaErrorException if one of its pages cannot be read
   */
  public void verify(long offset, long length) {
    sums.verify(offset, length);
  }

  /**
   * Whether {@link #verify} has been asked about a place before, and has found nothing wrong.
   *
   * @param offset any number
   * @return {@code false} if the place's page is damaged, or nobody knows yet
   */
  public boolean isKnownSound(long offset) {
    return sums.isKnownSound(offset);
  }

  /**
   * Whether nothing in a range of the heap is damaged. What cannot be read has zeroes in its place
   * from then on, if nobody has read it before.
   *
   * @param offset where it starts
   * @param length its length in bytes, positive
   * @return {@code false} if one of its pages differs from its sum
   */
  public boolean isSound(long offset, long length) {
    return sums.isSound(offset, length);
  }

  /** Chunks that were free, and whose content has no meaning, are taken into use. */
  void declareSound(long offset, long length) {
    sums.declareSound(offset, length);
  }

  /**
   * Compares a page with its sum, whether that was done before or not, for checks. Nothing is
   * committed, and no checkpoint runs, meanwhile.
   *
   * @param pageOffset where the page starts
   * @return what is wrong, or {@code null}; nothing is known of a page that is not at home
   */
  public @Nullable String findDamage(long pageOffset) {
    long page = pageOffset / Geometry.PAGE_SIZE;
    boolean isSound = !sums.isUnreadable(page) && sums.matches(page);
    return isSound || dirty.isMarked((int) page) ? null : sums.describe(page);
  }

  /**
   * Whether the medium has been seen to fail to supply a page.
   *
   * @param pageOffset where the page starts
   * @return {@code false} if it can be read, or nobody has tried
   */
  public boolean isUnreadable(long pageOffset) {
    return sums.isUnreadable(pageOffset / Geometry.PAGE_SIZE);
  }

  /**
   * Looks for a page that cannot be read, after an access to mapped memory has met a fault.
   *
   * @param offset where the access was
   * @param length how many bytes of the heap it can have touched
   * @throws MediaErrorException that names the page, if there is one
   */
  public void findUnreadable(long offset, long length) {
    if (offset >= heapOffset && length >= 0 && offset <= size() - length) {
      sums.findUnreadable(offset, length);
    }
  }

  /**
   * Takes note of a page that somebody could not read from the medium. Whoever has verified it goes
   * on as before.
   *
   * @param pageOffset where the page starts
   */
  public void noteUnreadable(long pageOffset) {
    sums.noteUnreadable(pageOffset / Geometry.PAGE_SIZE);
  }

  /** Whether the medium has failed to supply something of a range of pages. */
  boolean hasUnreadable(long offset, long length) {
    return sums.hasUnreadable(offset, length);
  }

  /** Free pages, which have been made readable, have their place in the mapping again. */
  void reloadUnreadable(long offset, long length) {
    sums.reloadUnreadable(offset, length);
  }

  /**
   * Takes a page from its home again, where it has been made whole. Nothing is committed, and no
   * checkpoint runs, meanwhile.
   *
   * @param pageOffset where the page starts
   */
  public void reload(long pageOffset) {
    sums.reload(pageOffset / Geometry.PAGE_SIZE);
  }

  /**
   * Makes sure that free space can be read, because a store into a private mapping reads the page
   * first. What it holds has no meaning.
   */
  void makeReadable(long offset, long length) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment chunk = arena.allocate(Geometry.CHUNK_SIZE, Long.BYTES);
      for (long at = offset; at < offset + length; at += chunk.byteSize()) {
        MemorySegment part = chunk.asSlice(0, Math.min(chunk.byteSize(), offset + length - at));
        try {
          medium.read(at, part);
        } catch (MediaErrorException e) {
          medium.checkIntact();
          medium.write(at, part.fill((byte) 0)); // a device finds another place for it
        }
      }
    }
  }

  TableParts parts() {
    return parts;
  }

  /** The sums of what is written home. */
  HomeSums homeSums() {
    return homeSums;
  }

  // ---- bytes

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

  /** Home is about to change: a backup may need what is there. */
  void announce(long offset, long length) {
    if (shared) {
      medium.beforeStores(offset, length);
    }
  }

  /**
   * Puts bytes in place.
   *
   * @param offset where
   * @param source holds the bytes
   * @param at where they begin there
   * @param length how many there are
   */
  public void put(long offset, MemorySegment source, long at, long length) {
    if (offset < heapOffset) {
      throw new CorruptPoolException(
          "%s: a change at %d lies before the heap, which starts at %d"
              .formatted(medium.name(), offset, heapOffset));
    }
    sums.beforeStore(offset, length);
    announce(offset, length);
    mapping.copyIn(offset, source, at, length);
    dirty.mark(offset, length);
  }

  /**
   * Publishes an object: stores its version word behind everything that was put before.
   *
   * @param object the object
   * @param version the commit's number
   */
  public void stamp(long object, long version) {
    sums.beforeStore(object, Long.BYTES);
    announce(object + ObjectFormat.VERSION, Long.BYTES);
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
    sums.beforeStore(at, Long.BYTES);
    announce(at, Long.BYTES);
    mapping.putLong(at, mapping.getLong(at) | ObjectFormat.APPLYING);
    dirty.mark(object, Long.BYTES);
  }

  /**
   * Takes the version of whatever a block held before away: nothing is there until the stamp. The
   * record that makes an object of the block is in the log.
   *
   * @param block the block
   */
  public void clearVersion(long block) {
    sums.beforeStore(block, Long.BYTES);
    announce(block + ObjectFormat.VERSION, Long.BYTES);
    mapping.putLong(block + ObjectFormat.VERSION, 0);
    dirty.mark(block, Long.BYTES);
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
        (first, count) -> {
          if (!shared) {
            mapping.dropPrivate(pageOffset(first), pageOffset(count));
          }
        });
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
