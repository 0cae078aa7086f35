package dev.basalt.object;

import dev.basalt.error.ConflictException;
import dev.basalt.tx.Pending;
import dev.basalt.tx.Update;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Objects on their way from plain into the pool. The update that stores one works on the object in
 * the pool from then on; everybody else on its plain state, which stays as it was, until the commit
 * is visible.
 *
 * <p>Such a handle has these states, in their order; an abort leads back to the first:
 *
 * <ol>
 *   <li>No space: plain.
 *   <li>A {@link Pending} number for its place: an update is storing it. Only that update knows the
 *       true place.
 *   <li>The true place, where the object has the version 0: its commit is being put in place and
 *       cannot fail any more.
 *   <li>The same, with a version: stored. Its plain reference fields are cleared some time later.
 * </ol>
 */
final class Transit {
  private final ObjectSpace space;

  Transit(ObjectSpace space) {
    this.space = space;
  }

  /** The true place of an object that an update is storing, or 0 if it is not this update. */
  long own(Update update, long pending) {
    return update.listener() instanceof Promotion promotion ? promotion.placeOf(pending) : 0;
  }

  /** Whether the calling thread works on the object in the pool. */
  boolean sees(PersistentObject handle) {
    long place = handle.$basalt$offset();
    if (Pending.is(place)) {
      return space.transactions().current() instanceof Update update && own(update, place) != 0;
    }
    return space.transactions().heap().versionAcquire(place) != 0
        || (space.transactions().current() instanceof Update update && update.hasCreated(place));
  }

  /**
   * The place of an object that an update writes to or refers to.
   *
   * @throws ConflictException if another update is just storing it
   */
  long writable(Update update, PersistentObject self, long object) {
    if (!Pending.is(object)) {
      return object;
    }
    long place = own(update, object);
    if (place != 0) {
      return place;
    }
    throw beingStored(update, self);
  }

  /** The update has met an object that another one is storing, and is to run again after that. */
  ConflictException beingStored(Update update, PersistentObject self) {
    return update.conflict(
        "another update is storing the same object of class " + self.getClass().getName());
  }

  /** A primitive field of an object that is not in the pool for everybody. */
  long word(PersistentObject self, int fieldOffset) {
    while (true) {
      ObjectSpace owner = self.$basalt$space();
      if (owner != null && owner.sees(self)) {
        return owner.structures().word(owner.place(self), fieldOffset);
      }
      long plain = PlainFields.read(self, fieldOffset).bits() << ObjectSpace.shift(fieldOffset);
      VarHandle.loadLoadFence();
      if (isPlain(self)) {
        return plain;
      }
    }
  }

  /** A reference field of an object that is not in the pool for everybody. */
  @Nullable Object reference(PersistentObject self, int fieldOffset) {
    while (true) {
      ObjectSpace owner = self.$basalt$space();
      if (owner != null && owner.sees(self)) {
        return owner.structures().getReference(owner.place(self), fieldOffset);
      }
      Object plain = LoadedArrays.copy(PlainFields.read(self, fieldOffset).reference());
      VarHandle.loadLoadFence();
      if (isPlain(self)) {
        return plain;
      }
    }
  }

  /**
   * Whether the plain fields were still whole a moment ago: a commit clears the references among
   * them once the object has a version, and no object that has one becomes plain again.
   */
  private static boolean isPlain(PersistentObject self) {
    ObjectSpace owner = self.$basalt$space();
    if (owner == null) {
      return true;
    }
    long place = self.$basalt$offset();
    if (Pending.is(place)) {
      return true;
    }
    if (owner.transactions().heap().versionAcquire(place) != 0) {
      return false;
    }
    owner.transactions().faults().checkCommitInProgress(place, 0);
    return true;
  }
}
