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
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.Spliterator;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A hash set: the keys of a {@link PersistentHashMap}, of which it has the properties. Plain until
 * an update stores it into something persistent.
 *
 * <p>Safe for use by any number of threads while in a pool; not while plain.
 *
 * @param <E> the type of elements: value types, or persistent classes that override {@code equals}
 *     and {@code hashCode}
 */
public final class PersistentHashSet<E extends @Nullable Object> extends AbstractSet<E>
    implements Set<E>, PersistentStructure {
  private static final Layout LAYOUT =
      Layout.of(
          PersistentHashSet.class.getName(),
          null,
          List.of(
              new Layout.Declaration(
                  "map", FieldKind.REFERENCE, PersistentHashMap.class.getName())));
  private static final int MAP = LAYOUT.offsetOf("map");

  private transient @Nullable ObjectSpace space;
  private transient long offset;

  /** The map, which is plain or a handle as this is; a handle reads it when it is first used. */
  private transient volatile @Nullable PersistentHashMap<E, Boolean> map;

  /** Creates an empty plain set. */
  public PersistentHashSet() {
    this.map = new PersistentHashMap<>();
  }

  /**
   * Creates a plain set of elements.
   *
   * @param elements the elements
   */
  public PersistentHashSet(Collection<? extends E> elements) {
    PersistentHashMap<E, Boolean> keys = new PersistentHashMap<>();
    elements.forEach(element -> keys.put(element, true));
    this.map = keys;
  }

  @SuppressWarnings("unchecked") // only this class writes the field
  private PersistentHashMap<E, Boolean> map() {
    PersistentHashMap<E, Boolean> known = map;
    if (known == null) {
      ObjectSpace in = PersistentStructure.space(this);
      known =
          (PersistentHashMap<E, Boolean>)
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
    return map().keySet().spliterator();
  }

  @Override
  public Iterator<E> iterator() {
    return map().keySet().iterator();
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
    PersistentHashSet<E> handle = new PersistentHashSet<>();
    handle.map = null;
    handle.$basalt$bind(in, at);
    return handle;
  }
}
