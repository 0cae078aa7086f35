package dev.basalt.memory;

import dev.basalt.error.BasaltException;
import dev.basalt.format.BadRangesFormat;
import dev.basalt.format.BadRangesFormat.Range;
import dev.basalt.format.Geometry;
import dev.basalt.medium.Medium;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pages that the medium could not supply, and their list in the pool. Used by any number of
 * threads.
 *
 * <p>Invariants (the argument is in {@code docs/durability.md}, <em>Bad ranges</em>):
 *
 * <ol>
 *   <li>The copy of {@link #durable}'s generation is durable, or there is none. It is not written
 *       before the other copy is durable.
 *   <li>What fails with the list is logged, and costs the list only.
 * </ol>
 */
public final class BadPages {
  private static final Logger LOGGER = LoggerFactory.getLogger(BadPages.class);

  private final Medium medium;
  private final boolean writable;
  private final NavigableSet<Long> pages = new ConcurrentSkipListSet<>();

  /** Pages that have been written since, but have other memory in their place in this session. */
  private final Set<Long> whole = ConcurrentHashMap.newKeySet();

  /** The generation that is durable; guarded by this. */
  private long durable;

  /** Counts changes of the list; guarded by this. */
  private long changes;

  /** The changes that the copy of generation {@link #durable} has; guarded by this. */
  private long durableChanges;

  private BadPages(Medium medium, boolean writable) {
    this.medium = medium;
    this.writable = writable;
  }

  /**
   * Remembers nothing and writes nothing.
   *
   * @param medium the pool's medium
   * @return an empty list
   */
  static BadPages notKept(Medium medium) {
    return new BadPages(medium, false);
  }

  /**
   * Reads the list of a pool. Whatever is wrong with it does not keep the pool from being opened.
   *
   * @param medium the pool's medium
   * @param writable whether changes of the list are written
   * @return the list
   */
  public static BadPages read(Medium medium, boolean writable) {
    BadPages bad = new BadPages(medium, writable);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment both = arena.allocate(2L * Geometry.PAGE_SIZE, Long.BYTES);
      medium.read(Geometry.BAD_RANGES_OFFSET, both);
      for (long copy = 0; copy < 2; copy++) {
        BadRangesFormat found =
            BadRangesFormat.decode(both.asSlice(copy * Geometry.PAGE_SIZE, Geometry.PAGE_SIZE));
        if (found != null && found.generation() > bad.durable) {
          bad.durable = found.generation();
          bad.pages.clear();
          found.ranges().forEach(bad::addAll);
        }
      }
    } catch (BasaltException e) {
      LOGGER.warn("{}: the list of what cannot be read cannot be read", medium.name(), e);
    }
    return bad;
  }

  private void addAll(Range range) {
    long first = range.offset() / Geometry.PAGE_SIZE;
    for (long i = 0; i < range.length() / Geometry.PAGE_SIZE; i++) {
      pages.add(first + i);
    }
  }

  boolean contains(long page) {
    return !pages.isEmpty() && pages.contains(page); // nearly always empty
  }

  boolean hasAny(long firstPage, long count) {
    Long next = pages.isEmpty() ? null : pages.ceiling(firstPage);
    return next != null && next < firstPage + count;
  }

  /**
   * All of them.
   *
   * @return page numbers in ascending order, as at this moment
   */
  List<Long> pages() {
    return List.copyOf(pages);
  }

  /** Adds a page; whether it is new. Survives the process; a power cut, after the next sync. */
  boolean add(long page) {
    boolean isNew = pages.add(page);
    if (isNew || whole.remove(page)) {
      write();
    }
    return isNew;
  }

  /** A page can be read again. */
  void remove(long page) {
    if (pages.remove(page)) {
      whole.remove(page);
      write();
    }
  }

  /** A page can be read again when the pool is next opened. */
  void setWhole(long page) {
    if (pages.contains(page) && whole.add(page)) {
      write();
    }
  }

  /** Writes the copy that is not durable. */
  private synchronized void write() {
    changes++;
    if (!writable) {
      return;
    }
    List<Range> ranges = ranges();
    if (ranges.size() > BadRangesFormat.RANGES_MAX) {
      LOGGER.warn(
          "{}: of {} ranges that cannot be read {} are remembered",
          medium.name(),
          ranges.size(),
          BadRangesFormat.RANGES_MAX);
      ranges = ranges.subList(0, BadRangesFormat.RANGES_MAX);
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment page = arena.allocate(Geometry.PAGE_SIZE, Long.BYTES);
      new BadRangesFormat(durable + 1, ranges).encode(page);
      medium.write(BadRangesFormat.offsetOf(durable + 1), page);
    } catch (BasaltException e) {
      LOGGER.warn("{}: what cannot be read cannot be remembered", medium.name(), e);
    }
  }

  /**
   * The pages in as few ranges as there can be.
   *
   * @return the ranges in ascending order
   */
  public List<Range> ranges() {
    List<Range> ranges = new ArrayList<>();
    long first = -1;
    long end = -1;
    for (long page : pages) {
      if (whole.contains(page)) {
        continue;
      }
      if (page != end) {
        addRange(ranges, first, end);
        first = page;
      }
      end = page + 1;
    }
    addRange(ranges, first, end);
    return ranges;
  }

  private static void addRange(List<Range> ranges, long first, long end) {
    if (first < end) {
      ranges.add(new Range(first * Geometry.PAGE_SIZE, (end - first) * Geometry.PAGE_SIZE));
    }
  }

  /**
   * Whether the list has changes that a sync must make durable.
   *
   * @return {@code false} if the pool remembers what is known
   */
  public synchronized boolean isUnsynced() {
    return writable && changes != durableChanges;
  }

  /**
   * To be asked before a sync.
   *
   * @return the changes that the sync will make durable, for {@link #synced}
   */
  public synchronized long changes() {
    return changes;
  }

  /**
   * Takes note of a sync of the medium. If the list has changed meanwhile, it is as if there had
   * been none.
   *
   * @param changesBefore what {@link #changes} said before it
   */
  public synchronized void synced(long changesBefore) {
    if (changesBefore == changes && isUnsynced()) {
      durable++;
      durableChanges = changes;
    }
  }
}
