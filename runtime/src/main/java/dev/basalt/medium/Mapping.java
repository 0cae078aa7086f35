package dev.basalt.medium;

import dev.basalt.error.CorruptPoolException;
import dev.basalt.error.PoolClosedException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.lang.ref.Cleaner;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * A mapped range of a medium; only this class and its superclass turn an offset into an address.
 *
 * <p>Invariants:
 *
 * <ol>
 *   <li>Every access through this class is checked against {@link #limit}: a wild offset is a
 *       {@link CorruptPoolException}, never a fault.
 *   <li>The address range stays mapped to something readable until this object is unreachable:
 *       {@link #close} sets the limit to 0 and replaces the pages by empty ones, so a reader that
 *       passed its check just before sees zeros and not a fault.
 * </ol>
 *
 * <p>Offsets are relative to the start of the mapping. Aligned accesses of up to 8 bytes are
 * atomic.
 */
public final class Mapping extends ObjectWords {
  private static final Cleaner CLEANER = Cleaner.create();
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INTS = INT.varHandle();
  private static final VarHandle LONGS = LONG.varHandle();

  /** Words that lie less than this behind an object's start are near it. */
  private static final int NEAR = 512;

  /** Bytes that come into the processor's cache together. */
  private static final int LINE = 64;

  /** A sum that is hardly ever met. */
  private static final long RARE = 0x5EA5_0B5E_55ED_0DD5L;

  private final String name;
  private final long reserved;

  /**
   * Bytes that may be touched. Grows with the medium; 0 once closed. Written under the owner's
   * lock.
   */
  private long limit;

  /** Every word near an object that starts before this offset may be touched. */
  private long nearEnd;

  private volatile boolean closed;

  /** The file under a mapping that starts at its start. */
  private final int fd;

  private final boolean shared;

  /** Keeps memory mapped that is not ours to unmap. */
  @SuppressWarnings("unused")
  private final @Nullable MemorySegment owner;

  private Mapping(
      String name,
      long base,
      long reserved,
      long limit,
      int fd,
      boolean shared,
      @Nullable MemorySegment owner) {
    super(base);
    this.name = name;
    this.fd = fd;
    this.shared = shared;
    this.owner = owner;
    this.reserved = reserved;
    setLimit(limit);
  }

  /** Takes over a range that was mapped by a system call. */
  static Mapping ofFile(String name, long base, long reserved, long limit, int fd, boolean shared) {
    Mapping mapping = new Mapping(name, base, reserved, limit, fd, shared, null);
    CLEANER.register(mapping, () -> Posix.unmap(base, reserved));
    return mapping;
  }

  /** Uses a segment that is unmapped when nobody refers to it any more. */
  static Mapping ofSegment(String name, MemorySegment segment) {
    long length = segment.byteSize();
    return new Mapping(name, segment.address(), length, length, -1, true, segment);
  }

  /**
   * The address space of the mapping in bytes.
   *
   * @return the upper bound of any limit
   */
  public long reserved() {
    return reserved;
  }

  /**
   * The bytes that may be touched.
   *
   * @return the limit
   */
  public long limit() {
    return limit;
  }

  /**
   * Allows access to more of the mapping after the medium has grown.
   *
   * @param newLimit the new limit, at most {@link #reserved}
   */
  public void extendTo(long newLimit) {
    if (newLimit < limit || newLimit > reserved) {
      throw new IllegalArgumentException(
          "limit " + newLimit + " is not in [" + limit + ", " + reserved + "]");
    }
    setLimit(newLimit);
    VarHandle.releaseFence();
  }

  private void setLimit(long newLimit) {
    limit = newLimit;
    nearEnd = Math.max(0, newLimit - NEAR);
  }

  /** Ends access; later calls throw {@link PoolClosedException}. */
  public void close() {
    if (!closed) {
      closed = true;
      setLimit(0);
      VarHandle.fullFence();
      Posix.replaceByEmptyPages(base, reserved);
    }
  }

  /**
   * Checks that a range may be touched.
   *
   * @param offset its start
   * @param length its length in bytes
   */
  public void check(long offset, long length) {
    address(offset, length);
  }

  /** The address of a checked range. */
  private long address(long offset, long length) {
    if ((offset | length | (limit - length - offset)) < 0) {
      fail(offset, length);
    }
    return base + offset;
  }

  private void fail(long offset, long length) {
    if (closed) {
      throw new PoolClosedException(name + " is closed");
    }
    VarHandle.acquireFence();
    if (offset >= 0 && length >= 0 && offset <= limit - length) {
      return; // another thread extended the mapping a moment ago
    }
    throw new CorruptPoolException(
        "%s: a pointer leads to [%d, %d), outside the pool's %d bytes"
            .formatted(name, offset, offset + length, limit));
  }

  /** The layouts check the alignment themselves: an exception costs nothing until there is one. */
  private CorruptPoolException misaligned(long offset, IllegalArgumentException e) {
    return new CorruptPoolException(
        "%s: a pointer leads to %d, where nothing can be stored: it is not aligned"
            .formatted(name, offset),
        e);
  }

  /**
   * Reads a byte.
   *
   * @param offset where
   * @return the value
   */
  public byte getByte(long offset) {
    return ALL.get(BYTE, address(offset, 1));
  }

  /**
   * Reads an aligned int.
   *
   * @param offset where
   * @return the value
   */
  public int getInt(long offset) {
    try {
      return ALL.get(INT, address(offset, 4));
    } catch (IllegalArgumentException e) {
      throw misaligned(offset, e);
    }
  }

  /**
   * Reads an aligned long.
   *
   * @param offset where
   * @return the value
   */
  public long getLong(long offset) {
    try {
      return ALL.get(LONG, address(offset, 8));
    } catch (IllegalArgumentException e) {
      throw misaligned(offset, e);
    }
  }

  /**
   * Reads an aligned long; later loads stay behind it.
   *
   * @param offset where
   * @return the value
   */
  public long getLongAcquire(long offset) {
    try {
      return (long) LONGS.getAcquire(ALL, address(offset, 8));
    } catch (IllegalArgumentException e) {
      throw misaligned(offset, e);
    }
  }

  /** Where a read of an object's word goes when the object is not as it should be. */
  public interface SlowRead {
    /**
     * Reads a word in another way.
     *
     * @param object the object
     * @param wordOffset bytes from its start
     * @return the word
     */
    long readSlow(long object, int wordOffset);
  }

  /**
   * Reads an aligned long of an object as it was at a snapshot; see {@link #isUpTo}.
   *
   * @param object where the object starts
   * @param wordOffset bytes from its start
   * @param snapshot the newest version that counts
   * @param otherwise answers if the value does not count, or the object lies outside the mapping
   * @return the value
   */
  public long wordAt(long object, int wordOffset, long snapshot, SlowRead otherwise) {
    if (Long.compareUnsigned(object, end(wordOffset)) < 0) {
      long place = place(object);
      long word = load(place, wordOffset);
      return isUpTo(place, snapshot) ? word : otherwise.readSlow(object, wordOffset);
    }
    return wordAtTheEnd(object, wordOffset, snapshot, otherwise);
  }

  /** The object lies so near to the end that its words must be looked at singly, or nowhere. */
  private long wordAtTheEnd(long object, int wordOffset, long snapshot, SlowRead otherwise) {
    if (Long.compareUnsigned(object, endFor(wordOffset)) < 0) {
      long word = getLong(object + wordOffset);
      VarHandle.loadLoadFence();
      if (Long.compareUnsigned(getLong(object) - 1, snapshot) < 0) {
        return word;
      }
    }
    return otherwise.readSlow(object, wordOffset);
  }

  /**
   * Begins to bring some bytes into the processor's cache: all of them are on their way at once,
   * where a search would meet one line after the other. Does nothing else.
   *
   * @param offset where the bytes start
   * @param length how many, at most {@value #NEAR}
   */
  public void touch(long offset, int length) {
    if (Long.compareUnsigned(offset, nearEnd) < 0) {
      long place = place(offset);
      long all = 0;
      for (int at = 0; at < length; at += LINE) {
        all += load(place, at);
      }
      if (all == RARE) {
        Thread.onSpinWait(); // what is loaded and not used would not be loaded
      }
    }
  }

  /** Objects that start before this have the word inside the mapping; a few behind it, too. */
  private long end(int wordOffset) {
    return wordOffset <= NEAR - Long.BYTES ? nearEnd : endFor(wordOffset);
  }

  /** Objects that start before this, and no others, have the word inside the mapping. */
  private long endFor(int wordOffset) {
    return Math.max(0, limit - Long.BYTES - wordOffset + 1);
  }

  /**
   * Writes an aligned int.
   *
   * @param offset where
   * @param value the value
   */
  public void putInt(long offset, int value) {
    try {
      INTS.set(ALL, address(offset, 4), value);
    } catch (IllegalArgumentException e) {
      throw misaligned(offset, e);
    }
  }

  /**
   * Writes an aligned long.
   *
   * @param offset where
   * @param value the value
   */
  public void putLong(long offset, long value) {
    try {
      LONGS.set(ALL, address(offset, 8), value);
    } catch (IllegalArgumentException e) {
      throw misaligned(offset, e);
    }
  }

  /**
   * Writes an aligned long; earlier stores stay before it.
   *
   * @param offset where
   * @param value the value
   */
  public void putLongRelease(long offset, long value) {
    try {
      LONGS.setRelease(ALL, address(offset, 8), value);
    } catch (IllegalArgumentException e) {
      throw misaligned(offset, e);
    }
  }

  /**
   * Copies bytes out of the mapping.
   *
   * @param offset where they are
   * @param target takes them, and says how many
   */
  public void copyOut(long offset, MemorySegment target) {
    MemorySegment.copy(ALL, address(offset, target.byteSize()), target, 0, target.byteSize());
  }

  /**
   * Copies bytes into the mapping.
   *
   * @param offset where they go
   * @param source holds them
   * @param from where they begin there
   * @param length how many there are
   */
  public void copyIn(long offset, MemorySegment source, long from, long length) {
    MemorySegment.copy(source, from, ALL, address(offset, length), length);
  }

  /**
   * Drops the private copies of pages: they read as the medium has them from now on.
   *
   * @param offset where the first page starts
   * @param length the bytes of whole pages
   */
  public void dropPrivate(long offset, long length) {
    Posix.dropPages(address(offset, length), length);
  }

  /**
   * Puts empty memory in the place of pages that the medium cannot supply, so that who reads them
   * meets zeroes and no fault. Nobody must rely on what they hold.
   *
   * @param offset where the first page starts
   * @param length the bytes of whole pages
   * @return whether that was done; there may be too many pieces already
   */
  public boolean isolate(long offset, long length) {
    return Posix.replaceByMemory(address(offset, length), length);
  }

  /**
   * Makes pages read as the medium has them, also after {@link #isolate}. Only of a mapping that
   * starts where the medium does.
   *
   * @param offset where the first page starts
   * @param length the bytes of whole pages
   */
  public void reload(long offset, long length) {
    Posix.replaceByFile(address(offset, length), length, fd, offset, shared);
  }

  /**
   * Takes pages of a shared mapping out of the page table: what was stored is the page cache's
   * alone. A later access brings a page back.
   *
   * @param offset where the first page starts
   * @param length the bytes of whole pages
   */
  public void unload(long offset, long length) {
    Posix.dropPages(address(offset, length), length);
  }

  /**
   * From now on a fault loads the one page that it needs, which the kernel then handles by itself
   * and not with its neighbours; who needs more at once {@linkplain #readAhead reads ahead}.
   */
  public void loadSinglePages() {
    Posix.expectRandomAccess(base, limit);
  }

  /**
   * Starts to load pages of a range that are not in memory. Returns before they are.
   *
   * @param offset where the first page starts
   * @param length the bytes of whole pages
   */
  public void readAhead(long offset, long length) {
    Posix.readAhead(address(offset, length), length);
  }

  /**
   * Makes ready for stores to the pages of a range, so that they do not meet a page fault. Changes
   * nothing else, and may do nothing.
   *
   * @param offset where the first page starts
   * @param length the bytes of whole pages
   * @return whether all are ready
   */
  public boolean prepareForStores(long offset, long length) {
    return Posix.populate(address(offset, length), length);
  }

  /**
   * A view of a checked range, for calls that take a segment. It must not outlive the mapping.
   *
   * @param offset its start
   * @param length its length in bytes
   * @return the segment
   */
  public MemorySegment slice(long offset, long length) {
    return ALL.asSlice(address(offset, length), length);
  }

  @Override
  public String toString() {
    return name + "[" + limit + " of " + reserved + " bytes]";
  }
}
