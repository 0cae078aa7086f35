package dev.basalt.log;

import dev.basalt.error.BasaltException;
import dev.basalt.error.CorruptPoolException;
import dev.basalt.error.PoolAccessException;
import dev.basalt.format.Geometry;
import dev.basalt.format.Superblock;
import dev.basalt.medium.Medium;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Reads the superblock and replaces it, the two copies in turn. */
public final class SuperblockStore {
  private final Medium medium;
  private Superblock current;

  private SuperblockStore(Medium medium, Superblock current) {
    this.medium = medium;
    this.current = current;
  }

  /**
   * Reads the valid superblock of a medium and checks that the medium is as long as it says.
   *
   * @param medium the medium
   * @return the store
   * @throws PoolAccessException if this is not a pool
   * @throws dev.basalt.error.IncompatiblePoolException if it is one of another format
   * @throws CorruptPoolException if it is damaged or cut off
   */
  public static SuperblockStore read(Medium medium) {
    long size = medium.size();
    if (size == 0) {
      throw new PoolAccessException(medium.name() + " is empty, not a Basalt pool");
    }
    if (size < 2L * Geometry.PAGE_SIZE) {
      throw new PoolAccessException(
          medium.name() + " is not a Basalt pool: it has only " + size + " bytes");
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pages = arena.allocate(2L * Geometry.PAGE_SIZE, Long.BYTES);
      medium.read(0, pages);
      Superblock superblock =
          Superblock.choose(
              medium.name(),
              pages.asSlice(0, Geometry.PAGE_SIZE),
              pages.asSlice(Geometry.PAGE_SIZE));
      if (size < superblock.poolSize()) {
        throw new CorruptPoolException(
            "%s is cut off: it should have at least %d bytes but has %d"
                .formatted(medium.name(), superblock.poolSize(), size));
      }
      medium.occupy(superblock.poolSize());
      return new SuperblockStore(medium, superblock);
    }
  }

  /**
   * Whether a medium says that it is a pool, sound or not.
   *
   * @param medium the medium
   * @return whether one of the superblocks begins as one
   */
  public static boolean isPool(Medium medium) {
    if (medium.size() < 2L * Geometry.PAGE_SIZE) {
      return false;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pages = arena.allocate(2L * Geometry.PAGE_SIZE, Long.BYTES);
      medium.read(0, pages);
      return Superblock.isOne(pages) || Superblock.isOne(pages.asSlice(Geometry.PAGE_SIZE));
    }
  }

  /**
   * Makes a medium no pool any more; durable on return. The older copy goes first, so that at each
   * moment it is the pool that it was, or none.
   *
   * @param medium a medium, whatever it holds, with room for both copies
   */
  public static void erase(Medium medium) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pages = arena.allocate(2L * Geometry.PAGE_SIZE, Long.BYTES);
      medium.read(0, pages);
      MemorySegment second = pages.asSlice(Geometry.PAGE_SIZE);
      long newest = 0;
      try {
        newest = Superblock.choose(medium.name(), pages, second).generation();
      } catch (BasaltException e) {
        // No pool, or one that cannot be opened: the order is of no meaning.
      }
      MemorySegment zeroes = arena.allocate(Geometry.PAGE_SIZE);
      medium.write(Superblock.offsetOf(newest + 1), zeroes);
      medium.sync();
      medium.write(Superblock.offsetOf(newest), zeroes);
      medium.sync();
    }
  }

  /**
   * Writes both copies of a new pool's superblock; durable on return.
   *
   * @param medium the medium
   * @param first the superblock of generation 0
   * @return the store
   */
  public static SuperblockStore create(Medium medium, Superblock first) {
    SuperblockStore store = new SuperblockStore(medium, first);
    store.write(first);
    store.replace(
        first.next(first.epoch(), first.logStart(), first.homeSequence(), first.poolSize()));
    return store;
  }

  /**
   * The superblock in force.
   *
   * @return the superblock
   */
  public synchronized Superblock current() {
    return current;
  }

  /**
   * Starts the log elsewhere; durable on return.
   *
   * @param logStart the new start
   * @param homeSequence the commit up to which everything is at home
   */
  public synchronized void moveLogStart(long logStart, long homeSequence) {
    replace(current.next(current.epoch(), logStart, homeSequence, current.poolSize()));
  }

  /**
   * Begins a new epoch with an empty log; durable on return.
   *
   * @param logStart where the log starts
   * @param homeSequence the commit up to which everything is at home
   */
  public synchronized void beginEpoch(long logStart, long homeSequence) {
    replace(current.next(current.epoch() + 1, logStart, homeSequence, current.poolSize()));
  }

  /**
   * Records that the medium has grown; durable on return.
   *
   * @param poolSize the new size
   */
  public synchronized void recordSize(long poolSize) {
    replace(current.next(current.epoch(), current.logStart(), current.homeSequence(), poolSize));
  }

  /**
   * Records in both copies that the medium is about to be cut off: neither may claim more than
   * there will be. Durable on return.
   *
   * @param poolSize the new size
   */
  public synchronized void recordSmallerSize(long poolSize) {
    recordSize(poolSize);
    recordSize(poolSize);
  }

  private void replace(Superblock next) {
    write(next);
    current = next;
  }

  private void write(Superblock superblock) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment page = arena.allocate(Geometry.PAGE_SIZE, Long.BYTES);
      superblock.encode(page);
      medium.write(Superblock.offsetOf(superblock.generation()), page);
      medium.sync();
    }
  }
}
