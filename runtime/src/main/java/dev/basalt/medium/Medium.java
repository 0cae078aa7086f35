package dev.basalt.medium;

import java.lang.foreign.MemorySegment;

/**
 * Storage for one pool. All methods are safe for use by several threads; offsets and lengths are
 * bytes from the pool's start. A failure is a {@link dev.basalt.error.MediaErrorException} that
 * names the medium, the range and the operating system's reason.
 *
 * <p>What a medium promises, and no more: bytes given to {@link #write} are seen by later {@link
 * #read} calls and by private mappings whose page has not been written to; they survive the
 * process; they survive a power cut only after a later {@link #sync} has returned. Before that any
 * subset of their sectors may be on the disk, each of them old, new or torn.
 */
public interface Medium extends AutoCloseable {
  /**
   * What to call the medium in messages.
   *
   * @return usually a path
   */
  String name();

  /**
   * The present size in bytes.
   *
   * @return the size
   */
  long size();

  /**
   * Reads until {@code target} is full.
   *
   * @param offset where to start
   * @param target native memory that takes the bytes
   */
  void read(long offset, MemorySegment target);

  /**
   * Writes all of {@code source}; not durable before {@link #sync}.
   *
   * @param offset where to start
   * @param source native memory that holds the bytes
   */
  void write(long offset, MemorySegment source);

  /**
   * What the medium is and promises, found by asking and by trying.
   *
   * @return the attributes
   */
  MediumAttributes attributes();

  /** Makes every write (through a call or a shared mapping) that has returned so far durable. */
  void sync();

  /**
   * Checks that the medium is still what was opened: not cut off, and still there for the next
   * opening. Cheap beside a sync. Called before something is made durable, so that nothing is
   * reported as durable that nobody could find again. A medium that nobody else can change has
   * nothing to check.
   *
   * @throws dev.basalt.error.CorruptPoolException if it is shorter than it was
   * @throws dev.basalt.error.MediaErrorException if it was deleted or replaced
   */
  default void checkIntact() {}

  /**
   * Says how much of the medium the pool has. A file is as long as its pool; a device is not, and
   * has this size from now on, until it grows.
   *
   * @param lengthBytes the pool's size, at most {@link #size}
   */
  default void occupy(long lengthBytes) {}

  /**
   * Extends the medium with allocated, zeroed space, so that no later store into it can fail for
   * want of room.
   *
   * @param newSizeBytes the size to reach
   * @throws dev.basalt.error.PoolFullException if there is not enough space; the size is then
   *     unchanged
   */
  void grow(long newSizeBytes);

  /**
   * Cuts the medium off at its end. Until the next {@link #sync} it may have its old size again,
   * with what was there. Nobody may touch what is cut off, through a mapping either.
   *
   * @param newSizeBytes the size to shrink to, a multiple of the page size
   * @return whether that was done; a medium that cannot do it keeps its size
   */
  default boolean shrink(long newSizeBytes) {
    return false;
  }

  /**
   * Gives the space of a range back to the file system. The range stays part of the medium; from
   * now on its bytes may read as they were or as zero, sector by sector, and after a later {@link
   * #sync} they read as zero. Private copies of its pages stay.
   *
   * @param offset where the range starts, a multiple of the page size
   * @param lengthBytes its length, a multiple of the page size
   * @return whether that was done; a medium that cannot do it keeps the space
   */
  default boolean discard(long offset, long lengthBytes) {
    return false;
  }

  /**
   * Makes sure that a range which may have been discarded has space again, so that no later write
   * into it can fail for want of room; durable after the next {@link #sync}. What it holds that was
   * not discarded is unchanged.
   *
   * @param offset where the range starts, a multiple of the page size
   * @param lengthBytes its length, a multiple of the page size
   * @throws dev.basalt.error.PoolFullException if there is not enough space
   */
  default void allocate(long offset, long lengthBytes) {}

  /**
   * Maps the medium from its start, copy-on-write: stores stay in memory. The range may lie beyond
   * the present size; only what lies below {@link #size} may be touched.
   *
   * @param lengthBytes the address space to reserve
   * @return the mapping
   */
  Mapping mapPrivate(long lengthBytes);

  /**
   * Maps a range shared: stores survive the process at once, and a power cut after {@link #sync}.
   * The range may lie beyond the present size; only what lies below {@link #size} may be touched.
   *
   * @param offset where the range starts, a multiple of the page size
   * @param lengthBytes the address space to reserve
   * @return the mapping
   */
  Mapping mapShared(long offset, long lengthBytes);

  /**
   * Whether the medium is persistent memory that is mapped without a page cache. Then heap and log
   * are mapped shared, and {@link #mapSynchronous}, {@link #force} and {@link #beforeStores} are
   * used; stores are durable at any time, aligned longs at a time, and at the latest after {@link
   * #force} or {@link #sync}.
   *
   * @return {@code false} if stores pass through a page cache
   */
  default boolean isDax() {
    return false;
  }

  /**
   * Maps a range so that {@link #force} makes stores into it durable. Only for a medium that {@link
   * #isDax}, once.
   *
   * @param offset where the range starts, a multiple of the page size
   * @param lengthBytes its length; the range lies within the medium
   * @return the mapping
   */
  default Mapping mapSynchronous(long offset, long lengthBytes) {
    throw new UnsupportedOperationException(name() + " is not mapped directly");
  }

  /**
   * Makes every store into a part of the {@linkplain #mapSynchronous mapped} range durable that
   * this thread has made, or seen: writes cache lines back, with one fence. No system call.
   *
   * @param offset where the part starts in the medium
   * @param lengthBytes its length
   */
  default void force(long offset, long lengthBytes) {
    throw new UnsupportedOperationException(name() + " is not mapped directly");
  }

  /**
   * Called before bytes are stored through a shared mapping of the heap.
   *
   * @param offset where they go
   * @param lengthBytes how many
   */
  default void beforeStores(long offset, long lengthBytes) {}

  /** Releases the medium and its lock. Mappings have their own end. */
  @Override
  void close();
}
