package dev.basalt.format;

/**
 * Chunk 0 of the heap: the words from which everything in the pool is found. All offsets count from
 * the chunk's start.
 *
 * <pre>
 * 0      typeTable     first type record
 * 8      limbo         first limbo node of the queue, and the last
 * 24     limboStack    first limbo node of what sweeps have unlinked, and of what handles hold
 * 40     limboObjects  entries in all three chains
 * 48     unused
 * 64     root directory, a {@link SlotsFormat slots} object of {@link #ROOT_BUCKETS}
 * 4096   chunk table directory: the offset of each part of the chunk table
 * </pre>
 */
public final class PoolHeaderFormat {
  private static final Structure S = new Structure("PoolHeader");

  /** Based pointer to the first type record. */
  public static final int TYPE_TABLE = S.u64("typeTable");

  /** Based pointer to the first node of limbo's queue. */
  public static final int LIMBO = S.u64("limbo");

  /** Based pointer to the last node of limbo's queue. */
  public static final int LIMBO_LAST = S.u64("limboLast");

  /** Based pointer to the first node of what sweeps have taken the last reference of. */
  public static final int LIMBO_STACK = S.u64("limboStack");

  /** Based pointer to the first node of what handles hold. */
  public static final int LIMBO_HELD = S.u64("limboHeld");

  /** The objects in limbo. */
  public static final int LIMBO_OBJECTS = S.u64("limboObjects");

  /** The first unused word; unused up to the root directory. */
  public static final int UNUSED = S.add("unused", 16);

  /** The number of chains of the root directory. */
  public static final int ROOT_BUCKETS = 64;

  /** The root directory object. */
  public static final int ROOT_DIRECTORY = S.add("rootDirectory", Geometry.PAGE_SIZE - UNUSED - 16);

  /** Based pointers to the parts of the chunk table, 8 bytes each. */
  public static final int TABLE_DIRECTORY =
      S.add("tableDirectory", Geometry.CHUNK_SIZE - Geometry.PAGE_SIZE);

  /** The most parts that the chunk table can have. */
  public static final int TABLE_PARTS_MAX = (Geometry.CHUNK_SIZE - TABLE_DIRECTORY) / Long.BYTES;

  private PoolHeaderFormat() {}

  /**
   * The structure's fields.
   *
   * @return the structure
   */
  public static Structure structure() {
    return S;
  }
}
