package dev.basalt.collections;

import dev.basalt.object.FieldWriter;
import dev.basalt.object.Layout;
import dev.basalt.object.ObjectSpace;
import dev.basalt.object.PersistentObject;
import dev.basalt.object.PersistentStructure;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedList;
import java.util.List;
import java.util.ListIterator;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A list that is cheap at both ends, and a deque. Plain until an update stores it into something
 * persistent; then its elements live in the pool.
 *
 * <p>Behaves like {@link LinkedList}: {@code null} is an element. Every operation is atomic, bulk
 * operations too; inside a transaction it is part of that. Elements lie in linked nodes of up to
 * 58. Adding and removing at an end takes constant time and does not conflict with the other end
 * once there are more than two nodes; to reach an index takes a step per node from the nearer end;
 * inserting or removing there moves at most the elements of two nodes.
 *
 * <p>In a pool, iterators are weakly consistent: they never throw {@link
 * java.util.ConcurrentModificationException}, outside a transaction each node is read in the latest
 * committed state, and elements that come and go at the ends do not disturb them. Insertions and
 * removals inside the list that happen between the steps of an iterator outside a transaction may
 * make it meet an element twice or leave one out.
 *
 * <p>Safe for use by any number of threads while in a pool; not while plain.
 *
 * @param <E> the type of elements: whatever a field may hold
 */
@SuppressWarnings({"JdkObsolete", "NonApiType"}) // it is a list and a deque, and takes null
public final class PersistentLinkedList<E extends @Nullable Object> extends DequeList<E>
    implements PersistentStructure {
  private transient @Nullable ObjectSpace space;
  private transient long offset;
  private transient @Nullable LinkedList<E> plain;

  /** Creates an empty plain list. */
  public PersistentLinkedList() {
    this.plain = new LinkedList<>();
  }

  /**
   * Creates a plain list of elements.
   *
   * @param elements the elements, in the order of their iterator
   */
  public PersistentLinkedList(Collection<? extends E> elements) {
    this.plain = new LinkedList<>(elements);
  }

  /** The plain state, or null if this is a handle. Read before the check: a handle has none. */
  private @Nullable LinkedList<E> plain() {
    LinkedList<E> state = plain;
    VarHandle.loadLoadFence();
    return PersistentStructure.isPlain(this) ? state : null;
  }

  LinkedNodes nodes(ObjectSpace in) {
    return new LinkedNodes(in.structures(), in.place(this));
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
      Function<LinkedList<E>, R> plainly, Function<LinkedElements<E>, R> stored) {
    LinkedList<E> local = plain();
    if (local != null) {
      return plainly.apply(local);
    }
    ObjectSpace in = PersistentStructure.space(this);
    return in.read(() -> stored.apply(new LinkedElements<>(nodes(in))));
  }

  /** Changes the plain state, or what the pool holds. */
  private <R extends @Nullable Object> R changing(
      Function<LinkedList<E>, R> plainly, Function<LinkedElements<E>, R> stored) {
    LinkedList<E> local = plain();
    if (local != null) {
      return plainly.apply(local);
    }
    ObjectSpace in = PersistentStructure.space(this);
    return in.write(() -> stored.apply(new LinkedElements<>(nodes(in))));
  }

  /** As {@link #changing}, without a result. */
  private void change(Consumer<LinkedList<E>> plainly, Consumer<LinkedElements<E>> stored) {
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

  // ---- the ends

  @Override
  void put(E element, boolean front) {
    change(
        local -> local.add(front ? 0 : local.size(), element),
        elements -> elements.add(element, front));
  }

  @Override
  @Nullable Object take(boolean front) {
    return changing(
        local -> local.isEmpty() ? NONE : local.remove(front ? 0 : local.size() - 1),
        elements -> elements.take(front));
  }

  @Override
  @Nullable Object look(boolean front) {
    return reading(
        local -> local.isEmpty() ? NONE : local.get(front ? 0 : local.size() - 1),
        elements -> elements.look(front));
  }

  // ---- by index

  @Override
  public int size() {
    return reading(List::size, LinkedElements::size);
  }

  @Override
  public boolean isEmpty() {
    return reading(List::isEmpty, LinkedElements::isEmpty);
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
  public void add(int index, E element) {
    change(local -> local.add(index, element), elements -> elements.add(index, element));
  }

  @Override
  public E remove(int index) {
    return changing(local -> local.remove(index), elements -> elements.remove(index));
  }

  @Override
  public int indexOf(@Nullable Object element) {
    return reading(local -> local.indexOf(element), elements -> elements.indexOf(element));
  }

  @Override
  public int lastIndexOf(@Nullable Object element) {
    return reading(local -> local.lastIndexOf(element), elements -> elements.lastIndexOf(element));
  }

  @Override
  boolean removeNearest(@Nullable Object element, boolean front) {
    return changing(
        local -> front ? local.removeFirstOccurrence(element) : local.removeLastOccurrence(element),
        elements -> elements.removeNearest(element, front));
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
    change(List::clear, LinkedElements::clear);
  }

  @Override
  public Iterator<E> iterator() {
    LinkedList<E> local = plain();
    return local != null
        ? local.iterator()
        : new LinkedCursor<>(PersistentStructure.space(this), this, true);
  }

  @Override
  public Iterator<E> descendingIterator() {
    LinkedList<E> local = plain();
    return local != null
        ? local.descendingIterator()
        : new LinkedCursor<>(PersistentStructure.space(this), this, false);
  }

  @Override
  public ListIterator<E> listIterator(int index) {
    LinkedList<E> local = plain();
    return local != null
        ? local.listIterator(index)
        : new LinkedListIterator<>(
            PersistentStructure.space(this), this, Objects.checkIndex(index, size() + 1));
  }

  @Override
  public List<E> subList(int fromIndex, int toIndex) {
    LinkedList<E> local = plain();
    return local != null ? local.subList(fromIndex, toIndex) : super.subList(fromIndex, toIndex);
  }

  @Override
  public ListDeque<E> reversed() {
    return new ReversedList<>(this);
  }

  @Override
  boolean isStill() {
    return Spliteration.isStill(this);
  }

  // ---- in the pool

  @Override
  public Layout $basalt$layout() {
    return LinkedNodes.LIST;
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
    LinkedNodes nodes = nodes(PersistentStructure.space(this));
    nodes.create();
    LinkedEdits edits = new LinkedEdits(nodes);
    Objects.requireNonNull(plain).forEach(element -> edits.add(element, false));
  }

  @Override
  public void $basalt$clear() {
    plain = null;
  }

  @Override
  public PersistentObject $basalt$handle(ObjectSpace in, long at) {
    PersistentLinkedList<E> handle = new PersistentLinkedList<>();
    handle.plain = null;
    handle.$basalt$bind(in, at);
    return handle;
  }
}
