package dev.basalt.collections;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.Map.Entry;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Iterates over a sorted map, a leaf at a time. Where it goes on is told by the last key, so it is
 * at home in any state of the tree.
 */
final class SortedCursor<K extends @Nullable Object, V extends @Nullable Object>
    implements Iterator<Entry<K, V>> {
  private final SortedView<K, V> map;
  private final ArrayDeque<Entry<K, V>> ready = new ArrayDeque<>();
  private Bound from = Bound.none();
  private boolean ended;
  private @Nullable Entry<K, V> last;

  SortedCursor(SortedView<K, V> map) {
    this.map = map;
  }

  @Override
  public boolean hasNext() {
    if (ready.isEmpty() && !ended) {
      load();
    }
    return !ready.isEmpty();
  }

  private void load() {
    List<Entry<K, V>> found = map.batch(from);
    if (found.isEmpty()) {
      ended = true;
      return;
    }
    K last = found.getLast().getKey();
    if (map.isInside(last)) {
      ready.addAll(found);
      from = new Bound.Key(last, false);
      return;
    }
    ended = true;
    for (Entry<K, V> entry : found) {
      if (!map.isInside(entry.getKey())) {
        return;
      }
      ready.add(entry);
    }
  }

  @Override
  public Entry<K, V> next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    Entry<K, V> entry = ready.remove();
    last = entry;
    return new WriteThrough<>(map, entry.getKey(), entry.getValue());
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
