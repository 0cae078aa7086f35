package dev.basalt.collections;

import java.util.AbstractSet;
import java.util.Collection;
import java.util.Iterator;
import java.util.Map.Entry;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The entries of a map; changes go through to it. */
final class MapEntries<K extends @Nullable Object, V extends @Nullable Object>
    extends AbstractSet<Entry<K, V>> {
  private final AtomicMap<K, V> map;

  MapEntries(AtomicMap<K, V> map) {
    this.map = map;
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
  public boolean contains(@Nullable Object element) {
    return element instanceof Entry<?, ?> entry && map.holds(entry.getKey(), entry.getValue());
  }

  @Override
  public boolean remove(@Nullable Object element) {
    return element instanceof Entry<?, ?> entry && map.remove(entry.getKey(), entry.getValue());
  }

  @Override
  public boolean removeIf(Predicate<? super Entry<K, V>> filter) {
    return map.changing(() -> super.removeIf(filter));
  }

  @Override
  public boolean removeAll(Collection<?> entries) {
    return map.changing(() -> super.removeAll(entries));
  }

  @Override
  public boolean retainAll(Collection<?> entries) {
    return map.changing(() -> super.retainAll(entries));
  }

  @Override
  public void clear() {
    map.clear();
  }

  @Override
  public Spliterator<Entry<K, V>> spliterator() {
    int characteristics = Spliterator.DISTINCT | order(map);
    return map.isStill()
        ? Spliterators.spliterator(this, characteristics)
        : Spliteration.unsized(iterator(), characteristics);
  }

  /** What tells that a map's views have an order, or nothing. */
  static int order(AtomicMap<?, ?> map) {
    return map instanceof SortedView<?, ?> ? Spliterator.ORDERED : 0;
  }

  @Override
  public Iterator<Entry<K, V>> iterator() {
    return map.entries();
  }
}
