package dev.basalt.collections;

import dev.basalt.collections.LinkedNodes.Place;
import java.util.BitSet;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The elements of a linked list in the pool, at its ends, by index and all of them. All methods are
 * called inside a transaction.
 */
final class LinkedElements<E extends @Nullable Object> {
  private final LinkedNodes nodes;
  private final LinkedEdits edits;

  LinkedElements(LinkedNodes nodes) {
    this.nodes = nodes;
    this.edits = new LinkedEdits(nodes);
  }

  int size() {
    return nodes.size();
  }

  boolean isEmpty() {
    return nodes.isEmpty();
  }

  @SuppressWarnings({"unchecked", "NullAway"}) // the list's type is not stored
  private E element(long node, int at) {
    return (E) nodes.element(node, at);
  }

  // ---- the ends

  void add(E element, boolean front) {
    edits.add(element, front);
  }

  /** Removes the element at an end and returns it, or {@link DequeList#NONE}. */
  @Nullable Object take(boolean front) {
    return isEmpty() ? DequeList.NONE : edits.remove(front);
  }

  /** The element at an end, or {@link DequeList#NONE}. */
  @Nullable Object look(boolean front) {
    long node = nodes.outer(front);
    return node == 0 ? DequeList.NONE : nodes.element(node, front ? 0 : nodes.count(node) - 1);
  }

  // ---- by index

  private Place seek(int index) {
    int size = size();
    return nodes.seek(Objects.checkIndex(index, size), size);
  }

  E get(int index) {
    Place place = seek(index);
    return element(place.node(), place.at());
  }

  E set(int index, E element) {
    Place place = seek(index);
    E old = element(place.node(), place.at());
    nodes.setElement(place.node(), place.at(), element);
    return old;
  }

  void add(int index, E element) {
    int size = size();
    int _ = Objects.checkIndex(index, size + 1);
    if (index == 0 || index == size) {
      edits.add(element, index == 0);
    } else {
      Place _ = edits.insert(nodes.seek(index, size), element);
    }
  }

  E remove(int index) {
    return remove(seek(index));
  }

  @SuppressWarnings({"unchecked", "NullAway"}) // the list's type is not stored
  private E remove(Place place) {
    return (E) edits.remove(place);
  }

  // ---- by what they are

  /** How far from an end the nearest equal element is, or -1. */
  private int distance(@Nullable Object element, boolean fromFront) {
    int[] distance = {0};
    boolean[] found = {false};
    nodes.walk(
        fromFront,
        (node, at) -> {
          found[0] = nodes.holds(node, at, element);
          distance[0] += found[0] ? 0 : 1;
          return !found[0];
        });
    return found[0] ? distance[0] : -1;
  }

  int indexOf(@Nullable Object element) {
    return distance(element, true);
  }

  int lastIndexOf(@Nullable Object element) {
    int distance = distance(element, false);
    return distance < 0 ? -1 : size() - 1 - distance;
  }

  /** Removes the element nearest to an end that equals another. */
  boolean removeNearest(@Nullable Object element, boolean front) {
    boolean[] found = {false};
    nodes.walk(
        front,
        (node, at) -> {
          found[0] = nodes.holds(node, at, element);
          if (found[0]) {
            E _ = remove(new Place(node, at));
          }
          return !found[0];
        });
    return found[0];
  }

  // ---- many

  boolean addAll(int index, E[] added) {
    int size = size();
    int _ = Objects.checkIndex(index, size + 1);
    for (int i = 0; i < added.length; i++) {
      if (index == size) {
        edits.add(added[i], false);
      } else {
        add(index + i, added[i]);
      }
    }
    return added.length > 0;
  }

  void removeRange(int fromIndex, int toIndex) {
    BitSet removed = new BitSet();
    removed.set(fromIndex, toIndex);
    edits.removeAll(removed);
  }

  boolean removeIf(Predicate<? super E> filter) {
    BitSet removed = new BitSet();
    int[] index = {0};
    nodes.walk(
        true,
        (node, at) -> {
          removed.set(index[0]++, filter.test(element(node, at)));
          return true;
        });
    edits.removeAll(removed);
    return !removed.isEmpty();
  }

  void replaceAll(UnaryOperator<E> operator) {
    nodes.walk(
        true,
        (node, at) -> {
          nodes.setElement(node, at, operator.apply(element(node, at)));
          return true;
        });
  }

  void clear() {
    nodes.clear();
  }
}
