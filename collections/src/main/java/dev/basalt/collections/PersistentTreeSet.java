package dev.basalt.collections;

import dev.basalt.object.FieldKind;
import dev.basalt.object.FieldWriter;
import dev.basalt.object.Layout;
import dev.basalt.object.ObjectSpace;
import dev.basalt.object.PersistentObject;
import dev.basalt.object.PersistentStructure;
import java.lang.invoke.VarHandle;
import java.util.AbstractSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.SortedSet;
import java.util.Spliterator;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A sorted set: the keys of a {@link PersistentTreeMap}, of which it has the properties. Plain
 * until an update stores it into something persistent.
 *
 * <p>Safe for use by any number of threads while in a pool; not while plain.
 *
 * @param <E> the type of elements: value types, or persistent classes that implement {@code
 *     Comparable}
 */
public final class PersistentTreeSet<E extends @Nullable Object> extends AbstractSet<E>
    implements NavigableSet<E>, PersistentStructure {
  private static final Layout LAYOUT =
      Layout.of(
          PersistentTreeSet.class.getName(),
          null,
          List.of(
              new Layout.Declaration(
                  "map", FieldKind.REFERENCE, PersistentTreeMap.class.getName())));
  private static final int MAP = LAYOUT.offsetOf("map");

  private transient @Nullable ObjectSpace space;
  private transient long offset;

  /** The map, which is plain or a handle as this is; a handle reads it when it is first used. */
  private transient volatile @Nullable PersistentTreeMap<E, Boolean> map;

  /** Creates an empty plain set. */
  public PersistentTreeSet() {
    this.map = new PersistentTreeMap<>();
  }

  /**
   * Creates an empty plain set.
   *
   * @param comparator the order of its elements, one that can be stored with a {@link
   *     PersistentTreeMap}; {@code null} for their natural order
   */
  public PersistentTreeSet(@Nullable Comparator<? super E> comparator) {
    this.map = new PersistentTreeMap<>(comparator);
  }

  /**
   * Creates a plain set of elements, in the order of the given set if that is sorted, otherwise in
   * the natural order of the elements.
   *
   * @param elements the elements
   */
  public PersistentTreeSet(Collection<? extends E> elements) {
    PersistentTreeMap<E, Boolean> keys = new PersistentTreeMap<>(orderOf(elements));
    elements.forEach(element -> keys.put(element, true));
    this.map = keys;
  }

  @SuppressWarnings("unchecked") // a set's comparator is of its elements' type
  private static <E extends @Nullable Object> @Nullable Comparator<E> orderOf(
      Collection<? extends E> elements) {
    return elements instanceof SortedSet<?> sorted ? (Comparator<E>) sorted.comparator() : null;
  }

  @SuppressWarnings("unchecked") // only this class writes the field
  PersistentTreeMap<E, Boolean> map() {
    PersistentTreeMap<E, Boolean> known = map;
    if (known == null) {
      ObjectSpace in = PersistentStructure.space(this);
      known =
          (PersistentTreeMap<E, Boolean>)
              Objects.requireNonNull(
                  in.read(() -> in.structures().getReference(in.place(this), MAP)));
      map = known;
    }
    return known;
  }

  @Override
  public int size() {
    return map().size();
  }

  @Override
  public boolean contains(@Nullable Object element) {
    return map().containsKey(element);
  }

  @Override
  public boolean add(E element) {
    return map().putIfAbsent(element, true) == null;
  }

  @Override
  public boolean remove(@Nullable Object element) {
    return map().remove(element) != null;
  }

  @Override
  public boolean addAll(Collection<? extends E> elements) {
    return map().changing(() -> super.addAll(elements));
  }

  @Override
  public boolean removeAll(Collection<?> elements) {
    return map().changing(() -> super.removeAll(elements));
  }

  @Override
  public boolean retainAll(Collection<?> elements) {
    return map().changing(() -> super.retainAll(elements));
  }

  @Override
  public boolean removeIf(Predicate<? super E> filter) {
    return map().changing(() -> super.removeIf(filter));
  }

  @Override
  public void clear() {
    map().clear();
  }

  @Override
  public Spliterator<E> spliterator() {
    return map().navigableKeySet().spliterator();
  }

  @Override
  public Iterator<E> iterator() {
    return map().keys();
  }

  private NavigableSet<E> keys() {
    return new SortedElements<>(map());
  }

  @Override
  public Iterator<E> descendingIterator() {
    return keys().descendingIterator();
  }

  @Override
  public NavigableSet<E> descendingSet() {
    return keys().descendingSet();
  }

  @Override
  public @Nullable Comparator<? super E> comparator() {
    return keys().comparator();
  }

  @Override
  public E first() {
    return keys().first();
  }

  @Override
  public E last() {
    return keys().last();
  }

  @Override
  public @Nullable E lower(E element) {
    return keys().lower(element);
  }

  @Override
  public @Nullable E floor(E element) {
    return keys().floor(element);
  }

  @Override
  public @Nullable E ceiling(E element) {
    return keys().ceiling(element);
  }

  @Override
  public @Nullable E higher(E element) {
    return keys().higher(element);
  }

  @Override
  public @Nullable E pollFirst() {
    return keys().pollFirst();
  }

  @Override
  public @Nullable E pollLast() {
    return keys().pollLast();
  }

  @Override
  public NavigableSet<E> subSet(E from, boolean fromInclusive, E to, boolean toInclusive) {
    return keys().subSet(from, fromInclusive, to, toInclusive);
  }

  @Override
  public NavigableSet<E> headSet(E to, boolean inclusive) {
    return keys().headSet(to, inclusive);
  }

  @Override
  public NavigableSet<E> tailSet(E from, boolean inclusive) {
    return keys().tailSet(from, inclusive);
  }

  @Override
  public NavigableSet<E> subSet(E from, E to) {
    return keys().subSet(from, true, to, false);
  }

  @Override
  public NavigableSet<E> headSet(E to) {
    return keys().headSet(to, false);
  }

  @Override
  public NavigableSet<E> tailSet(E from) {
    return keys().tailSet(from, true);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return map().reading(() -> super.equals(other));
  }

  @Override
  public int hashCode() {
    return map().reading(super::hashCode);
  }

  @Override
  public String toString() {
    return map().reading(super::toString);
  }

  @Override
  public Layout $basalt$layout() {
    return LAYOUT;
  }

  @Override
  public @Nullable ObjectSpace $basalt$space() {
    return space;
  }

  @Override
  public long $basalt$offset() {
    return offset;
  }

  @Override
  public void $basalt$bind(@Nullable ObjectSpace newSpace, long newOffset) {
    if (newSpace != null) {
      offset = newOffset;
      VarHandle.releaseFence(); // whoever sees the space sees the offset
    }
    space = newSpace;
  }

  @Override
  public void $basalt$store(FieldWriter writer) {
    writer.putReference(MAP, map);
  }

  /** Keeps the map: it is a handle now. */
  @Override
  public void $basalt$clear() {}

  @Override
  public PersistentObject $basalt$handle(ObjectSpace in, long at) {
    PersistentTreeSet<E> handle = new PersistentTreeSet<>();
    handle.map = null;
    handle.$basalt$bind(in, at);
    return handle;
  }
}
