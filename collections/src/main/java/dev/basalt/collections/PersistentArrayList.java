package dev.basalt.collections;

import dev.basalt.object.FieldWriter;
import dev.basalt.object.Layout;
import dev.basalt.object.ObjectSpace;
import dev.basalt.object.PersistentObject;
import dev.basalt.object.PersistentStructure;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.ListIterator;
import java.util.Objects;
import java.util.RandomAccess;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A list of which any element is reached in constant time. Plain until an update stores it into
 * something persistent; then its elements live in the pool.
 *
 * <p>Behaves like {@link ArrayList}: {@code null} is an element, and the cost of operations is the
 * same. Every operation is atomic, bulk operations too; inside a transaction it is part of that. In
 * a pool, iterators are weakly consistent: they never throw {@link
 * java.util.ConcurrentModificationException}, and outside a transaction each step sees the latest
 * committed state. Insertions and removals that happen between the steps of an iterator outside a
 * transaction may make it meet an element twice or leave one out; what has moved or gone meanwhile
 * is neither removed nor set through it.
 *
 * <p>Elements lie in leaves of 256 under a directory, so appending copies little and setting an
 * element logs 8 bytes; leaves are given back when the list becomes shorter. Safe for use by any
 * number of threads while in a pool; not while plain.
 *
 * @param <E> the type of elements: persistent classes, strings, boxed primitives, collections of
 *     Basalt
 */
public final class PersistentArrayList<E extends @Nullable Object> extends AtomicList<E>
    implements RandomAccess, PersistentStructure {
  private transient @Nullable ObjectSpace space;
  private transient long offset;
  private transient @Nullable List<E> plain;

  /** Creates an empty plain list. */
  public PersistentArrayList() {
    this.plain = new ArrayList<>();
  }

  /**
   * Creates a plain list of elements.
   *
   * @param elements the elements, in the order of their iterator
   */
  public PersistentArrayList(Collection<? extends E> elements) {
    this.plain = new ArrayList<>(elements);
  }

  /** The plain state, or null if this is a handle. Read before the check: a handle has none. */
  private @Nullable List<E> plain() {
    List<E> state = plain;
    VarHandle.loadLoadFence();
    return PersistentStructure.isPlain(this) ? state : null;
  }

  ArrayElements<E> elements(ObjectSpace in) {
    return new ArrayElements<>(in.structures(), in.place(this));
  }

  @Override
  <R extends @Nullable Object> R reading(Supplier<R> body) {
    return plain() != null ? body.get() : PersistentStructure.space(this).read(body);
  }

  @Override
  <R extends @Nullable Object> R changing(Supplier<R> body) {
    return plain() != null ? body.get() : PersistentStructure.space(this).write(body);
  }

  /** Reads the plain state, or what the pool holds. */
  private <R extends @Nullable Object> R reading(
      Function<List<E>, R> plainly, Function<ArrayElements<E>, R> stored) {
    List<E> local = plain();
    if (local != null) {
      return plainly.apply(local);
    }
    ObjectSpace in = PersistentStructure.space(this);
    return in.read(() -> stored.apply(elements(in)));
  }

  /** Changes the plain state, or what the pool holds. */
  private <R extends @Nullable Object> R changing(
      Function<List<E>, R> plainly, Function<ArrayElements<E>, R> stored) {
    List<E> local = plain();
    if (local != null) {
      return plainly.apply(local);
    }
    ObjectSpace in = PersistentStructure.space(this);
    return in.write(() -> stored.apply(elements(in)));
  }

  /** As {@link #changing}, without a result. */
  private void change(Consumer<List<E>> plainly, Consumer<ArrayElements<E>> stored) {
    boolean _ =
        changing(
            local -> {
              plainly.accept(local);
              return true;
            },
            elements -> {
              stored.accept(elements);
              return true;
            });
  }

  // ---- one element

  @Override
  public int size() {
    List<E> local = plain();
    return local != null ? local.size() : elements(PersistentStructure.space(this)).size();
  }

  @Override
  public E get(int index) {
    return reading(local -> local.get(index), elements -> elements.get(index));
  }

  @Override
  public E set(int index, E element) {
    return changing(local -> local.set(index, element), elements -> elements.set(index, element));
  }

  @Override
  public boolean add(E element) {
    change(local -> local.add(element), elements -> elements.add(element));
    return true;
  }

  @Override
  public void add(int index, E element) {
    change(local -> local.add(index, element), elements -> elements.add(index, element));
  }

  @Override
  public E remove(int index) {
    return changing(local -> local.remove(index), elements -> elements.remove(index));
  }

  @Override
  public boolean remove(@Nullable Object element) {
    return changing(
        () -> {
          int index = indexOf(element);
          if (index >= 0) {
            E _ = remove(index);
          }
          return index >= 0;
        });
  }

  @Override
  public int indexOf(@Nullable Object element) {
    return reading(local -> local.indexOf(element), elements -> elements.indexOf(element));
  }

  @Override
  public int lastIndexOf(@Nullable Object element) {
    return reading(local -> local.lastIndexOf(element), elements -> elements.lastIndexOf(element));
  }

  // ---- all elements

  @Override
  @SuppressWarnings("unchecked") // a collection's array holds its elements
  public boolean addAll(int index, Collection<? extends E> added) {
    E[] array = (E[]) added.toArray();
    return changing(
        local -> local.addAll(index, Arrays.asList(array)),
        elements -> elements.addAll(index, array));
  }

  @Override
  public boolean removeIf(Predicate<? super E> filter) {
    Objects.requireNonNull(filter, "filter");
    return changing(local -> local.removeIf(filter), elements -> elements.removeIf(filter));
  }

  @Override
  protected void removeRange(int fromIndex, int toIndex) {
    change(
        local -> local.subList(fromIndex, toIndex).clear(),
        elements -> elements.removeRange(fromIndex, toIndex));
  }

  @Override
  public void replaceAll(UnaryOperator<E> operator) {
    Objects.requireNonNull(operator, "operator");
    change(local -> local.replaceAll(operator), elements -> elements.replaceAll(operator));
  }

  @Override
  public void clear() {
    change(List::clear, ArrayElements::clear);
  }

  @Override
  @SuppressWarnings("NullAway") // the elements may be null, which the JDK's signature does not say
  public Object[] toArray() {
    return reading(List::toArray, ArrayElements::toArray);
  }

  @Override
  public Iterator<E> iterator() {
    return listIterator();
  }

  @Override
  public ListIterator<E> listIterator(int index) {
    List<E> local = plain();
    return local != null
        ? local.listIterator(index)
        : new ArrayCursor<>(
            PersistentStructure.space(this), this, Objects.checkIndex(index, size() + 1));
  }

  @Override
  public List<E> subList(int fromIndex, int toIndex) {
    List<E> local = plain();
    return local != null ? local.subList(fromIndex, toIndex) : super.subList(fromIndex, toIndex);
  }

  @Override
  boolean isStill() {
    return Spliteration.isStill(this);
  }

  // ---- in the pool

  @Override
  public Layout $basalt$layout() {
    return ArrayElements.LIST;
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
    Objects.requireNonNull(plain).forEach(elements(PersistentStructure.space(this))::add);
  }

  @Override
  public void $basalt$clear() {
    plain = null;
  }

  @Override
  public PersistentObject $basalt$handle(ObjectSpace in, long at) {
    PersistentArrayList<E> handle = new PersistentArrayList<>();
    handle.plain = null;
    handle.$basalt$bind(in, at);
    return handle;
  }
}
