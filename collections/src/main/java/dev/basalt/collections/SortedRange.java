package dev.basalt.collections;

import org.jspecify.annotations.Nullable;

/** A range of a tree map, in either direction. */
final class SortedRange<K extends @Nullable Object, V extends @Nullable Object>
    extends SortedView<K, V> {
  private final PersistentTreeMap<K, V> tree;

  SortedRange(PersistentTreeMap<K, V> tree, Bound low, Bound high, boolean descending) {
    super(low, high, descending);
    this.tree = tree;
  }

  @Override
  PersistentTreeMap<K, V> tree() {
    return tree;
  }
}
