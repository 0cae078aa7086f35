package dev.basalt.collections;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Map.Entry;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Iterates over a map of {@code long} keys, a leaf at a time, in the order of the hashes by their
 * bits, lowest first (as {@link HashCursor}). A leaf is a range in this order, and what divides or
 * unites leaves does so with their ranges; so an entry that is there all the time is met exactly
 * once.
 */
final class LongCursor<V extends @Nullable Object> implements Iterator<Entry<Long, V>> {
  private final PersistentLongMap<V> map;
  private final LongMapView<V> view;
  private final ArrayDeque<Entry<Long, V>> ready = new ArrayDeque<>();

  /** Reversed hashes below this one, without sign, have been met. */
  private long position;

  private boolean ended;
  private @Nullable Long last;

  LongCursor(PersistentLongMap<V> map) {
    this.map = map;
    this.view = new LongMapView<>(map);
  }

  @Override
  public boolean hasNext() {
    if (ready.isEmpty() && !ended) {
      boolean _ =
          map.reading(
              () -> {
                LongNodes nodes = map.nodes();
                while (ready.isEmpty() && !ended) {
                  load(nodes);
                }
                return true;
              });
    }
    return !ready.isEmpty();
  }

  private void load(LongNodes nodes) {
    long leaf = nodes.leaf(Long.reverse(position));
    if (leaf == 0) {
      ended = true;
      return;
    }
    int used = nodes.used(leaf);
    for (int i = 0; i < LongNodes.CAPACITY; i++) {
      if ((used >>> i & 1) != 0) {
        long key = nodes.key(leaf, i);
        if (Long.compareUnsigned(Long.reverse(LongNodes.hash(key)), position) >= 0) {
          ready.add(new WriteThrough<>(view, key, map.value(nodes, leaf, i)));
        }
      }
    }
    int depth = nodes.depth(leaf);
    long range = depth == 0 ? 0 : 1L << (Long.SIZE - depth);
    position = (position & -range) + range;
    ended = position == 0;
  }

  @Override
  public Entry<Long, V> next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    Entry<Long, V> entry = ready.remove();
    last = entry.getKey();
    return entry;
  }

  @Override
  public void remove() {
    Long key = last;
    if (key == null) {
      throw new IllegalStateException("next has not been called, or the entry was removed");
    }
    last = null;
    V _ = map.remove(key);
  }
}
