package dev.basalt.tx;

import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The walk over the objects that a sweep has put aside because of their handles. It is taken after
 * each collection of the JVM, because only that ends handles, and when so many of the objects have
 * been linked again that it is worth it. It goes from the newest node of {@linkplain Limbo limbo's}
 * held entries to the oldest, and in a node from the last entry to the first. So what fills the
 * place of an entry that is taken away, the last of all, has been looked at, or is newer than the
 * walk.
 *
 * <p>No handle's end is missed. An object is looked at after the walk has begun, and so after
 * {@link #sentinel} was renewed, to which nothing refers: the first collection that can end the
 * handle finds the sentinel dead too, or the next one does, and another walk follows.
 *
 * <p>{@link #relinked}, {@link #isDue} and {@link #count} may be called by anybody at any time; the
 * rest under the sweep lock. What a step has changed that is not committed after all is taken back
 * by {@link #undo}.
 */
final class HeldWalk {
  /** One object that was linked again is worth a look at so many that were not. */
  private static final int WORTH = 16;

  /** Dies in the next collection. */
  private volatile WeakReference<Object> sentinel = new WeakReference<>(new Object());

  /** The objects that have been linked again since the last walk began. */
  private final AtomicLong relinked = new AtomicLong();

  /** Whether to begin a walk when there is none under way. */
  private boolean wanted;

  /** Whether the step has begun one. */
  private boolean begun;

  private Place place = Place.NOWHERE;
  private Place committedPlace = Place.NOWHERE;
  private long count;
  private volatile long committedCount;

  /**
   * Where the walk is: entries of a node below a number, and the nodes behind it.
   *
   * @param node the node, or 0 if nobody walks
   * @param below the number of an entry
   */
  private record Place(long node, int below) {
    static final Place NOWHERE = new Place(0, 0);
  }

  /** Takes note of objects of limbo that are referred to again, whether they are held or not. */
  void relinked(int objects) {
    if (count() > 0) {
      relinked.addAndGet(objects);
    }
  }

  /** Whether there is reason to walk. */
  boolean isDue() {
    return count() > 0 && (sentinel.refersTo(null) || relinked.get() * WORTH >= count());
  }

  /** The objects that handles hold. */
  long count() {
    return committedCount;
  }

  /**
   * Called before a step.
   *
   * @param all whether to walk anew, whatever reason there is
   */
  void prepare(boolean all) {
    if (all) {
      committedPlace = Place.NOWHERE;
    }
    if (all || isDue()) {
      wanted = true;
      sentinel = new WeakReference<>(new Object());
      relinked.set(0);
    }
  }

  /** A step begins; what the last one did is undone if it was not {@link #committed}. */
  void begin(Limbo limbo) {
    undo();
    if (wanted && !isUnderWay()) {
      begun = true;
      if (count > 0) {
        moveTo(limbo, limbo.firstHeld());
      }
    }
  }

  /** The step is committed. */
  void committed() {
    wanted &= !begun;
    committedPlace = place;
    committedCount = count;
  }

  /** Takes back what is not committed. */
  void undo() {
    begun = false;
    place = committedPlace;
    count = committedCount;
  }

  /** Whether there is an object to look at. */
  boolean isUnderWay() {
    return place.node != 0;
  }

  /** Where the entry of the next object lies. */
  long entry() {
    return Limbo.entryAt(place.node, place.below - 1);
  }

  /** Leaves the object where it is. */
  void keep(Limbo limbo) {
    if (place.below > 1) {
      place = new Place(place.node, place.below - 1);
    } else {
      moveTo(limbo, limbo.next(place.node));
    }
  }

  /** Takes the object's entry away. */
  void remove(Limbo limbo) {
    long at = entry();
    keep(limbo); // first, because the node may go
    limbo.removeHeld(at);
    count--;
  }

  private void moveTo(Limbo limbo, long node) {
    place = node == 0 ? Place.NOWHERE : new Place(node, limbo.length(node));
  }

  /** Adds an object. */
  void add(Limbo limbo, Limbo.Entry entry) {
    limbo.addHeld(entry.object(), entry.sequence());
    count++;
  }
}
