package dev.basalt.collections;

import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.NavigableSet;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a tree map and its ranges have in common: everything but the few operations of the tree. A
 * view has two bounds, in the order of the tree, and a direction. "Up" is the direction of the
 * tree.
 */
abstract sealed class SortedView<K extends @Nullable Object, V extends @Nullable Object>
    extends AtomicMap<K, V> implements ConcurrentNavigableMap<K, V>
    permits PersistentTreeMap, SortedRange {
  private final Bound low;
  private final Bound high;
  private final boolean descending;

  SortedView(Bound low, Bound high, boolean descending) {
    this.low = low;
    this.high = high;
    this.descending = descending;
  }

  abstract PersistentTreeMap<K, V> tree();

  @Override
  <R extends @Nullable Object> R reading(Supplier<R> body) {
    return tree().reading(body);
  }

  @Override
  <R extends @Nullable Object> R changing(Supplier<R> body) {
    return tree().changing(body);
  }

  @Override
  boolean isStill() {
    return Spliteration.isStill(tree());
  }

  // ---- bounds

  boolean isInside(@Nullable Object key) {
    Comparator<Object> order = tree().order();
    return low.isBelow(order, key) && high.isAbove(order, key);
  }

  private void checkInside(@Nullable Object key) {
    if (!isInside(key)) {
      throw new IllegalArgumentException("the key %s is outside of the range".formatted(key));
    }
  }

  /** A bound, or the end of the range if that is nearer. */
  Bound clamp(Bound from, boolean up) {
    Comparator<Object> order = tree().order();
    return switch (from) {
      case Bound.None _ -> up ? low : high;
      case Bound.Key(Object key, boolean _) -> {
        boolean inside = up ? low.isBelow(order, key) : high.isAbove(order, key);
        yield inside ? from : up ? low : high;
      }
    };
  }

  /** The nearest entry to a bound in the direction of this view or against it. */
  @Nullable Entry<K, V> nearest(Bound from, boolean forward) {
    boolean up = forward != descending;
    Entry<K, V> entry = tree().near(clamp(from, up), up);
    return entry != null && isInside(entry.getKey()) ? entry : null;
  }

  /** How many pairs of a leaf, from a place on in a direction, are inside; others are not. */
  int countInside(TreeNodes nodes, TreeNodes.Place from, boolean up) {
    return switch (up ? high : low) {
      case Bound.None _ -> up ? nodes.countOf(from.leaf()) - from.index() : from.index() + 1;
      case Bound.Key(Object key, boolean inclusive) -> {
        TreeSearch search = nodes.search(key);
        int inside =
            up
                ? search.position(from.leaf(), inclusive) - from.index()
                : from.index() + 1 - search.position(from.leaf(), !inclusive);
        yield Math.max(0, inside);
      }
    };
  }

  private ConcurrentNavigableMap<K, V> narrow(Bound from, Bound to) {
    Bound newLow = descending ? to : from;
    Bound newHigh = descending ? from : to;
    checkBound(newLow);
    checkBound(newHigh);
    if (newLow instanceof Bound.Key(Object lowKey, boolean _)
        && newHigh instanceof Bound.Key(Object highKey, boolean _)
        && TreeNodes.compare(tree().order(), lowKey, highKey) > 0) {
      throw new IllegalArgumentException("the range ends before it begins");
    }
    return new SortedRange<>(
        tree(),
        newLow instanceof Bound.None ? low : newLow,
        newHigh instanceof Bound.None ? high : newHigh,
        descending);
  }

  /** A bound lies in the range, or is an end that does not belong to it either. */
  private void checkBound(Bound bound) {
    if (bound instanceof Bound.Key(Object key, boolean inclusive)) {
      tree().checkKey(key);
      Comparator<Object> order = tree().order();
      if (!(inclusive
          ? isInside(key)
          : closed(low).isBelow(order, key) && closed(high).isAbove(order, key))) {
        throw new IllegalArgumentException("the bound %s is outside of the range".formatted(key));
      }
    }
  }

  private static Bound closed(Bound bound) {
    return bound instanceof Bound.Key(Object key, boolean _) ? new Bound.Key(key, true) : bound;
  }

  // ---- single keys

  @Override
  public int size() {
    return reading(() -> tree().isPlain() ? countPlain() : count(tree().nodes()));
  }

  private int countPlain() {
    int count = 0;
    for (Iterator<K> keys = keys(); keys.hasNext(); ) {
      K _ = keys.next();
      count++;
    }
    return count;
  }

  private int count(TreeNodes nodes) {
    TreeNodes.Place first = nodes.near(low, true);
    TreeNodes.Place last = nodes.near(high, false);
    return first == null || last == null || !isInside(nodes.key(first.leaf(), first.index()))
        ? 0
        : nodes.countBetween(first, last);
  }

  @Override
  public boolean isEmpty() {
    return nearest(Bound.none(), true) == null;
  }

  @Override
  public @Nullable V get(@Nullable Object key) {
    return isInside(key) ? tree().find(key) : null;
  }

  @Override
  public boolean containsKey(@Nullable Object key) {
    return isInside(key) && tree().has(key);
  }

  @Override
  public @Nullable V put(K key, V value) {
    checkInside(key);
    return tree().store(key, value);
  }

  @Override
  public @Nullable V remove(@Nullable Object key) {
    return isInside(key) ? tree().delete(key) : null;
  }

  @Override
  boolean removeKey(@Nullable Object key) {
    return changing(
        () -> {
          boolean present = containsKey(key);
          if (present) {
            V _ = tree().delete(key);
          }
          return present;
        });
  }

  @Override
  public void clear() {
    boolean _ = changing(() -> entrySet().removeIf(_ -> true));
  }

  // ---- order

  @Override
  @SuppressWarnings({"unchecked", "NullAway"}) // of the keys' type; null is the natural order
  public @Nullable Comparator<? super K> comparator() {
    Comparator<Object> order = tree().order();
    return (Comparator<? super K>) (descending ? Collections.reverseOrder(order) : order);
  }

  static <T extends @Nullable Object> @Nullable T keyOrNull(@Nullable Entry<T, ?> entry) {
    return entry == null ? null : entry.getKey();
  }

  private static <T extends @Nullable Object> T keyOf(@Nullable Entry<T, ?> entry) {
    if (entry == null) {
      throw new NoSuchElementException("the map is empty");
    }
    return entry.getKey();
  }

  @Override
  public @Nullable Entry<K, V> firstEntry() {
    return nearest(Bound.none(), true);
  }

  @Override
  public @Nullable Entry<K, V> lastEntry() {
    return nearest(Bound.none(), false);
  }

  @Override
  public K firstKey() {
    return keyOf(firstEntry());
  }

  @Override
  public K lastKey() {
    return keyOf(lastEntry());
  }

  @Override
  public @Nullable Entry<K, V> lowerEntry(K key) {
    return nearest(new Bound.Key(key, false), false);
  }

  @Override
  public @Nullable Entry<K, V> floorEntry(K key) {
    return nearest(new Bound.Key(key, true), false);
  }

  @Override
  public @Nullable Entry<K, V> ceilingEntry(K key) {
    return nearest(new Bound.Key(key, true), true);
  }

  @Override
  public @Nullable Entry<K, V> higherEntry(K key) {
    return nearest(new Bound.Key(key, false), true);
  }

  @Override
  public @Nullable K lowerKey(K key) {
    return keyOrNull(lowerEntry(key));
  }

  @Override
  public @Nullable K floorKey(K key) {
    return keyOrNull(floorEntry(key));
  }

  @Override
  public @Nullable K ceilingKey(K key) {
    return keyOrNull(ceilingEntry(key));
  }

  @Override
  public @Nullable K higherKey(K key) {
    return keyOrNull(higherEntry(key));
  }

  @Override
  public @Nullable Entry<K, V> pollFirstEntry() {
    return poll(true);
  }

  @Override
  public @Nullable Entry<K, V> pollLastEntry() {
    return poll(false);
  }

  private @Nullable Entry<K, V> poll(boolean first) {
    return changing(
        () -> {
          Entry<K, V> entry = nearest(Bound.none(), first);
          if (entry != null) {
            V _ = tree().delete(entry.getKey());
          }
          return entry;
        });
  }

  // ---- views

  @Override
  public ConcurrentNavigableMap<K, V> subMap(
      K from, boolean fromInclusive, K to, boolean toInclusive) {
    return narrow(new Bound.Key(from, fromInclusive), new Bound.Key(to, toInclusive));
  }

  @Override
  public ConcurrentNavigableMap<K, V> headMap(K to, boolean inclusive) {
    return narrow(Bound.none(), new Bound.Key(to, inclusive));
  }

  @Override
  public ConcurrentNavigableMap<K, V> tailMap(K from, boolean inclusive) {
    return narrow(new Bound.Key(from, inclusive), Bound.none());
  }

  @Override
  public ConcurrentNavigableMap<K, V> subMap(K from, K to) {
    return subMap(from, true, to, false);
  }

  @Override
  public ConcurrentNavigableMap<K, V> headMap(K to) {
    return headMap(to, false);
  }

  @Override
  public ConcurrentNavigableMap<K, V> tailMap(K from) {
    return tailMap(from, true);
  }

  @Override
  public ConcurrentNavigableMap<K, V> descendingMap() {
    return new SortedRange<>(tree(), low, high, !descending);
  }

  @Override
  public NavigableSet<K> keySet() {
    return navigableKeySet();
  }

  @Override
  public NavigableSet<K> navigableKeySet() {
    return new SortedKeys<>(this);
  }

  @Override
  public NavigableSet<K> descendingKeySet() {
    return descendingMap().navigableKeySet();
  }

  @Override
  public Collection<V> values() {
    return new MapValues<>(this);
  }

  @Override
  public boolean containsValue(@Nullable Object value) {
    return reading(() -> super.containsValue(value));
  }

  @Override
  Iterator<Entry<K, V>> entries() {
    return new SortedCursor<>(this, SortedCursor.Part.ENTRY, !descending);
  }

  @Override
  Iterator<V> eachValue() {
    return new SortedCursor<>(this, SortedCursor.Part.VALUE, !descending);
  }

  @Override
  public Set<Entry<K, V>> entrySet() {
    return new MapEntries<>(this);
  }

  Iterator<K> keys() {
    return new SortedCursor<>(this, SortedCursor.Part.KEY, !descending);
  }
}
