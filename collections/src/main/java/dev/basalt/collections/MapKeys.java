package dev.basalt.collections;

import java.util.AbstractSet;
import java.util.Collection;
import java.util.Iterator;
import java.util.Map.Entry;
import java.util.Objects;
import java.util.Spliterator;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The keys of a map that is not sorted; changes go through to it. */
final class MapKeys<K extends @Nullable Object> extends AbstractSet<K> {
  private final AtomicMap<K, ?> map;

  MapKeys(AtomicMap<K, ?> map) {
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
  public boolean contains(@Nullable Object key) {
    return map.containsKey(key);
  }

  @Override
  public boolean remove(@Nullable Object key) {
    return map.removeKey(key);
  }

  @Override
  public boolean removeIf(Predicate<? super K> filter) {
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
  public Spliterator<K> spliterator() {
    return map.isStill()
        ? super.spliterator()
        : Spliteration.unsized(iterator(), Spliterator.DISTINCT);
  }

  @Override
  public Iterator<K> iterator() {
    return iterator(map);
  }

  private static <K extends @Nullable Object, V extends @Nullable Object> Iterator<K> iterator(
      AtomicMap<K, V> of) {
    return new PartIterator<>(of.entries(), Entry::getKey);
  }
}
