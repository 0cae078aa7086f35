package dev.basalt.memory;

import dev.basalt.error.CorruptPoolException;
import dev.basalt.format.Geometry;
import dev.basalt.format.PageSumFormat;
import dev.basalt.medium.Mapping;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Compares pages with their sums in the chunk table, each once, when it is first needed.
 *
 * <p>Invariants (the argument is in {@code docs/durability.md}, <em>Page sums</em>):
 *
 * <ol>
 *   <li>A page is stored into only if its state is known.
 *   <li>A state is set to sound or bad by what was read of the page while the state was unknown; or
 *       to sound because replay has put the page right, or because its chunk was free and what it
 *       held had no meaning.
 *   <li>A bad page keeps its sum.
 * </ol>
 *
 * Used by any number of threads.
 */
final class PageSums {
  private static final byte[] ZEROES = new byte[Geometry.PAGE_SIZE];

  private final String name;
  private final Mapping memory;
  private final TableParts parts;
  private final PageStates states;

  /** While the log is replayed nobody knows yet where the sums are, and stores need none. */
  private volatile boolean replaying = true;

  /** A page's worth of memory that nobody is using. */
  private final AtomicReference<byte @Nullable []> spare = new AtomicReference<>();

  PageSums(String name, Mapping memory, TableParts parts) {
    this.name = name;
    this.memory = memory;
    this.parts = parts;
    this.states = new PageStates(memory.reserved() / Geometry.PAGE_SIZE + 1);
  }

  /** From now on pages that replay has not touched are compared with their sums. */
  void endReplay() {
    replaying = false;
  }

  /**
   * Throws if bytes that are about to be read are damaged.
   *
   * @throws CorruptPoolException that names the page
   */
  void verify(long offset, long length) {
    long first = offset / Geometry.PAGE_SIZE;
    long last = (offset + length - 1) / Geometry.PAGE_SIZE;
    if (first == last && states.get(first) == PageStates.SOUND) {
      return;
    }
    memory.check(offset, length);
    if (offset < parts.chunkOffset(0)) {
      throw new CorruptPoolException(
          "%s: a pointer leads to %d, in front of the heap, which starts at %d"
              .formatted(name, offset, parts.chunkOffset(0)));
    }
    if (!replaying && length > 0) {
      for (long page = first; page <= last; page++) {
        if (state(page) == PageStates.BAD) {
          throw damaged(page);
        }
      }
    }
  }

  /** Whether nothing in a range is damaged. */
  boolean isSound(long offset, long length) {
    long end = (offset + length - 1) / Geometry.PAGE_SIZE;
    for (long page = offset / Geometry.PAGE_SIZE; page <= end; page++) {
      if (state(page) == PageStates.BAD) {
        return false;
      }
    }
    return true;
  }

  /** Called before bytes are stored: makes sure that the pages' states are known. */
  void beforeStore(long offset, long length) {
    long last = (offset + length - 1) / Geometry.PAGE_SIZE;
    for (long page = offset / Geometry.PAGE_SIZE; page <= last; page++) {
      if (states.get(page) != PageStates.UNKNOWN) {
        continue;
      }
      if (replaying) {
        states.setSound(page);
      } else {
        int _ = state(page);
      }
    }
  }

  /** What the pages of a free range hold has no meaning, so it cannot be damaged. */
  void declareSound(long offset, long length) {
    long end = (offset + length) / Geometry.PAGE_SIZE;
    for (long page = offset / Geometry.PAGE_SIZE; page < end; page++) {
      states.setSound(page);
    }
  }

  /** Whether a page has a sum to be kept up to date. */
  boolean isSummed(long page) {
    return isDescribed(page) && !isSumPage(page) && states.get(page) != PageStates.BAD;
  }

  /** Whether a page holds sums. */
  boolean isSumPage(long page) {
    return parts.isInSums(page * Geometry.PAGE_SIZE);
  }

  /** Where the sum of a page lies. */
  long sumOffset(long page) {
    return parts.sumOffset(page * Geometry.PAGE_SIZE);
  }

  /** Whether a page that nobody is writing home, and that is there, is as its sum says. */
  boolean matches(long page) {
    if (!isDescribed(page) || isSumPage(page)) {
      return true;
    }
    int stored = memory.getInt(sumOffset(page));
    if (stored != PageSumFormat.NONE) {
      return stored == sum(page);
    }
    return !parts.isInHeaderOrEntries(page * Geometry.PAGE_SIZE) || sum(page) == zeroSum();
  }

  CorruptPoolException damaged(long page) {
    return new CorruptPoolException(name + ": " + describe(page));
  }

  /** What is wrong with a page. */
  String describe(long page) {
    return "the page at %d is damaged: the checksum of its %d bytes is %08x, not %08x"
        .formatted(
            page * Geometry.PAGE_SIZE,
            Geometry.PAGE_SIZE,
            sum(page),
            memory.getInt(sumOffset(page)));
  }

  private boolean isDescribed(long page) {
    long offset = page * Geometry.PAGE_SIZE;
    return offset >= parts.chunkOffset(0) && parts.chunkOf(offset) < parts.chunksDescribed();
  }

  private int state(long page) {
    int known = states.get(page);
    return known != PageStates.UNKNOWN
        ? known
        : states.decide(page, matches(page) ? PageStates.SOUND : PageStates.BAD);
  }

  /**
   * The sum of what a page holds. Of a copy: if the medium cannot supply the page, copying is an
   * error that the JVM reports; in the midst of the checksum it would be the end of the JVM.
   */
  private int sum(long page) {
    byte[] taken = spare.getAndSet(null);
    byte[] copy = taken == null ? new byte[Geometry.PAGE_SIZE] : taken;
    memory.copyOut(page * Geometry.PAGE_SIZE, MemorySegment.ofArray(copy));
    int sum = PageSumFormat.of(ByteBuffer.wrap(copy));
    spare.set(copy);
    return sum;
  }

  private static int zeroSum() {
    return PageSumFormat.of(ByteBuffer.wrap(ZEROES));
  }
}
