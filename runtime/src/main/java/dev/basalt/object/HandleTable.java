package dev.basalt.object;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
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

  /** What was on its way into the pool when its update aborted, by the place it was to have. */
  private final Cache<Long, PersistentObject> aborted = Caffeine.newBuilder().weakValues().build();

  private final HandlesInMaking inMaking = new HandlesInMaking();

  private final AtomicReferenceArray<@Nullable Recent> recent = new AtomicReferenceArray<>(RECENT);

  private static final class Recent extends WeakReference<PersistentObject> {
    final long offset;

    Recent(PersistentObject handle, long offset) {
      super(handle);
      this.offset = offset;
    }
  }

  /** The handle of an object, made by the supplier if there is none. */
  @SuppressWarnings("ReferenceEquality") // the handle itself is meant
  PersistentObject get(long offset, Supplier<PersistentObject> make) {
    int slot = (int) (offset >>> OFFSET_SHIFT) & (RECENT - 1);
    Recent entry = recent.getAcquire(slot);
    if (entry != null && entry.offset == offset) {
      PersistentObject handle = entry.get();
      if (handle != null) {
        return handle;
      }
    }
    while (true) {
      PersistentObject handle = handles.get(offset, key -> make.get());
      if (!inMaking.isBusy()) {
        recent.setRelease(slot, new Recent(handle, offset));
        return handle;
      }
      // What could not be set up is in the table no more, and is made again.
      if (!inMaking.await(handle) || handles.getIfPresent(offset) == handle) {
        return handle;
      }
    }
  }

  /**
   * As {@link #get}, for classes with a method that sets up handles; it has run when this returns.
   */
  @SuppressWarnings("ReferenceEquality") // the handle itself is meant
  PersistentObject getAndSetUp(long offset, Supplier<PersistentObject> make) {
    PersistentObject[] made = new PersistentObject[1];
    PersistentObject handle =
        get(
            offset,
            () -> {
              made[0] = make.get();
              inMaking.begin(made[0]);
              return made[0];
            });
    if (made[0] == handle) {
      try {
        handle.$basalt$onHandle();
      } catch (RuntimeException | Error e) {
        handles.invalidate(offset); // the next one to meet the object tries again
        throw e;
      } finally {
        inMaking.end(handle);
      }
    }
    return handle;
  }

  /** The handle of an object if there is one. */
  @Nullable PersistentObject find(long offset) {
    return handles.getIfPresent(offset);
  }

  /**
   * The plain object whose place this is or, if its update has just aborted, was: a reader may have
   * taken the place from it a moment before.
   */
  @Nullable PersistentObject findPlain(long offset) {
    PersistentObject handle = handles.getIfPresent(offset);
    return handle != null ? handle : aborted.getIfPresent(offset);
  }

  /** A plain object has become the handle of a new object. */
  void put(long offset, PersistentObject handle) {
    handles.put(offset, handle);
  }

  /** A handle is about to be plain again. */
  void abort(long offset, PersistentObject handle) {
    aborted.put(offset, handle);
    remove(offset);
  }

  /** The object is no longer there. */
  void remove(long offset) {
    int slot = (int) (offset >>> OFFSET_SHIFT) & (RECENT - 1);
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
