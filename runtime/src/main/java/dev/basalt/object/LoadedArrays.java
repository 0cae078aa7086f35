package dev.basalt.object;

import dev.basalt.tx.Tx;
import dev.basalt.tx.Update;
import java.lang.ref.WeakReference;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The Java arrays that stand for stored ones in one transaction. A stored array belongs to one
 * field or element, so a transaction that reads it again gets the same Java array.
 *
 * <p>In an update this is also how changes of elements are found: until it ends, the Java array
 * that was read from a field or assigned to it <em>is</em> the field's array, and what it then
 * holds is stored. So an update keeps the arrays that it has touched; a view keeps them only as
 * long as somebody else does. Used by the transaction's thread.
 */
final class LoadedArrays {
  private static final int PURGE_MIN = 1024;

  /** An array and, if it holds references, those that are stored. */
  private record Loaded(long object, Object array, @Nullable Object @Nullable [] before) {}

  private final boolean isUpdate;
  private final Map<Long, Loaded> loaded = new HashMap<>();
  private final List<Loaded> inOrder = new ArrayList<>();
  private final Map<Long, WeakReference<Object>> seen = new HashMap<>();
  private int purgeAt = PURGE_MIN;

  private LoadedArrays(boolean isUpdate) {
    this.isUpdate = isUpdate;
  }

  static LoadedArrays of(Tx tx) {
    if (tx.attachment() instanceof LoadedArrays arrays) {
      return arrays;
    }
    LoadedArrays arrays = new LoadedArrays(tx instanceof Update);
    tx.attach(arrays);
    return arrays;
  }

  /** The Java array of a stored one, if it was read or assigned before. */
  @Nullable Object find(long object) {
    if (isUpdate) {
      Loaded entry = loaded.get(object);
      return entry == null ? null : entry.array;
    }
    WeakReference<Object> entry = seen.get(object);
    return entry == null ? null : entry.get();
  }

  /** Whether this very Java array stands for a stored one. */
  @SuppressWarnings("ReferenceEquality") // arrays have no other
  boolean isLoaded(long object, Object array) {
    return find(object) == array;
  }

  /** From now on a Java array stands for a stored one, which holds the same elements. */
  void add(long object, Object array) {
    if (isUpdate) {
      @Nullable Object[] before = array instanceof Object[] elements ? elements.clone() : null;
      Loaded entry = new Loaded(object, array, before);
      loaded.put(object, entry);
      inOrder.add(entry);
      return;
    }
    if (seen.size() >= purgeAt) {
      seen.values().removeIf(reference -> reference.get() == null);
      purgeAt = Math.max(PURGE_MIN, 2 * seen.size());
    }
    seen.put(object, new WeakReference<>(array));
  }

  /** Stores what has changed in the arrays; that may add arrays. */
  static void storeChanges(ObjectSpace space, ReferenceArrays references, Update update) {
    if (update.attachment() instanceof LoadedArrays arrays) {
      for (int i = 0; i < arrays.inOrder.size(); i++) {
        Loaded entry = arrays.inOrder.get(i);
        if (entry.before != null) {
          references.storeChanges(
              space, update, entry.object, (Object[]) entry.array, entry.before);
        } else {
          PrimitiveArrays.storeChanges(space, update, entry.object, entry.array);
        }
      }
    }
  }

  /** A copy of what another thread's plain object has, if that is an array. */
  static @Nullable Object copy(@Nullable Object reference) {
    if (reference == null || !reference.getClass().isArray()) {
      return reference;
    }
    int length = Array.getLength(reference);
    Object copy = Array.newInstance(reference.getClass().componentType(), length);
    System.arraycopy(reference, 0, copy, 0, length);
    return copy;
  }
}
