package dev.basalt.collections;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** One end of a range of keys. */
sealed interface Bound {
  /** The range goes on to the last key. */
  record None() implements Bound {}

  /**
   * The range ends at a key.
   *
   * @param key the key
   * @param inclusive whether the key itself belongs to the range
   */
  record Key(@Nullable Object key, boolean inclusive) implements Bound {}

  /** No bound. */
  static Bound none() {
    return new None();
  }

  /** Whether a key is on the right side of this as a lower bound. */
  default boolean isBelow(@Nullable Comparator<Object> order, @Nullable Object other) {
    return switch (this) {
      case None _ -> true;
      case Key(Object key, boolean inclusive) ->
          TreeNodes.compare(order, key, other) < (inclusive ? 1 : 0);
    };
  }

  /** Whether a key is on the right side of this as an upper bound. */
  default boolean isAbove(@Nullable Comparator<Object> order, @Nullable Object other) {
    return switch (this) {
      case None _ -> true;
      case Key(Object key, boolean inclusive) ->
          TreeNodes.compare(order, other, key) < (inclusive ? 1 : 0);
    };
  }
}
