package dev.basalt.memory;

import dev.basalt.error.BasaltException;
import dev.basalt.error.CorruptPoolException;
import dev.basalt.error.MediaErrorException;
import dev.basalt.format.Geometry;
import dev.basalt.format.PageSumFormat;
import dev.basalt.medium.Mapping;
import dev.basalt.medium.Medium;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
  private static final Logger LOGGER = LoggerFactory.getLogger(PageSums.class);
  private static final byte[] ZEROES = new byte[Geometry.PAGE_SIZE];

  private final Medium medium;
  private final String name;
  private final Mapping memory;
  private final TableParts parts;
  private final PageStates states;

  /** Pages that the medium could not supply. */
  private final BadPages unreadable;

  /** While the log is replayed nobody knows yet where the sums are, and stores need none. */
  private volatile boolean replaying = true;

  /** Whether a page may be one that cannot be read; written before the replay. */
  private boolean careful;

  /** A page's worth of memory that nobody is using. */
  private final AtomicReference<@Nullable MemorySegment> spare = new AtomicReference<>();

  PageSums(Medium medium, Mapping memory, TableParts parts, BadPages unreadable) {
    this.medium = medium;
    this.name = medium.name();
    this.memory = memory;
    this.parts = parts;
    this.unreadable = unreadable;
    this.states = new PageStates(memory.reserved() / Geometry.PAGE_SIZE + 1);
  }

  /** From now on replay reads each page before it stores into it. */
  void setCareful() {
    careful = true;
  }

  /** From now on pages that replay has not touched are compared with their sums. */
  void endReplay() {
    replaying = false;
  }

  /** Whether a page has been looked at, and was sound. */
  boolean isKnownSound(long offset) {
    return states.get(offset / Geometry.PAGE_SIZE) == PageStates.SOUND;
  }

  /**
   * Throws if bytes that are about to be read are damaged.
   *
   * @throws CorruptPoolException that names the page
   * @throws MediaErrorException if it cannot be read
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

  /**
   * Looks which of some pages the medium cannot supply, after an access has met a fault: a page
   * that was sound can have left memory, and be unreadable since.
   *
   * @throws MediaErrorException that names the page, if there is one
   */
  void findUnreadable(long offset, long length) {
    long last = (offset + length - 1) / Geometry.PAGE_SIZE;
    for (long page = offset / Geometry.PAGE_SIZE; page <= last; page++) {
      if (!canRead(page)) {
        states.setBad(page);
        throw damaged(page);
      }
    }
  }

  /**
   * Whether replay has stored into a page that cannot be read, so that the rest of it is lost.
   *
   * @throws MediaErrorException if it is one without which the pool cannot be opened
   */
  boolean isLost(long page) {
    boolean lost =
        states.get(page) == PageStates.BAD && unreadable.contains(page) && !isSumPage(page);
    if (lost && parts.isInHeaderOrEntries(page * Geometry.PAGE_SIZE)) {
      throw damaged(page);
    }
    return lost;
  }

  /**
   * What to store as the sum of a page that was lost with its changes: neither that of the state
   * before, which would let it be repaired by one, nor that of the zeroes in its place.
   */
  int lostSum(long page) {
    int sum = ~memory.getInt(sumOffset(page));
    while (sum == PageSumFormat.NONE || sum == zeroSum()) {
      sum++;
    }
    return sum;
  }

  /** Whether the medium has been seen to fail to supply a page. */
  boolean isUnreadable(long page) {
    return unreadable.contains(page);
  }

  /** Somebody else has met a page that cannot be read. */
  void noteUnreadable(long page) {
    if (isDescribed(page)) {
      noteUnreadable(page, new MediaErrorException(name + ": " + lost(page)));
    }
  }

  /**
   * Pages that an earlier session could not read are bad, without another try, but for those that
   * replay has stored into, which has read them. Of header and chunk table nothing is taken for
   * granted: without them the pool cannot be opened.
   */
  void recallUnreadable() {
    for (long page : unreadable.pages()) {
      if ((page + 1) * Geometry.PAGE_SIZE > memory.limit()
          || !isDescribed(page)
          || parts.isInHeaderOrEntries(page * Geometry.PAGE_SIZE)
          || states.get(page) == PageStates.SOUND) {
        unreadable.remove(page);
      } else {
        isolateUnlessKnown(page);
      }
    }
  }

  /** Whether there is one among some pages that the medium has failed to supply. */
  boolean hasUnreadable(long offset, long length) {
    return unreadable.hasAny(offset / Geometry.PAGE_SIZE, length / Geometry.PAGE_SIZE);
  }

  /** The pages of a free range, which nobody reads, can be read again. */
  void reloadUnreadable(long offset, long length) {
    for (long page : unreadable.pages()) {
      long at = page * Geometry.PAGE_SIZE;
      if (at >= offset && at < offset + length) {
        reload(page);
      }
    }
  }

  /** What lay behind the pool's end is not a part of it any more. */
  void forgetUnreadable(long end) {
    for (long page : unreadable.pages()) {
      if (page * Geometry.PAGE_SIZE >= end) {
        unreadable.remove(page);
      }
    }
  }

  /** A page was written home from memory. */
  void isWritten(long page) {
    if (states.get(page) == PageStates.SOUND) {
      unreadable.remove(page);
    } else if (isSumPage(page)) {
      unreadable.setWhole(page);
    }
  }

  /** A page is whole at home again. Nothing is committed, and no checkpoint runs, meanwhile. */
  void reload(long page) {
    memory.reload(page * Geometry.PAGE_SIZE, Geometry.PAGE_SIZE);
    unreadable.remove(page);
    states.setSound(page);
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
      if (!replaying) {
        int _ = state(page);
      } else if (!careful || canRead(page)) {
        states.setSound(page);
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
    if (!isDescribed(page)) {
      return true;
    }
    if (isSumPage(page)) {
      return canRead(page);
    }
    long sumPage = sumOffset(page) / Geometry.PAGE_SIZE;
    boolean knowsSum = state(sumPage) != PageStates.BAD;
    int stored = knowsSum ? memory.getInt(sumOffset(page)) : PageSumFormat.NONE;
    boolean mustBeZero = knowsSum && parts.isInHeaderOrEntries(page * Geometry.PAGE_SIZE);
    try {
      int sum = sum(page);
      return stored != PageSumFormat.NONE ? stored == sum : !mustBeZero || sum == zeroSum();
    } catch (MediaErrorException e) {
      noteUnreadable(page, e);
      return false;
    }
  }

  /**
   * The sum of a page that was sound; none if the medium has lost it, which is bad then.
   *
   * @throws MediaErrorException if it is one without which the pool could not be opened: the log
   *     has what was changed in it, and must keep that
   */
  int sumOfChanged(long page) {
    try {
      return sum(page);
    } catch (MediaErrorException e) {
      if (parts.isInHeaderOrEntries(page * Geometry.PAGE_SIZE)) {
        throw e;
      }
      noteUnreadable(page, e);
      states.setBad(page);
      return PageSumFormat.NONE;
    }
  }

  /**
   * A page of sums is about to be written that could not be read, so that it says "none" of pages
   * that the caller had no sum for. Of the pool's own pages that means that they are zero, and an
   * opening that finds them otherwise refuses the pool. Nothing is known of them: they are taken as
   * they are.
   */
  void completeSums(long sumPage) {
    long first = parts.pageOfSum(sumPage * Geometry.PAGE_SIZE);
    long end =
        Math.min(
            first + Geometry.PAGE_SIZE / PageSumFormat.SIZE, memory.limit() / Geometry.PAGE_SIZE);
    for (long page = first; page < end; page++) {
      long at = sumOffset(page);
      if (parts.isInHeaderOrEntries(page * Geometry.PAGE_SIZE)
          && memory.getInt(at) == PageSumFormat.NONE) {
        int sum = sumOfChanged(page);
        memory.putInt(at, sum == zeroSum() ? PageSumFormat.NONE : sum);
      }
    }
  }

  private boolean canRead(long page) {
    try {
      int _ = sum(page);
      return true;
    } catch (MediaErrorException e) {
      noteUnreadable(page, e);
      return false;
    }
  }

  /**
   * Nobody reads a page whose state is not known: then it gets empty memory instead, so that a
   * check can pass over it. A page that somebody may be reading keeps its faults.
   */
  private synchronized void noteUnreadable(long page, MediaErrorException error) {
    medium.checkIntact(); // a file that was cut off is another error
    isolateUnlessKnown(page);
    if (unreadable.add(page)) {
      LOGGER.error("a page cannot be read, the rest of the pool can: {}", error.getMessage());
    }
  }

  /** From now on nobody reads the page; if nobody has. */
  private void isolateUnlessKnown(long page) {
    if (states.get(page) == PageStates.UNKNOWN
        && states.decide(page, PageStates.BAD) == PageStates.BAD) {
      boolean _ = memory.isolate(page * Geometry.PAGE_SIZE, Geometry.PAGE_SIZE);
    }
  }

  BasaltException damaged(long page) {
    return unreadable.contains(page)
        ? new MediaErrorException(
            name + ": " + describe(page), page * Geometry.PAGE_SIZE, Geometry.PAGE_SIZE, null)
        : new CorruptPoolException(name + ": " + describe(page));
  }

  /** What is wrong with a page. */
  String describe(long page) {
    if (unreadable.contains(page)) {
      return lost(page);
    }
    return "the page at %d is damaged: the checksum of its %d bytes is %08x, not %08x"
        .formatted(
            page * Geometry.PAGE_SIZE,
            Geometry.PAGE_SIZE,
            sum(page),
            memory.getInt(sumOffset(page)));
  }

  private static String lost(long page) {
    return "the page at %d cannot be read: %d bytes are missing"
        .formatted(page * Geometry.PAGE_SIZE, Geometry.PAGE_SIZE);
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
   * The sum of what a page holds at home. Read by a call: a page that the medium cannot supply is
   * an error there, and a fault in mapped memory that the JVM reports when it likes.
   */
  private int sum(long page) {
    MemorySegment taken = spare.getAndSet(null);
    MemorySegment copy =
        taken == null ? Arena.ofAuto().allocate(Geometry.PAGE_SIZE, Long.BYTES) : taken;
    readTwice(page, copy);
    int sum = PageSumFormat.of(copy.asByteBuffer());
    spare.set(copy);
    return sum;
  }

  /** An error that has passed by itself is not worth remembering. */
  private void readTwice(long page, MemorySegment copy) {
    try {
      medium.read(page * Geometry.PAGE_SIZE, copy);
    } catch (MediaErrorException e) {
      medium.checkIntact();
      medium.read(page * Geometry.PAGE_SIZE, copy);
    }
  }

  private static int zeroSum() {
    return PageSumFormat.of(ByteBuffer.wrap(ZEROES));
  }
}
