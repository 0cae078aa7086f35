package dev.basalt.collections;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Spliterator;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A list whose composed operations are one update, or one state if they only read. */
abstract class AtomicList<E extends @Nullable Object> extends AbstractList<E> {
  /** Runs what only reads on one state. */
  abstract <R extends @Nullable Object> R reading(Supplier<R> body);

  /** Runs what may write as one update. */
  abstract <R extends @Nullable Object> R changing(Supplier<R> body);

  @Override
  public boolean contains(@Nullable Object element) {
    return indexOf(element) >= 0;
  }

  @Override
  public boolean containsAll(Collection<?> elements) {
    return reading(() -> super.containsAll(elements));
  }

  @Override
  public boolean addAll(Collection<? extends E> elements) {
    return changing(() -> addAll(size(), elements));
  }

  @Override
  public boolean removeAll(Collection<?> elements) {
    Objects.requireNonNull(elements, "elements");
    return removeIf(elements::contains);
  }

  @Override
  public boolean retainAll(Collection<?> elements) {
    Objects.requireNonNull(elements, "elements");
    return removeIf(element -> !elements.contains(element));
  }

  @Override
  public void sort(@Nullable Comparator<? super E> comparator) {
    boolean _ =
        changing(
            () -> {
              List<E> sorted = new ArrayList<>(this);
              sorted.sort(comparator);
              Iterator<E> inOrder = sorted.iterator();
              replaceAll(_ -> inOrder.next());
              return true;
            });
  }

  @Override
  public void forEach(Consumer<? super E> action) {
    Objects.requireNonNull(action, "action");
    boolean _ =
        reading(
            () -> {
              super.forEach(action);
              return true;
            });
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // the list itself is meant
  public boolean equals(@Nullable Object other) {
    return other == this || (other instanceof List<?> list && reading(() -> hasElementsOf(list)));
  }

  private boolean hasElementsOf(List<?> list) {
    Iterator<E> own = iterator();
    Iterator<?> others = list.iterator();
    while (own.hasNext() && others.hasNext()) {
      if (!Objects.equals(own.next(), others.next())) {
        return false;
      }
    }
    return !own.hasNext() && !others.hasNext();
  }

  @Override
  public int hashCode() {
    return reading(
        () -> {
          int hash = 1;
          for (E element : this) {
            hash = 31 * hash + Objects.hashCode(element);
          }
          return hash;
        });
  }

  /** Whether only the calling thread can change the list now. */
  abstract boolean isStill();

  @Override
  public Spliterator<E> spliterator() {
    return isStill() ? super.spliterator() : Spliteration.unsized(iterator(), Spliterator.ORDERED);
  }

  @Override
  public String toString() {
    return reading(super::toString);
  }

  @Override
  public Object[] toArray() {
    return reading(super::toArray);
  }

  @Override
  public <T extends @Nullable Object> T[] toArray(T[] array) {
    return reading(() -> super.toArray(array));
  }
}
