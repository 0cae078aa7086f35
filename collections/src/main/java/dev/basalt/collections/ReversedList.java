package dev.basalt.collections;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A linked list from its last element to its first. */
final class ReversedList<E extends @Nullable Object> extends DequeList<E> {
  private final PersistentLinkedList<E> list;

  ReversedList(PersistentLinkedList<E> list) {
    this.list = list;
  }

  @Override
  <R extends @Nullable Object> R reading(Supplier<R> body) {
    return list.reading(body);
  }

  @Override
  <R extends @Nullable Object> R changing(Supplier<R> body) {
    return list.changing(body);
  }

  @Override
  boolean isStill() {
    return list.isStill();
  }

  @Override
  void put(E element, boolean front) {
    list.put(element, !front);
  }

  @Override
  @Nullable Object take(boolean front) {
    return list.take(!front);
  }

  @Override
  @Nullable Object look(boolean front) {
    return list.look(!front);
  }

  @Override
  boolean removeNearest(@Nullable Object element, boolean front) {
    return list.removeNearest(element, !front);
  }

  @Override
  public int size() {
    return list.size();
  }

  @Override
  public boolean isEmpty() {
    return list.isEmpty();
  }

  @Override
  public void clear() {
    list.clear();
  }

  @Override
  public E get(int index) {
    return reading(() -> list.get(list.size() - 1 - index));
  }

  @Override
  public E set(int index, E element) {
    return changing(() -> list.set(list.size() - 1 - index, element));
  }

  @Override
  public void add(int index, E element) {
    boolean _ =
        changing(
            () -> {
              list.add(list.size() - index, element);
              return true;
            });
  }

  @Override
  public E remove(int index) {
    return changing(() -> list.remove(list.size() - 1 - index));
  }

  @Override
  public boolean addAll(int index, Collection<? extends E> elements) {
    List<E> added = new ArrayList<>(elements);
    Collections.reverse(added);
    return changing(() -> list.addAll(list.size() - index, added));
  }

  @Override
  public boolean removeIf(Predicate<? super E> filter) {
    return list.removeIf(filter);
  }

  @Override
  public int indexOf(@Nullable Object element) {
    return reading(() -> fromEnd(list.lastIndexOf(element)));
  }

  @Override
  public int lastIndexOf(@Nullable Object element) {
    return reading(() -> fromEnd(list.indexOf(element)));
  }

  private int fromEnd(int index) {
    return index < 0 ? -1 : list.size() - 1 - index;
  }

  @Override
  public Iterator<E> iterator() {
    return list.descendingIterator();
  }

  @Override
  public Iterator<E> descendingIterator() {
    return list.iterator();
  }

  @Override
  public ListDeque<E> reversed() {
    return list;
  }
}
