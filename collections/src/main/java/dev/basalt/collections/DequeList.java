package dev.basalt.collections;

import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** The operations of a list that is a deque too, by those of its two ends. */
abstract class DequeList<E extends @Nullable Object> extends AtomicList<E> implements ListDeque<E> {
  /** What an operation at an end answers if there is no element. */
  static final Object NONE = new Object();

  /** Adds an element at an end. */
  abstract void put(E element, boolean front);

  /** Removes the element at an end and returns it, or {@link #NONE}. */
  abstract @Nullable Object take(boolean front);

  /** The element at an end, or {@link #NONE}. */
  abstract @Nullable Object look(boolean front);

  /** Removes the element nearest to an end that equals another. */
  abstract boolean removeNearest(@Nullable Object element, boolean front);

  @SuppressWarnings({"unchecked", "NullAway"}) // only elements are answered
  private E present(@Nullable Object answer) {
    if (answer == NONE) {
      throw new NoSuchElementException("the list is empty");
    }
    return (E) answer;
  }

  @SuppressWarnings("unchecked") // only elements are answered
  private @Nullable E orNull(@Nullable Object answer) {
    return answer == NONE ? null : (E) answer;
  }

  // ---- the ends

  @Override
  public void addFirst(E element) {
    put(element, true);
  }

  @Override
  public void addLast(E element) {
    put(element, false);
  }

  @Override
  public boolean offerFirst(E element) {
    put(element, true);
    return true;
  }

  @Override
  public boolean offerLast(E element) {
    put(element, false);
    return true;
  }

  @Override
  public E removeFirst() {
    return present(take(true));
  }

  @Override
  public E removeLast() {
    return present(take(false));
  }

  @Override
  public @Nullable E pollFirst() {
    return orNull(take(true));
  }

  @Override
  public @Nullable E pollLast() {
    return orNull(take(false));
  }

  @Override
  public E getFirst() {
    return present(look(true));
  }

  @Override
  public E getLast() {
    return present(look(false));
  }

  @Override
  public @Nullable E peekFirst() {
    return orNull(look(true));
  }

  @Override
  public @Nullable E peekLast() {
    return orNull(look(false));
  }

  // ---- as a queue and as a stack

  @Override
  public boolean add(E element) {
    put(element, false);
    return true;
  }

  @Override
  public boolean offer(E element) {
    put(element, false);
    return true;
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
    put(element, true);
  }

  @Override
  public E pop() {
    return removeFirst();
  }

  // ---- all elements

  @Override
  public boolean removeFirstOccurrence(@Nullable Object element) {
    return removeNearest(element, true);
  }

  @Override
  public boolean removeLastOccurrence(@Nullable Object element) {
    return removeNearest(element, false);
  }

  @Override
  public boolean remove(@Nullable Object element) {
    return removeNearest(element, true);
  }
}
