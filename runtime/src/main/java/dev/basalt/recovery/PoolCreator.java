package dev.basalt.recovery;

import dev.basalt.format.Geometry;
import dev.basalt.format.Superblock;
import dev.basalt.log.SuperblockStore;
import dev.basalt.medium.DeviceMedium;
import dev.basalt.medium.Medium;
import dev.basalt.memory.PoolTemplate;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.UUID;

/** Lays out a new pool on an empty medium. */
public final class PoolCreator {

  /**
   * The first commit gets the next number; a version of 0 means an object that is not committed.
   */
  private static final long FIRST_SEQUENCE = PoolTemplate.VERSION;

  private PoolCreator() {}

  /**
   * Writes the parts of a new pool in such an order that its superblock is the last to become
   * durable.
   *
   * @param medium an empty medium
   * @param logSize the log's size in bytes, a multiple of the chunk size
   */
  public static void create(Medium medium, long logSize) {
    long heapOffset = Geometry.heapOffset(logSize);
    long size = heapOffset + (long) Geometry.FIXED_CHUNKS * Geometry.CHUNK_SIZE;
    begin(medium, logSize, size);
    PoolTemplate.write(medium, heapOffset);
    finish(medium, UUID.randomUUID(), logSize, FIRST_SEQUENCE);
  }

  /**
   * Puts a new pool in the place of whatever is on a device: takes away first by what somebody
   * would know that, a pool by its superblocks.
   *
   * @param device a device of which the pool has everything
   * @param logSize the log's size in bytes, a multiple of the chunk size
   * @throws dev.basalt.error.PoolFullException if the device is too small
   */
  public static void createOnDevice(Medium device, long logSize) {
    long size = device.size();
    long ends = Math.min(DeviceMedium.ENDS_BYTES, size);
    SuperblockStore.erase(device);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment zeroes = arena.allocate(ends);
      device.write(0, zeroes);
      device.write(size - ends, zeroes);
    }
    device.sync();
    device.occupy(0);
    create(device, logSize);
  }

  /**
   * Prepares a medium for a pool whose heap the caller writes.
   *
   * @param medium an empty medium
   * @param logSize the log's size in bytes, a multiple of the chunk size
   * @param size the pool's size
   */
  public static void begin(Medium medium, long logSize, long size) {
    medium.grow(size);
    writeLog(medium, logSize);
  }

  /**
   * Makes everything durable that was written, and then writes the superblocks: now it is a pool.
   *
   * @param medium a medium with log and heap
   * @param id the pool's identity
   * @param logSize the log's size in bytes
   * @param sequence the last commit that is in the heap
   */
  public static void finish(Medium medium, UUID id, long logSize, long sequence) {
    medium.sync();
    SuperblockStore.create(medium, new Superblock(id, 0, 0, logSize, 0, sequence, medium.size()));
  }

  /**
   * Writes an empty log: in full, so that its blocks are allocated and no later append has to
   * change the file system's metadata; and page by page, because Linux keeps what one call writes
   * in large folios, and then stops all processors for each page of a folio that it syncs while
   * records are stored into another of its pages.
   *
   * @param medium a medium
   * @param logSize the log's size in bytes, a multiple of the chunk size
   */
  public static void writeLog(Medium medium, long logSize) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment zeroes = arena.allocate(Geometry.PAGE_SIZE);
      for (long at = 0; at < logSize; at += Geometry.PAGE_SIZE) {
        medium.write(Geometry.LOG_OFFSET + at, zeroes);
      }
    }
  }
}
