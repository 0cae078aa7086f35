package dev.basalt.format;

import static dev.basalt.format.Structure.U32;
import static dev.basalt.format.Structure.U64;

import dev.basalt.error.CorruptPoolException;
import dev.basalt.error.IncompatiblePoolException;
import dev.basalt.error.PoolAccessException;
import java.lang.foreign.MemorySegment;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * The anchor of a pool: what it is and where its log starts. Kept twice, at {@link #offsetOf}; the
 * copy with the higher generation whose checksum is right is the valid one. A new generation
 * overwrites the older copy, so a torn write leaves the other.
 *
 * @param id the pool's identity, made when it was created
 * @param generation counts superblocks written; even ones are copy A, odd ones copy B
 * @param epoch counts writable openings; a log record of another epoch is not part of the log
 * @param logSize the log region's size in bytes
 * @param logStart the log position of the first record to replay, in bytes since the pool was
 *     created
 * @param homeSequence the commit up to which everything is at home; the first record to replay is
 *     the next one
 * @param poolSize the bytes that the medium had allocated when this was written, at least
 */
public record Superblock(
    UUID id,
    long generation,
    long epoch,
    long logSize,
    long logStart,
    long homeSequence,
    long poolSize) {

  private static final Structure S = new Structure("Superblock");
  private static final int MAGIC_AT = S.u64("magic");
  private static final int VERSION_AT = S.u32("version");
  private static final int BYTE_ORDER_AT = S.u32("byteOrder");
  private static final int ID_HIGH_AT = S.u64("idHigh");
  private static final int ID_LOW_AT = S.u64("idLow");
  private static final int GENERATION_AT = S.u64("generation");
  private static final int EPOCH_AT = S.u64("epoch");
  private static final int LOG_SIZE_AT = S.u64("logSize");
  private static final int LOG_START_AT = S.u64("logStart");
  private static final int HOME_SEQUENCE_AT = S.u64("homeSequence");
  private static final int POOL_SIZE_AT = S.u64("poolSize");
  private static final int PAGE_SIZE_AT = S.u32("pageSize");
  private static final int CHUNK_SIZE_AT = S.u32("chunkSize");
  private static final int UNUSED_AT = S.u32("unused");
  private static final int CRC_AT = S.u32("crc");

  /** Bytes of a superblock; the rest of its page is zero. */
  public static final int SIZE = S.size();

  /** {@code BASALT\r\n}: a transfer that changes line ends shows. */
  public static final long MAGIC = 0x0A0D_544C_4153_4142L;

  /** The version of the format that this code reads and writes. */
  public static final int VERSION = 1;

  private static final int BYTE_ORDER = 0x01020304;
  private static final int BYTE_ORDER_REVERSED = 0x04030201;

  /**
   * The structure's fields.
   *
   * @return the structure
   */
  public static Structure structure() {
    return S;
  }

  /**
   * Where the copy of a generation lies.
   *
   * @param generation the generation
   * @return the offset in the pool
   */
  public static long offsetOf(long generation) {
    return (generation & 1) * Geometry.PAGE_SIZE;
  }

  /**
   * The superblock that follows this one.
   *
   * @param newEpoch its epoch
   * @param newLogStart its log start
   * @param newHomeSequence its home sequence
   * @param newPoolSize its pool size
   * @return the successor, of the next generation
   */
  public Superblock next(long newEpoch, long newLogStart, long newHomeSequence, long newPoolSize) {
    return new Superblock(
        id, generation + 1, newEpoch, logSize, newLogStart, newHomeSequence, newPoolSize);
  }

  /**
   * Encodes this superblock.
   *
   * @param target at least {@link #SIZE} bytes
   */
  public void encode(MemorySegment target) {
    target.set(U64, MAGIC_AT, MAGIC);
    target.set(U32, VERSION_AT, VERSION);
    target.set(U32, BYTE_ORDER_AT, BYTE_ORDER);
    target.set(U64, ID_HIGH_AT, id.getMostSignificantBits());
    target.set(U64, ID_LOW_AT, id.getLeastSignificantBits());
    target.set(U64, GENERATION_AT, generation);
    target.set(U64, EPOCH_AT, epoch);
    target.set(U64, LOG_SIZE_AT, logSize);
    target.set(U64, LOG_START_AT, logStart);
    target.set(U64, HOME_SEQUENCE_AT, homeSequence);
    target.set(U64, POOL_SIZE_AT, poolSize);
    target.set(U32, PAGE_SIZE_AT, Geometry.PAGE_SIZE);
    target.set(U32, CHUNK_SIZE_AT, Geometry.CHUNK_SIZE);
    target.set(U32, UNUSED_AT, 0);
    target.set(U32, CRC_AT, crc(target));
  }

  /**
   * Whether a page begins as a superblock does.
   *
   * @param page the page
   * @return whether the magic is there
   */
  public static boolean isOne(MemorySegment page) {
    return page.get(U64, MAGIC_AT) == MAGIC;
  }

  /**
   * Chooses the valid one of the two copies. The magic says whether it is a pool at all, the
   * version and byte order whether this code may read it, the checksum whether the rest can be
   * trusted.
   *
   * @param name the pool, for messages
   * @param copyA the first page
   * @param copyB the second page
   * @return the valid superblock
   * @throws PoolAccessException if neither copy has the magic: this is not a pool
   * @throws IncompatiblePoolException if the format is another one
   * @throws CorruptPoolException if no copy is sound
   */
  public static Superblock choose(String name, MemorySegment copyA, MemorySegment copyB) {
    boolean soundA = isSound(name, copyA);
    boolean soundB = isSound(name, copyB);
    if (!soundA && !soundB) {
      if (copyA.get(U64, MAGIC_AT) != MAGIC && copyB.get(U64, MAGIC_AT) != MAGIC) {
        throw new PoolAccessException(name + " is not a Basalt pool");
      }
      throw new CorruptPoolException(
          name + ": both copies of the superblock are damaged (checksum does not match)");
    }
    Superblock a = soundA ? decode(copyA) : null;
    Superblock b = soundB ? decode(copyB) : null;
    Superblock chosen = b == null || (a != null && a.generation > b.generation) ? a : b;
    if (chosen == null) {
      throw new AssertionError("one copy is sound");
    }
    chosen.checkGeometry(name);
    return chosen;
  }

  private static boolean isSound(String name, MemorySegment copy) {
    if (copy.get(U64, MAGIC_AT) != MAGIC) {
      return false;
    }
    int byteOrder = copy.get(U32, BYTE_ORDER_AT);
    if (byteOrder == BYTE_ORDER_REVERSED) {
      throw new IncompatiblePoolException(
          name + " was written with the other byte order; copy its content on such a machine");
    }
    int version = copy.get(U32, VERSION_AT);
    if (version > VERSION && byteOrder == BYTE_ORDER) {
      throw new IncompatiblePoolException(
          "%s has format version %d; this Basalt reads up to %d: use a newer Basalt"
              .formatted(name, version, VERSION));
    }
    return copy.get(U32, CRC_AT) == crc(copy);
  }

  private static Superblock decode(MemorySegment from) {
    return new Superblock(
        new UUID(from.get(U64, ID_HIGH_AT), from.get(U64, ID_LOW_AT)),
        from.get(U64, GENERATION_AT),
        from.get(U64, EPOCH_AT),
        from.get(U64, LOG_SIZE_AT),
        from.get(U64, LOG_START_AT),
        from.get(U64, HOME_SEQUENCE_AT),
        from.get(U64, POOL_SIZE_AT));
  }

  private void checkGeometry(String name) {
    long smallest =
        Geometry.heapOffset(logSize) + (long) Geometry.FIXED_CHUNKS * Geometry.CHUNK_SIZE;
    if (logSize < Geometry.LOG_SIZE_MIN
        || logSize % Geometry.CHUNK_SIZE != 0
        || logSize > Long.MAX_VALUE / 4
        || poolSize < smallest
        || logStart < 0
        || homeSequence < 0) {
      throw new CorruptPoolException(name + ": the superblock makes no sense: " + this);
    }
  }

  private static int crc(MemorySegment of) {
    CRC32C crc = new CRC32C();
    crc.update(of.asSlice(0, CRC_AT).asByteBuffer());
    return (int) crc.getValue();
  }

  /**
   * Where the heap starts.
   *
   * @return the offset of chunk 0
   */
  public long heapOffset() {
    return Geometry.heapOffset(logSize);
  }
}
