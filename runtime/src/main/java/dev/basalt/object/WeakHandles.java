package dev.basalt.object;

import dev.basalt.format.Geometry;
import dev.basalt.format.SizeClasses;
import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A hash table of handles by based pointer, which holds them weakly. A look-up takes no lock, and
 * an entry is one object. There is no reference queue: entries whose handle is gone are dropped by
 * whoever comes past under the lock, and all of them before a segment grows. So there are never
 * more entries than twice the live handles that there were at some time.
 *
 * <p>Each segment has a lock, its monitor, for everything but {@link #find}. {@code find} may be
 * led astray while a segment is rebuilt, and then misses what is there, because a chain that it
 * follows leads on to another; it never answers anything wrong, because the entry says whose it is.
 * Who has to know looks under the lock: {@link #holds}, {@link #putIfAbsent}.
 */
final class WeakHandles {
  private static final int SEGMENTS = 64;
  private static final int SEGMENT_SHIFT = Long.SIZE - Integer.numberOfTrailingZeros(SEGMENTS);
  private static final int PLACE_SHIFT = 16;
  private static final int PLACES_MIN = 64;

  /** Spreads the number of a page over the upper bits. */
  private static final long SPREAD = 0x9E37_79B9_7F4A_7C15L;

  private static final int PAGE_SHIFT = Integer.numberOfTrailingZeros(Geometry.PAGE_SIZE);
  private static final int GRANULE_SHIFT = Integer.numberOfTrailingZeros(SizeClasses.GRANULE);
  private static final int GRANULES_MASK = Geometry.PAGE_SIZE / SizeClasses.GRANULE - 1;

  private final Segment[] segments = new Segment[SEGMENTS];

  /**
   * Set while objects that get handles are to be noted. Whoever adds a handle looks here under the
   * lock; so either he sees it, or the handle is met by {@link #noteAll}.
   */
  private volatile @Nullable HandleNotes notes;

  WeakHandles() {
    for (int i = 0; i < SEGMENTS; i++) {
      segments[i] = new Segment();
    }
  }

  /** A handle, held weakly, and the next in the same place. */
  private static final class Entry extends WeakReference<PersistentObject> {
    final long offset;

    /** Written under the lock; read by anybody. */
    @Nullable Entry next;

    Entry(PersistentObject handle, long offset, @Nullable Entry next) {
      super(handle);
      this.offset = offset;
      this.next = next;
    }
  }

  private static final class Segment {
    volatile AtomicReferenceArray<@Nullable Entry> places = new AtomicReferenceArray<>(PLACES_MIN);

    /** How many entries there are, those without a handle too. Guarded by the monitor. */
    int entries;
  }

  /**
   * The upper bits say which segment, those in the middle where in it. The objects of a page, which
   * are often made and reclaimed one after the other, are beside each other.
   */
  private static long hash(long offset) {
    long page = (offset >>> PAGE_SHIFT) * SPREAD;
    return page + ((offset >>> GRANULE_SHIFT & GRANULES_MASK) << PLACE_SHIFT);
  }

  private static int place(long hash, AtomicReferenceArray<@Nullable Entry> places) {
    return (int) (hash >>> PLACE_SHIFT) & (places.length() - 1);
  }

  private Segment segment(long hash) {
    return segments[(int) (hash >>> SEGMENT_SHIFT)];
  }

  /** The handle of an object; may miss one while others are added. */
  @Nullable PersistentObject find(long offset) {
    long hash = hash(offset);
    AtomicReferenceArray<@Nullable Entry> places = segment(hash).places;
    Entry entry = places.getAcquire(place(hash, places));
    while (entry != null && entry.offset != offset) {
      entry = entry.next;
    }
    return entry == null ? null : entry.get();
  }

  /** The handle of an object, for certain. */
  @Nullable PersistentObject holds(long offset) {
    Segment segment = segment(hash(offset));
    synchronized (segment) {
      return find(offset);
    }
  }

  /** Adds a handle unless there is one; returns the one that there is then. */
  PersistentObject putIfAbsent(long offset, PersistentObject handle) {
    long hash = hash(offset);
    Segment segment = segment(hash);
    synchronized (segment) {
      PersistentObject other = clean(segment, place(hash, segment.places), offset);
      if (other != null) {
        return other;
      }
      add(segment, hash, new Entry(handle, offset, null));
      note(offset);
      return handle;
    }
  }

  /** Sets the handle of an object, whatever was there. */
  void put(long offset, PersistentObject handle) {
    long hash = hash(offset);
    Segment segment = segment(hash);
    synchronized (segment) {
      remove(segment, hash, offset);
      add(segment, hash, new Entry(handle, offset, null));
      note(offset);
    }
  }

  /** Forgets the handle of an object. */
  void remove(long offset) {
    long hash = hash(offset);
    Segment segment = segment(hash);
    synchronized (segment) {
      remove(segment, hash, offset);
      HandleNotes now = notes;
      if (now != null) {
        now.forget(offset);
      }
    }
  }

  /** Whether an object has a handle, or has had one while notes are taken. */
  boolean isHeld(long offset) {
    Segment segment = segment(hash(offset));
    synchronized (segment) {
      HandleNotes now = notes;
      return find(offset) != null || (now != null && now.isNoted(offset));
    }
  }

  /** Notes the objects of all handles, and of those that are added until {@link #stopNotes}. */
  void noteAll(HandleNotes newNotes) {
    notes = newNotes;
    for (Segment segment : segments) {
      synchronized (segment) {
        for (int place = 0; place < segment.places.length(); place++) {
          Entry entry = segment.places.getPlain(place);
          for (; entry != null; entry = entry.next) {
            if (entry.get() != null) {
              newNotes.note(entry.offset);
            }
          }
        }
      }
    }
  }

  void stopNotes() {
    notes = null;
  }

  private void note(long offset) {
    HandleNotes now = notes;
    if (now != null) {
      now.note(offset);
    }
  }

  /** How many handles there are that may be live. */
  long size() {
    long size = 0;
    for (Segment segment : segments) {
      synchronized (segment) {
        clean(segment);
        size += segment.entries;
      }
    }
    return size;
  }

  // ---- under the lock

  private static void add(Segment segment, long hash, Entry entry) {
    link(segment.places, hash, entry);
    segment.entries++;
    if (segment.entries > segment.places.length() / 4 * 3) {
      clean(segment);
      resize(segment);
    }
  }

  private static void link(AtomicReferenceArray<@Nullable Entry> places, long hash, Entry entry) {
    int place = place(hash, places);
    entry.next = places.getPlain(place);
    places.setRelease(place, entry);
  }

  private static void remove(Segment segment, long hash, long offset) {
    int place = place(hash, segment.places);
    if (clean(segment, place, offset) == null) {
      return;
    }
    Entry before = null;
    Entry entry = segment.places.getPlain(place);
    while (entry != null && entry.offset != offset) {
      before = entry;
      entry = entry.next;
    }
    if (entry != null) {
      unlink(segment, place, before, entry);
    }
  }

  /** Drops the entries of one place that have no handle; returns the handle of an object if any. */
  private static @Nullable PersistentObject clean(Segment segment, int place, long offset) {
    PersistentObject found = null;
    Entry before = null;
    for (Entry entry = segment.places.getPlain(place); entry != null; entry = entry.next) {
      PersistentObject handle = entry.get();
      if (handle == null) {
        unlink(segment, place, before, entry);
      } else {
        before = entry;
        found = entry.offset == offset ? handle : found;
      }
    }
    return found;
  }

  private static void unlink(Segment segment, int place, @Nullable Entry before, Entry entry) {
    if (before == null) {
      segment.places.setRelease(place, entry.next);
    } else {
      before.next = entry.next;
    }
    entry.clear(); // who stands at it just now finds nothing
    segment.entries--;
  }

  private static void clean(Segment segment) {
    for (int place = 0; place < segment.places.length(); place++) {
      PersistentObject _ = clean(segment, place, 0);
    }
  }

  /** Gives a segment more places unless much of it is free again, or fewer if nearly all is. */
  private static void resize(Segment segment) {
    AtomicReferenceArray<@Nullable Entry> old = segment.places;
    int wanted = old.length();
    if (segment.entries > wanted / 8 * 5) {
      wanted *= 2;
    } else if (segment.entries < wanted / 16) {
      wanted = Math.max(PLACES_MIN, Integer.highestOneBit(segment.entries) * 2);
    }
    if (wanted == old.length()) {
      return;
    }
    AtomicReferenceArray<@Nullable Entry> places = new AtomicReferenceArray<>(wanted);
    for (int place = 0; place < old.length(); place++) {
      Entry entry = old.getPlain(place);
      while (entry != null) {
        Entry next = entry.next;
        link(places, hash(entry.offset), entry);
        entry = next;
      }
    }
    segment.places = places;
  }
}
