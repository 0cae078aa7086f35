package dev.basalt.collections;

import dev.basalt.collections.LinkedNodes.Place;
import dev.basalt.object.ObjectSpace;
import java.util.ListIterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Goes through a linked list in the pool by index, in both directions; each step sees the latest
 * state. From one step to the next it remembers the node, so that a step costs the same wherever it
 * is in the list.
 */
final class LinkedListIterator<E extends @Nullable Object> implements ListIterator<E> {
  private final ObjectSpace space;
  private final PersistentLinkedList<E> list;
  private final LinkedFinger finger = new LinkedFinger();

  /** The index of the first element of the finger's node. */
  private int start;

  private int cursor;

  /** The index of the element met last; -1 if it was removed, or another was added. */
  private int last = -1;

  LinkedListIterator(ObjectSpace space, PersistentLinkedList<E> list, int index) {
    this.space = space;
    this.list = list;
    this.cursor = index;
  }

  /** Does something with the element at an index; there is none if the node is 0. */
  private interface Step<R extends @Nullable Object> {
    R at(LinkedNodes nodes, Place place);
  }

  private static final Place NOWHERE = new Place(0, 0);

  private <R extends @Nullable Object> R reading(int index, Step<R> step) {
    Object outer = space.transaction();
    return space.read(
        () -> {
          LinkedNodes nodes = list.nodes(space);
          return step.at(nodes, find(nodes, index, outer));
        });
  }

  private <R extends @Nullable Object> R changing(int index, Step<R> step) {
    Object outer = space.transaction();
    return space.write(
        () -> {
          LinkedNodes nodes = list.nodes(space);
          R result = step.at(nodes, find(nodes, index, outer));
          return result;
        });
  }

  private Place find(LinkedNodes nodes, int index, @Nullable Object outer) {
    if (finger.state(nodes, outer) == LinkedFinger.State.VALID) {
      long node = finger.node();
      int at = index - start;
      int count = nodes.count(node);
      if (at >= 0 && at < count) {
        return new Place(node, at);
      }
      long beside = at == count ? nodes.beside(node, true) : 0;
      if (beside != 0) {
        start += count;
        finger.set(nodes, beside, outer);
        return new Place(beside, 0);
      }
    }
    int size = nodes.size();
    if (index < 0 || index >= size) {
      return NOWHERE;
    }
    Place place = nodes.seek(index, size);
    start = index - place.at();
    finger.set(nodes, place.node(), outer);
    return place;
  }

  @Override
  public boolean hasNext() {
    return reading(cursor, (_, place) -> place.node() != 0);
  }

  @Override
  public E next() {
    E element = get(cursor);
    last = cursor++;
    return element;
  }

  @Override
  public boolean hasPrevious() {
    return cursor > 0;
  }

  @Override
  public E previous() {
    E element = get(cursor - 1);
    last = --cursor;
    return element;
  }

  @SuppressWarnings({"unchecked", "NullAway"}) // the list's type is not stored
  private E get(int index) {
    return reading(
        index,
        (nodes, place) -> {
          if (place.node() == 0) {
            throw new NoSuchElementException("no element with the index " + index);
          }
          return (E) nodes.element(place.node(), place.at());
        });
  }

  @Override
  public int nextIndex() {
    return cursor;
  }

  @Override
  public int previousIndex() {
    return cursor - 1;
  }

  private int needLast() {
    if (last < 0) {
      throw new IllegalStateException("no element has been met since the last change");
    }
    return last;
  }

  @Override
  public void remove() {
    int index = needLast();
    boolean _ =
        changing(
            index,
            (nodes, place) -> {
              if (place.node() != 0) {
                Object _ = new LinkedEdits(nodes).remove(place);
              }
              return true;
            });
    cursor = index;
    last = -1;
  }

  @Override
  public void set(E element) {
    boolean _ =
        changing(
            needLast(),
            (nodes, place) -> {
              if (place.node() != 0) {
                nodes.setElement(place.node(), place.at(), element);
              }
              return true;
            });
  }

  @Override
  public void add(E element) {
    int index = cursor;
    boolean _ =
        changing(
            index,
            (nodes, place) -> {
              LinkedEdits edits = new LinkedEdits(nodes);
              if (place.node() == 0 || index == 0) {
                edits.add(element, index == 0);
              } else {
                Place _ = edits.insert(place, element);
              }
              return true;
            });
    if (index == 0) {
      finger.lose(); // the node may begin one later
    }
    cursor = index + 1;
    last = -1;
  }
}
