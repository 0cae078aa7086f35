package dev.basalt.object;

import org.jspecify.annotations.Nullable;

/**
 * Makes persistent collections of those of the JDK. A service that the collections module provides:
 * the runtime has no collections of its own. Safe for use by any number of threads.
 */
public interface CollectionFactory {
  /** What a collection can do, as far as a field's type can ask for it. */
  enum Kind {
    /** A {@code List}, also any other {@code Collection} in the order of its iterator. */
    LIST,
    /** A {@code List} that is a {@code Deque} too. */
    LINKED_LIST,
    /** A {@code Deque}, also a {@code Queue} in the order of insertion. */
    DEQUE,
    /** A {@code Set}. */
    SET,
    /** A {@code NavigableSet}, with the original's comparator. */
    SORTED_SET,
    /** A {@code Map}. */
    MAP,
    /** A {@code NavigableMap}, with the original's comparator. */
    SORTED_MAP
  }

  /**
   * Makes a plain persistent collection with the elements of another.
   *
   * @param kind what the original is
   * @param original the {@code Collection} or {@code Map}
   * @return the collection, or {@code null} if this factory has none of that kind
   */
  @Nullable PersistentObject copy(Kind kind, Object original);
}
