package dev.basalt.collections;

import java.util.AbstractMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A map whose composed operations are one: with the functions that they are given, and in one state
 * if they only read.
 */
abstract class AtomicMap<K extends @Nullable Object, V extends @Nullable Object>
    extends AbstractMap<K, V> implements ConcurrentMap<K, V> {
  /** Runs what only reads on one state. */
  abstract <R extends @Nullable Object> R reading(Supplier<R> body);

  /** Runs what may write as one update. */
  abstract <R extends @Nullable Object> R changing(Supplier<R> body);

  /** Whether only the calling thread can change the map now. */
  abstract boolean isStill();

  /** Removes a key, and tells whether it was there. */
  abstract boolean removeKey(@Nullable Object key);

  /** Iterates over the entries, which write to the map. */
  abstract Iterator<Entry<K, V>> entries();

  /** Iterates over the values, whose entries it removes from the map. */
  Iterator<V> eachValue() {
    return new PartIterator<>(entries(), Entry::getValue);
  }

  @Override
  public V getOrDefault(@Nullable Object key, V otherwise) {
    return reading(() -> containsKey(key) ? AtomicMap.<V>present(get(key)) : otherwise);
  }

  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"}) // null is a value of a key
  private static <T extends @Nullable Object> T present(@Nullable T value) {
    return value;
  }

  boolean holds(@Nullable Object key, @Nullable Object value) {
    return reading(() -> containsKey(key) && Objects.equals(get(key), value));
  }

  @Override
  public @Nullable V putIfAbsent(K key, V value) {
    return changing(
        () -> {
          V old = get(key);
          if (old == null) {
            V _ = put(key, value);
          }
          return old;
        });
  }

  @Override
  public boolean remove(@Nullable Object key, @Nullable Object value) {
    return changing(() -> holds(key, value) && removeKey(key));
  }

  @Override
  public @Nullable V replace(K key, V value) {
    return changing(() -> containsKey(key) ? put(key, value) : null);
  }

  @Override
  public boolean replace(K key, V oldValue, V newValue) {
    return changing(
        () -> {
          boolean holds = holds(key, oldValue);
          if (holds) {
            V _ = put(key, newValue);
          }
          return holds;
        });
  }

  @Override
  public @Nullable V computeIfAbsent(K key, Function<? super K, ? extends @Nullable V> function) {
    Objects.requireNonNull(function, "function");
    V present = get(key);
    if (present != null) {
      return present;
    }
    return changing(
        () -> {
          V old = get(key);
          if (old != null) {
            return old;
          }
          V result = function.apply(key);
          return result == null ? null : storeResult(key, result);
        });
  }

  @Override
  public @Nullable V computeIfPresent(
      K key, BiFunction<? super K, ? super V, ? extends @Nullable V> function) {
    Objects.requireNonNull(function, "function");
    return changing(
        () -> {
          V old = get(key);
          return old == null ? null : storeResult(key, function.apply(key, old));
        });
  }

  @Override
  public @Nullable V compute(
      K key, BiFunction<? super K, ? super @Nullable V, ? extends @Nullable V> function) {
    Objects.requireNonNull(function, "function");
    return changing(
        () -> {
          V old = get(key);
          return storeResult(key, function.apply(key, old));
        });
  }

  @Override
  public @Nullable V merge(
      K key, V value, BiFunction<? super V, ? super V, ? extends @Nullable V> function) {
    Objects.requireNonNull(value, "value");
    Objects.requireNonNull(function, "function");
    return changing(
        () -> {
          V old = get(key);
          return storeResult(key, old == null ? value : function.apply(old, value));
        });
  }

  /** A function's result becomes the value of its key; null removes the key. */
  private @Nullable V storeResult(K key, @Nullable V result) {
    if (result == null) {
      boolean _ = removeKey(key);
      return null;
    }
    V _ = put(key, result);
    return get(key);
  }

  @Override
  public void putAll(Map<? extends K, ? extends V> entries) {
    boolean _ =
        changing(
            () -> {
              super.putAll(entries);
              return true;
            });
  }

  @Override
  public void replaceAll(BiFunction<? super K, ? super V, ? extends V> function) {
    Objects.requireNonNull(function, "function");
    boolean _ =
        changing(
            () -> {
              for (Entry<K, V> entry : entrySet()) {
                V _ = put(entry.getKey(), function.apply(entry.getKey(), entry.getValue()));
              }
              return true;
            });
  }

  @Override
  public void forEach(BiConsumer<? super K, ? super V> action) {
    Objects.requireNonNull(action, "action");
    boolean _ =
        reading(
            () -> {
              for (Entry<K, V> entry : entrySet()) {
                action.accept(entry.getKey(), entry.getValue());
              }
              return true;
            });
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return reading(() -> super.equals(other));
  }

  @Override
  public int hashCode() {
    return reading(super::hashCode);
  }

  @Override
  public String toString() {
    return reading(super::toString);
  }
}
