package dev.basalt.collections;

import java.util.AbstractMap.SimpleEntry;
import org.jspecify.annotations.Nullable;

/** An entry as it was read, which writes to its map. */
final class WriteThrough<K extends @Nullable Object, V extends @Nullable Object>
    extends SimpleEntry<K, V> {
  private static final long serialVersionUID = 1L;

  private final transient AtomicMap<K, V> map;

  WriteThrough(AtomicMap<K, V> map, K key, V value) {
    super(key, value);
    this.map = map;
  }

  @Override
  public V setValue(V value) {
    V _ = map.put(getKey(), value);
    return super.setValue(value);
  }
}
