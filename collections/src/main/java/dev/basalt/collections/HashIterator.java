package dev.basalt.collections;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Map.Entry;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Iterates over a hash map, a bucket at a time. */
final class HashIterator<K extends @Nullable Object, V extends @Nullable Object>
    implements Iterator<Entry<K, V>> {
  private final PersistentHashMap<K, V> map;
  private final HashCursor cursor = new HashCursor();
  private final ArrayDeque<Entry<@Nullable Object, @Nullable Object>> ready = new ArrayDeque<>();
  private @Nullable Entry<K, V> last;

  HashIterator(PersistentHashMap<K, V> map) {
    this.map = map;
  }

  @Override
  public boolean hasNext() {
    if (ready.isEmpty() && !cursor.isAtEnd()) {
      boolean _ = map.reading(this::load);
    }
    return !ready.isEmpty();
  }

  private boolean load() {
    HashTrie trie = map.trie();
    while (ready.isEmpty() && !cursor.isAtEnd()) {
      ready.addAll(cursor.take(trie));
    }
    return true;
  }

  @Override
  public Entry<K, V> next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    Entry<@Nullable Object, @Nullable Object> entry = ready.remove();
    last =
        new WriteThrough<>(
            map,
            PersistentHashMap.<K>cast(entry.getKey()),
            PersistentHashMap.<V>cast(entry.getValue()));
    return last;
  }

  @Override
  public void remove() {
    Entry<K, V> entry = last;
    if (entry == null) {
      throw new IllegalStateException("next has not been called, or the entry was removed");
    }
    last = null;
    boolean _ = map.removeKey(entry.getKey());
  }
}
