package dev.basalt.tx;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The objects that a sweep has put aside because of their handles: where their entries lie, and
 * which of them are due, because the handle has been collected since or the object was linked
 * again. An entry is looked at only then, however many there are. In memory, beside the handles
 * themselves.
 *
 * <p>No handle's end is missed: the sweep has the handle in hand when it puts its object here.
 *
 * <p>{@link #due} and {@link #findLost} may be called by anybody at any time; the rest under the
 * sweep lock. What a step has changed that is not committed after all is taken back by {@link
 * #begin}.
 */
final class HeldObjects {
  private final ConcurrentHashMap<Long, Held> objects = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<Long> due = new ConcurrentLinkedQueue<>();
  private final ReferenceQueue<Object> lost = new ReferenceQueue<>();

  /** What the step has changed, in its order. */
  private final List<Change> changes = new ArrayList<>();

  /** What the step has taken from {@link #due}. */
  private final List<Long> taken = new ArrayList<>();

  /** Tells of the end of a handle. */
  private static final class Watch extends WeakReference<Object> {
    final long object;

    Watch(Object holder, long object, ReferenceQueue<Object> lost) {
      super(holder, lost);
      this.object = object;
    }
  }

  private record Held(Watch watch, long entry) {}

  private record Change(long object, @Nullable Held before) {}

  /** The object is to be looked at again, if it is here. */
  void due(long object) {
    if (objects.containsKey(object)) {
      due.add(object);
    }
  }

  /** All objects are to be looked at again. */
  void allDue() {
    due.clear();
    due.addAll(objects.keySet());
  }

  /** What has lost its handle is due from now on; whether something is. */
  boolean findLost() {
    Reference<?> next = lost.poll();
    for (; next != null; next = lost.poll()) {
      if (next instanceof Watch watch) {
        due(watch.object);
      }
    }
    return hasDue();
  }

  boolean hasDue() {
    return !due.isEmpty();
  }

  long count() {
    return objects.mappingCount();
  }

  boolean isEmpty() {
    return objects.isEmpty();
  }

  /** A step begins; what the last one did is undone if it was not {@link #committed}. */
  void begin() {
    for (Change change : changes.reversed()) {
      if (change.before == null) {
        objects.remove(change.object);
      } else {
        objects.put(change.object, change.before);
      }
    }
    due.addAll(taken);
    committed();
  }

  /** The step is committed. */
  void committed() {
    changes.clear();
    taken.clear();
  }

  /** An object that is due and was held when it was looked at last. */
  @Nullable Long nextDue() {
    Long object = due.poll();
    if (object != null) {
      taken.add(object);
    }
    return object;
  }

  /** Where the object's entry lies, or null if it is not here. */
  @Nullable Long entryOf(long object) {
    Held held = objects.get(object);
    return held == null ? null : held.entry;
  }

  /** Puts an object here, or notes what keeps it now. */
  void put(long object, long entry, Object holder) {
    set(object, new Held(new Watch(holder, object, lost), entry));
  }

  /** The entry of an object that is here has been moved. */
  void move(long object, long entry) {
    Held held = objects.get(object);
    if (held != null) {
      set(object, new Held(held.watch, entry));
    }
  }

  private void set(long object, Held held) {
    changes.add(new Change(object, objects.put(object, held)));
  }

  void remove(long object) {
    changes.add(new Change(object, objects.remove(object)));
  }
}
