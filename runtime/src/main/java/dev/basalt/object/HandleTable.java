package dev.basalt.object;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The live handles of a pool by based pointer: at most one each, held weakly. A small direct-mapped
 * array of recent ones stands before the cache; it holds them weakly too, so it pins nothing.
 */
final class HandleTable {
  private static final int RECENT = 1 << 12;

  /** Objects lie at multiples of 16. */
  private static final int OFFSET_SHIFT = 4;

  private final Cache<Long, PersistentObject> handles = Caffeine.newBuilder().weakValues().build();

  private final HandlesInMaking inMaking = new HandlesInMaking();

  private final AtomicReferenceArray<@Nullable Recent> recent = new AtomicReferenceArray<>(RECENT);

  private static final class Recent extends WeakReference<PersistentObject> {
    final long offset;

    Recent(PersistentObject handle, long offset) {
      super(handle);
      this.offset = offset;
    }
  }

  /** The handle of an object if there is one. */
  @Nullable PersistentObject find(long offset) {
    int slot = slot(offset);
    Recent entry = recent.getAcquire(slot);
    if (entry != null && entry.offset == offset) {
      PersistentObject handle = entry.get();
      if (handle != null) {
        return handle;
      }
    }
    PersistentObject handle = handles.getIfPresent(offset);
    if (handle == null) {
      return null;
    }
    if (inMaking.isBusy()) {
      // What could not be set up is in the table no more, and is made again.
      return !inMaking.await(handle) || isCurrent(offset, handle) ? handle : find(offset);
    }
    recent.setRelease(slot, new Recent(handle, offset));
    return handle;
  }

  @SuppressWarnings("ReferenceEquality") // the handle itself is meant
  private boolean isCurrent(long offset, PersistentObject handle) {
    return handles.getIfPresent(offset) == handle;
  }

  /** Adds a handle of an object that had none a moment ago; returns the one that it has now. */
  PersistentObject add(long offset, PersistentObject made) {
    PersistentObject other = handles.asMap().putIfAbsent(offset, made);
    PersistentObject handle = other == null ? made : other;
    recent.setRelease(slot(offset), new Recent(handle, offset));
    return handle;
  }

  /** As {@link #add}, for classes with a method that sets up handles; it has run on return. */
  PersistentObject addAndSetUp(long offset, PersistentObject made) {
    while (true) {
      inMaking.begin(made);
      try {
        if (handles.asMap().putIfAbsent(offset, made) == null) {
          setUp(offset, made);
          return made;
        }
      } finally {
        inMaking.end(made);
      }
      PersistentObject other = find(offset);
      if (other != null) {
        return other;
      }
    }
  }

  private void setUp(long offset, PersistentObject made) {
    try {
      made.$basalt$onHandle();
    } catch (RuntimeException | Error e) {
      handles.invalidate(offset); // the next one to meet the object tries again
      throw e;
    }
  }

  private static int slot(long offset) {
    return (int) (offset >>> OFFSET_SHIFT) & (RECENT - 1);
  }

  /** A plain object has become the handle of a new object. */
  void put(long offset, PersistentObject handle) {
    handles.put(offset, handle);
  }

  /** The object is no longer there. */
  void remove(long offset) {
    int slot = slot(offset);
    Recent entry = recent.getAcquire(slot);
    if (entry != null && entry.offset == offset) {
      recent.setRelease(slot, null);
    }
    handles.invalidate(offset);
  }

  /** How many handles there are, roughly. */
  long size() {
    return handles.estimatedSize();
  }
}
