package dev.basalt.collections;

import java.util.AbstractSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Spliterator;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The keys of a sorted map or of a range of one; changes go through to the map. */
class SortedKeys<E extends @Nullable Object> extends AbstractSet<E> implements NavigableSet<E> {
  private final SortedView<E, ?> map;

  SortedKeys(SortedView<E, ?> map) {
    this.map = map;
  }

  /** Runs what may write as one update. */
  final <R extends @Nullable Object> R changing(Supplier<R> body) {
    return map.changing(body);
  }

  @Override
  public int size() {
    return map.size();
  }

  @Override
  public boolean isEmpty() {
    return map.isEmpty();
  }

  @Override
  public boolean contains(@Nullable Object key) {
    return map.containsKey(key);
  }

  @Override
  public boolean remove(@Nullable Object key) {
    return map.removeKey(key);
  }

  @Override
  public boolean removeIf(Predicate<? super E> filter) {
    return map.changing(() -> super.removeIf(filter));
  }

  @Override
  public boolean removeAll(Collection<?> keys) {
    Objects.requireNonNull(keys, "keys");
    return map.changing(() -> super.removeAll(keys));
  }

  @Override
  public boolean retainAll(Collection<?> keys) {
    Objects.requireNonNull(keys, "keys");
    return map.changing(() -> super.retainAll(keys));
  }

  @Override
  public void clear() {
    map.clear();
  }

  @Override
  public Spliterator<E> spliterator() {
    return map.isStill()
        ? NavigableSet.super.spliterator()
        : Spliteration.sorted(iterator(), comparator());
  }

  @Override
  public Iterator<E> iterator() {
    return map.keys();
  }

  @Override
  public Iterator<E> descendingIterator() {
    return descendingSet().iterator();
  }

  @Override
  public @Nullable Comparator<? super E> comparator() {
    return map.comparator();
  }

  @Override
  public E first() {
    return map.firstKey();
  }

  @Override
  public E last() {
    return map.lastKey();
  }

  @Override
  public @Nullable E lower(E key) {
    return map.lowerKey(key);
  }

  @Override
  public @Nullable E floor(E key) {
    return map.floorKey(key);
  }

  @Override
  public @Nullable E ceiling(E key) {
    return map.ceilingKey(key);
  }

  @Override
  public @Nullable E higher(E key) {
    return map.higherKey(key);
  }

  @Override
  public @Nullable E pollFirst() {
    return SortedView.keyOrNull(map.pollFirstEntry());
  }

  @Override
  public @Nullable E pollLast() {
    return SortedView.keyOrNull(map.pollLastEntry());
  }

  @Override
  public NavigableSet<E> descendingSet() {
    return map.descendingKeySet();
  }

  @Override
  public NavigableSet<E> subSet(E from, boolean fromInclusive, E to, boolean toInclusive) {
    return map.subMap(from, fromInclusive, to, toInclusive).navigableKeySet();
  }

  @Override
  public NavigableSet<E> headSet(E to, boolean inclusive) {
    return map.headMap(to, inclusive).navigableKeySet();
  }

  @Override
  public NavigableSet<E> tailSet(E from, boolean inclusive) {
    return map.tailMap(from, inclusive).navigableKeySet();
  }

  @Override
  public NavigableSet<E> subSet(E from, E to) {
    return subSet(from, true, to, false);
  }

  @Override
  public NavigableSet<E> headSet(E to) {
    return headSet(to, false);
  }

  @Override
  public NavigableSet<E> tailSet(E from) {
    return tailSet(from, true);
  }
}
