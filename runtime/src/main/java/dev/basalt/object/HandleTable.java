package dev.basalt.object;

import org.jspecify.annotations.Nullable;

/**
 * The live handles of a pool by based pointer: at most one each, held weakly. Handles of classes
 * with a method that sets them up are met by others only when that has run.
 */
final class HandleTable {
  private final WeakHandles handles = new WeakHandles();
  private final HandlesInMaking inMaking = new HandlesInMaking();

  /** The handle of an object if there is one; may miss one that has just been added. */
  @Nullable PersistentObject find(long offset) {
    PersistentObject handle = handles.find(offset);
    return handle == null || !inMaking.isBusy() ? handle : whenSetUp(offset, handle);
  }

  /** What could not be set up is in the table no more, and is made again. */
  private @Nullable PersistentObject whenSetUp(long offset, PersistentObject handle) {
    return !inMaking.await(handle) || isCurrent(offset, handle) ? handle : find(offset);
  }

  @SuppressWarnings("ReferenceEquality") // the handle itself is meant
  private boolean isCurrent(long offset, PersistentObject handle) {
    return handles.holds(offset) == handle;
  }

  /** Whether an object has a handle, for certain. */
  boolean hasHandle(long offset) {
    return handles.holds(offset) != null;
  }

  /** Whether an object has a handle, or had one while notes are taken. */
  boolean isHeld(long offset) {
    return handles.isHeld(offset);
  }

  /** Notes the objects of all handles there are, and of those to come until {@link #stopNotes}. */
  void noteAll(HandleNotes notes) {
    handles.noteAll(notes);
  }

  void stopNotes() {
    handles.stopNotes();
  }

  /** Adds a handle of an object that had none a moment ago; returns the one that it has now. */
  PersistentObject add(long offset, PersistentObject made) {
    return handles.putIfAbsent(offset, made);
  }

  /** As {@link #add}, for classes with a method that sets up handles; it has run on return. */
  @SuppressWarnings("ReferenceEquality") // the handle itself is meant
  PersistentObject addAndSetUp(long offset, PersistentObject made) {
    while (true) {
      PersistentObject other;
      inMaking.begin(made);
      try {
        other = handles.putIfAbsent(offset, made);
        if (other == made) {
          setUp(offset, made);
          return made;
        }
      } finally {
        inMaking.end(made);
      }
      PersistentObject ready = whenSetUp(offset, other);
      if (ready != null) {
        return ready;
      }
    }
  }

  private void setUp(long offset, PersistentObject made) {
    try {
      made.$basalt$onHandle();
    } catch (RuntimeException | Error e) {
      handles.remove(offset); // the next one to meet the object tries again
      throw e;
    }
  }

  /** A plain object has become the handle of a new object. */
  void put(long offset, PersistentObject handle) {
    handles.put(offset, handle);
  }

  /** The object is no longer there. */
  void remove(long offset) {
    handles.remove(offset);
  }

  /** How many handles there are, roughly. */
  long size() {
    return handles.size();
  }
}
