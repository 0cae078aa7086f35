package dev.basalt.collections;

import java.util.Objects;
import java.util.function.BinaryOperator;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The operations of a map of {@code long} keys that are composed of simpler ones, each as one
 * update with the function that it is given.
 */
abstract sealed class AtomicLongMap<V extends @Nullable Object> permits PersistentLongMap {
  AtomicLongMap() {}

  /** Runs what may write as one update. */
  abstract <R extends @Nullable Object> R changing(Supplier<R> body);

  /**
   * Whether there is a key.
   *
   * @param key the key
   * @return whether it has a value, which may be {@code null}
   */
  public abstract boolean containsKey(long key);

  /**
   * The value of a key.
   *
   * @param key the key
   * @return its value, or {@code null}
   */
  public abstract @Nullable V get(long key);

  /**
   * Sets the value of a key.
   *
   * @param key the key
   * @param value its value
   * @return the value that it had, or {@code null}
   */
  public abstract @Nullable V put(long key, V value);

  /**
   * Removes a key.
   *
   * @param key the key
   * @return the value that it had, or {@code null}
   */
  public abstract @Nullable V remove(long key);

  /**
   * Sets the value of a key that is not there or has the value {@code null}.
   *
   * @param key the key
   * @param value its new value
   * @return the value that it has had, or {@code null} if the new one was set
   */
  public @Nullable V putIfAbsent(long key, V value) {
    return changing(
        () -> {
          V old = get(key);
          if (old == null) {
            V _ = put(key, value);
          }
          return old;
        });
  }

  /**
   * Removes a key that has a value.
   *
   * @param key the key
   * @param value the value
   * @return whether it had that value, and was removed
   */
  public boolean remove(long key, @Nullable Object value) {
    return changing(
        () -> {
          boolean holds = holds(key, value);
          if (holds) {
            V _ = remove(key);
          }
          return holds;
        });
  }

  /**
   * Sets the value of a key that is there.
   *
   * @param key the key
   * @param value its new value
   * @return its old value, or {@code null} if it was not there
   */
  public @Nullable V replace(long key, V value) {
    return changing(() -> containsKey(key) ? put(key, value) : null);
  }

  /**
   * Sets the value of a key that has another one.
   *
   * @param key the key
   * @param oldValue the value that it is to have
   * @param newValue its new value
   * @return whether it had the old value
   */
  public boolean replace(long key, V oldValue, V newValue) {
    return changing(
        () -> {
          boolean holds = holds(key, oldValue);
          if (holds) {
            V _ = put(key, newValue);
          }
          return holds;
        });
  }

  private boolean holds(long key, @Nullable Object value) {
    return containsKey(key) && Objects.equals(get(key), value);
  }

  /**
   * The value of a key; of one that is not there, or has the value {@code null}, that which a
   * function makes, which becomes its value unless it is {@code null}.
   *
   * @param key the key
   * @param function the function
   * @return the value
   */
  public @Nullable V computeIfAbsent(long key, LongFunction<? extends @Nullable V> function) {
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

  /**
   * Replaces the value of a key that is there, and not {@code null}, by what a function makes of
   * it; {@code null} removes the key.
   *
   * @param key the key
   * @param function the function
   * @return the new value, or {@code null} if there is none
   */
  public @Nullable V computeIfPresent(
      long key, PersistentLongMap.EntryFunction<? super V, ? extends @Nullable V> function) {
    Objects.requireNonNull(function, "function");
    return changing(
        () -> {
          V old = get(key);
          return old == null ? null : storeResult(key, function.apply(key, old));
        });
  }

  /**
   * Replaces the value of a key, {@code null} if it is not there, by what a function makes of it;
   * {@code null} removes the key.
   *
   * @param key the key
   * @param function the function
   * @return the new value, or {@code null} if there is none
   */
  @SuppressWarnings("NullAway") // the function takes null: its wildcard says so
  public @Nullable V compute(
      long key,
      PersistentLongMap.EntryFunction<? super @Nullable V, ? extends @Nullable V> function) {
    Objects.requireNonNull(function, "function");
    return changing(
        () -> {
          V old = get(key);
          return storeResult(key, function.apply(key, old));
        });
  }

  /**
   * Sets the value of a key that is not there, or has the value {@code null}; else replaces it by
   * what a function makes of the old and the given value, where {@code null} removes the key.
   *
   * @param key the key
   * @param value the value, not {@code null}
   * @param function the function
   * @return the new value, or {@code null} if there is none
   */
  public @Nullable V merge(long key, V value, BinaryOperator<@Nullable V> function) {
    Objects.requireNonNull(value, "value");
    Objects.requireNonNull(function, "function");
    return changing(
        () -> {
          V old = get(key);
          return storeResult(key, old == null ? value : function.apply(old, value));
        });
  }

  /** A function's result becomes the value of its key; null removes the key. */
  private @Nullable V storeResult(long key, @Nullable V result) {
    if (result == null) {
      V _ = remove(key);
      return null;
    }
    V _ = put(key, result);
    return get(key);
  }
}
