package dev.basalt.collections;

import java.util.Collection;
import java.util.Iterator;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A map of {@code long} keys as a map of boxed ones; changes go through in both directions. */
final class LongMapView<V extends @Nullable Object> extends AtomicMap<Long, V> {
  private final PersistentLongMap<V> map;

  LongMapView(PersistentLongMap<V> map) {
    this.map = map;
  }

  @Override
  <R extends @Nullable Object> R reading(Supplier<R> body) {
    return map.reading(body);
  }

  @Override
  <R extends @Nullable Object> R changing(Supplier<R> body) {
    return map.changing(body);
  }

  @Override
  boolean removeKey(@Nullable Object key) {
    return key instanceof Long number
        && changing(
            () -> {
              boolean present = map.containsKey(number);
              V _ = map.remove(number);
              return present;
            });
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
  public void clear() {
    map.clear();
  }

  @Override
  public boolean containsKey(@Nullable Object key) {
    return key instanceof Long number && map.containsKey(number);
  }

  @Override
  public @Nullable V get(@Nullable Object key) {
    return key instanceof Long number ? map.get(number) : null;
  }

  @Override
  public @Nullable V put(Long key, V value) {
    return map.put(key, value);
  }

  @Override
  public @Nullable V remove(@Nullable Object key) {
    return key instanceof Long number ? map.remove(number) : null;
  }

  @Override
  Iterator<Entry<Long, V>> entries() {
    return map.entries();
  }

  @Override
  boolean isStill() {
    return Spliteration.isStill(map);
  }

  @Override
  public Set<Entry<Long, V>> entrySet() {
    return new MapEntries<>(this);
  }

  @Override
  public Set<Long> keySet() {
    return new MapKeys<>(this);
  }

  @Override
  public Collection<V> values() {
    return new MapValues<>(this);
  }
}
