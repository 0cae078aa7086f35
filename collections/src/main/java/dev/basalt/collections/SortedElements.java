package dev.basalt.collections;

import java.util.Collection;
import java.util.NavigableSet;
import java.util.concurrent.ConcurrentNavigableMap;
import org.jspecify.annotations.Nullable;

/** A sorted set, or a range of one: the keys of a map to which elements can be added. */
final class SortedElements<E extends @Nullable Object> extends SortedKeys<E> {
  private final ConcurrentNavigableMap<E, Boolean> map;

  /** The keys of a tree's map or of one of its ranges. */
  SortedElements(ConcurrentNavigableMap<E, Boolean> map) {
    super((SortedView<E, Boolean>) map);
    this.map = map;
  }

  @Override
  public boolean add(E element) {
    return map.putIfAbsent(element, true) == null;
  }

  @Override
  public boolean addAll(Collection<? extends E> elements) {
    return changing(() -> super.addAll(elements));
  }

  @Override
  public NavigableSet<E> descendingSet() {
    return new SortedElements<>(map.descendingMap());
  }

  @Override
  public NavigableSet<E> subSet(E from, boolean fromInclusive, E to, boolean toInclusive) {
    return new SortedElements<>(map.subMap(from, fromInclusive, to, toInclusive));
  }

  @Override
  public NavigableSet<E> headSet(E to, boolean inclusive) {
    return new SortedElements<>(map.headMap(to, inclusive));
  }

  @Override
  public NavigableSet<E> tailSet(E from, boolean inclusive) {
    return new SortedElements<>(map.tailMap(from, inclusive));
  }
}
