package dev.basalt.collections;

import dev.basalt.object.FieldKind;
import dev.basalt.object.FieldWriter;
import dev.basalt.object.Layout;
import dev.basalt.object.ObjectSpace;
import dev.basalt.object.PersistentObject;
import dev.basalt.object.PersistentStructure;
import java.lang.invoke.VarHandle;
import java.util.AbstractCollection;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Spliterator;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A queue with two ends. Plain until an update stores it into something persistent; then its
 * elements live in the pool.
 *
 * <p>Treats {@code null} as {@link java.util.ArrayDeque} does: it is no element. Every operation is
 * atomic, bulk operations too; inside a transaction it is part of that. The elements lie in a
 * {@link PersistentLinkedList}: an operation at an end takes constant time and does not conflict
 * with one at the other end once there are more than two nodes, and iterators are weakly consistent
 * as that list's are.
 *
 * <p>Safe for use by any number of threads while in a pool; not while plain.
 *
 * @param <E> the type of elements: whatever a field may hold
 */
public final class PersistentArrayDeque<E> extends AbstractCollection<E>
    implements Deque<E>, PersistentStructure {
  private static final Layout LAYOUT =
      Layout.of(
          PersistentArrayDeque.class.getName(),
          null,
          List.of(
              new Layout.Declaration(
                  "elements", FieldKind.REFERENCE, PersistentLinkedList.class.getName())));
  private static final int ELEMENTS = LAYOUT.offsetOf("elements");

  private transient @Nullable ObjectSpace space;
  private transient long offset;

  /** The elements; plain or a handle as this is. A handle reads it when first used. */
  private transient volatile @Nullable PersistentLinkedList<E> elements;

  /** Creates an empty plain deque. */
  public PersistentArrayDeque() {
    this.elements = new PersistentLinkedList<>();
  }

  /**
   * Creates a plain deque of elements.
   *
   * @param elements the elements, the first one in front
   * @throws NullPointerException if one of them is {@code null}
   */
  public PersistentArrayDeque(Collection<? extends E> elements) {
    PersistentLinkedList<E> list = new PersistentLinkedList<>();
    for (E element : elements) {
      list.addLast(Objects.requireNonNull(element, "element"));
    }
    this.elements = list;
  }

  @SuppressWarnings("unchecked") // only this class writes the field
  private PersistentLinkedList<E> elements() {
    PersistentLinkedList<E> known = elements;
    if (known == null) {
      ObjectSpace in = PersistentStructure.space(this);
      known =
          (PersistentLinkedList<E>)
              Objects.requireNonNull(
                  in.read(() -> in.structures().getReference(in.place(this), ELEMENTS)));
      elements = known;
    }
    return known;
  }

  private static <E> E present(@Nullable E element) {
    if (element == null) {
      throw new NoSuchElementException("the deque is empty");
    }
    return element;
  }

  @Override
  public int size() {
    return elements().size();
  }

  @Override
  public boolean isEmpty() {
    return elements().isEmpty();
  }

  @Override
  public void clear() {
    elements().clear();
  }

  // ---- the ends

  @Override
  public void addFirst(E element) {
    elements().addFirst(Objects.requireNonNull(element, "element"));
  }

  @Override
  public void addLast(E element) {
    elements().addLast(Objects.requireNonNull(element, "element"));
  }

  @Override
  public boolean offerFirst(E element) {
    addFirst(element);
    return true;
  }

  @Override
  public boolean offerLast(E element) {
    addLast(element);
    return true;
  }

  @Override
  public @Nullable E pollFirst() {
    return elements().pollFirst();
  }

  @Override
  public @Nullable E pollLast() {
    return elements().pollLast();
  }

  @Override
  public @Nullable E peekFirst() {
    return elements().peekFirst();
  }

  @Override
  public @Nullable E peekLast() {
    return elements().peekLast();
  }

  @Override
  public E removeFirst() {
    return present(pollFirst());
  }

  @Override
  public E removeLast() {
    return present(pollLast());
  }

  @Override
  public E getFirst() {
    return present(peekFirst());
  }

  @Override
  public E getLast() {
    return present(peekLast());
  }

  // ---- as a queue and as a stack

  @Override
  public boolean add(E element) {
    return offerLast(element);
  }

  @Override
  public boolean offer(E element) {
    return offerLast(element);
  }

  @Override
  public E remove() {
    return removeFirst();
  }

  @Override
  public @Nullable E poll() {
    return pollFirst();
  }

  @Override
  public E element() {
    return getFirst();
  }

  @Override
  public @Nullable E peek() {
    return peekFirst();
  }

  @Override
  public void push(E element) {
    addFirst(element);
  }

  @Override
  public E pop() {
    return removeFirst();
  }

  // ---- all elements

  @Override
  public boolean removeFirstOccurrence(@Nullable Object element) {
    return elements().removeFirstOccurrence(element);
  }

  @Override
  public boolean removeLastOccurrence(@Nullable Object element) {
    return elements().removeLastOccurrence(element);
  }

  @Override
  public boolean remove(@Nullable Object element) {
    return removeFirstOccurrence(element);
  }

  @Override
  public boolean contains(@Nullable Object element) {
    return elements().contains(element);
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // a deque equals only itself
  public boolean addAll(Collection<? extends E> added) {
    if (added == this) {
      throw new IllegalArgumentException("a deque cannot be added to itself");
    }
    return elements().changing(() -> super.addAll(added));
  }

  @Override
  public boolean removeIf(Predicate<? super E> filter) {
    return elements().removeIf(filter);
  }

  @Override
  public boolean removeAll(Collection<?> removed) {
    return elements().removeAll(removed);
  }

  @Override
  public boolean retainAll(Collection<?> retained) {
    return elements().retainAll(retained);
  }

  @Override
  public Spliterator<E> spliterator() {
    return elements().spliterator();
  }

  @Override
  public Iterator<E> iterator() {
    return elements().iterator();
  }

  @Override
  public Iterator<E> descendingIterator() {
    return elements().descendingIterator();
  }

  @Override
  public Object[] toArray() {
    return elements().toArray();
  }

  @Override
  public <T> T[] toArray(T[] array) {
    return elements().toArray(array);
  }

  @Override
  public String toString() {
    return elements().reading(super::toString);
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
    writer.putReference(ELEMENTS, elements);
  }

  /** Keeps the elements: they are a handle now. */
  @Override
  public void $basalt$clear() {}

  @Override
  public PersistentObject $basalt$handle(ObjectSpace in, long at) {
    PersistentArrayDeque<E> handle = new PersistentArrayDeque<>();
    handle.elements = null;
    handle.$basalt$bind(in, at);
    return handle;
  }
}
