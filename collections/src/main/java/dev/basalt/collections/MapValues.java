package dev.basalt.collections;

import java.util.AbstractCollection;
import java.util.Collection;
import java.util.Iterator;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The values of a map, in the map's order; changes go through to it. */
final class MapValues<V extends @Nullable Object> extends AbstractCollection<V> {
  private final AtomicMap<?, V> map;

  MapValues(AtomicMap<?, V> map) {
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
  public boolean contains(@Nullable Object value) {
    return map.containsValue(value);
  }

  @Override
  public boolean remove(@Nullable Object value) {
    return map.changing(() -> super.remove(value));
  }

  @Override
  public boolean removeIf(Predicate<? super V> filter) {
    return map.changing(() -> super.removeIf(filter));
  }

  @Override
  public boolean removeAll(Collection<?> values) {
    return map.changing(() -> super.removeAll(values));
  }

  @Override
  public boolean retainAll(Collection<?> values) {
    return map.changing(() -> super.retainAll(values));
  }

  @Override
  public void clear() {
    map.clear();
  }

  @Override
  public Spliterator<V> spliterator() {
    int characteristics = MapEntries.order(map);
    return map.isStill()
        ? Spliterators.spliterator(this, characteristics)
        : Spliteration.unsized(iterator(), characteristics);
  }

  @Override
  public Iterator<V> iterator() {
    return map.eachValue();
  }
}
