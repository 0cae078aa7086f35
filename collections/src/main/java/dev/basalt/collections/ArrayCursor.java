package dev.basalt.collections;

import dev.basalt.object.ObjectSpace;
import java.util.ListIterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Goes through an array list in the pool by index, in both directions; each step sees the latest
 * state. What {@link #hasNext} has found is what the next step returns, whatever has become of the
 * list meanwhile; and an element that has moved or gone is neither removed nor set.
 */
final class ArrayCursor<E extends @Nullable Object> implements ListIterator<E> {
  /** An element as it was found. */
  private record Met<E extends @Nullable Object>(int index, long slot, E element) {
    static <E extends @Nullable Object> Met<E> at(ArrayElements<E> elements, int index) {
      return new Met<>(index, elements.slot(index), elements.get(index));
    }

    boolean isStillIn(ArrayElements<?> elements) {
      return index < elements.size() && elements.slot(index) == slot;
    }
  }

  private final ObjectSpace space;
  private final PersistentArrayList<E> list;
  private int cursor;

  /** What is before the end, if it was looked for. */
  private @Nullable Met<E> found;

  /** The element met last; null if it was removed, or another was added. */
  private @Nullable Met<E> last;

  ArrayCursor(ObjectSpace space, PersistentArrayList<E> list, int index) {
    this.space = space;
    this.list = list;
    this.cursor = index;
  }

  private @Nullable Met<E> look(int index) {
    return space.read(
        () -> {
          ArrayElements<E> elements = list.elements(space);
          return index >= 0 && index < elements.size() ? Met.at(elements, index) : null;
        });
  }

  @Override
  public boolean hasNext() {
    if (found == null) {
      found = look(cursor);
    }
    return found != null;
  }

  @Override
  public E next() {
    Met<E> met = found == null ? look(cursor) : found;
    E element = take(met, cursor);
    cursor++;
    return element;
  }

  @Override
  public boolean hasPrevious() {
    return cursor > 0;
  }

  @Override
  public E previous() {
    E element = take(look(cursor - 1), cursor - 1);
    cursor--;
    return element;
  }

  private E take(@Nullable Met<E> met, int index) {
    if (met == null) {
      throw new NoSuchElementException("no element with the index " + index);
    }
    found = null;
    last = met;
    return met.element();
  }

  @Override
  public int nextIndex() {
    return cursor;
  }

  @Override
  public int previousIndex() {
    return cursor - 1;
  }

  private Met<E> needLast() {
    if (last == null) {
      throw new IllegalStateException("no element has been met since the last change");
    }
    return last;
  }

  @Override
  public void remove() {
    Met<E> met = needLast();
    boolean _ =
        space.write(
            () -> {
              ArrayElements<E> elements = list.elements(space);
              if (met.isStillIn(elements)) {
                E _ = elements.remove(met.index());
              }
              return true;
            });
    cursor = met.index();
    found = null;
    last = null;
  }

  @Override
  public void set(E element) {
    Met<E> met = needLast();
    last =
        space.write(
            () -> {
              ArrayElements<E> elements = list.elements(space);
              if (!met.isStillIn(elements)) {
                return met;
              }
              E _ = elements.set(met.index(), element);
              return Met.at(elements, met.index());
            });
    found = null;
  }

  @Override
  public void add(E element) {
    boolean _ =
        space.write(
            () -> {
              ArrayElements<E> elements = list.elements(space);
              elements.add(Math.min(cursor, elements.size()), element);
              return true;
            });
    cursor++;
    found = null;
    last = null;
  }
}
