package dev.basalt.collections;

import dev.basalt.collections.LinkedNodes.Place;
import dev.basalt.object.Structures;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Changes of a linked list, inside an update. At the ends nodes are filled and emptied; inside, a
 * full node is split, and one with few elements is merged with a neighbour that has room. What can
 * fail, storing an element, comes before anything is linked.
 */
final class LinkedEdits {
  private static final int CAPACITY = LinkedNodes.CAPACITY;
  private static final int FEW = CAPACITY / 4;

  /** A merged node keeps room, so that what comes and goes does not split and merge it. */
  private static final int MERGED_MAX = CAPACITY * 3 / 4;

  private final LinkedNodes nodes;
  private final Structures structures;

  LinkedEdits(LinkedNodes nodes) {
    this.nodes = nodes;
    this.structures = nodes.structures;
  }

  // ---- the ends

  /** Adds an element at an end. */
  void add(@Nullable Object element, boolean front) {
    long node = nodes.outer(front);
    if (node == 0 || nodes.count(node) == CAPACITY) {
      addNode(node, element, front);
    } else {
      addTo(node, element, front);
    }
    nodes.cells.add(1);
  }

  /** Puts a new node with one element before or behind the outer one, or into an empty list. */
  private void addNode(long outer, @Nullable Object element, boolean front) {
    long node = nodes.createNode(front ? CAPACITY - 1 : 0);
    nodes.setElement(node, 0, element);
    nodes.setCount(node, 1);
    if (outer == 0) {
      nodes.setOuter(!front, node);
    } else {
      if (!nodes.cells.exist()) {
        nodes.cells.divide(nodes.count(outer));
      }
      nodes.join(front ? node : outer, front ? outer : node);
    }
    nodes.setOuter(front, node);
  }

  private void addTo(long node, @Nullable Object element, boolean front) {
    int count = nodes.count(node);
    int first = nodes.first(node);
    if (front ? first == 0 : first + count == CAPACITY) {
      first = makeRoom(node, front);
    }
    structures.putReference(
        node, LinkedNodes.slotField(front ? first - 1 : first + count), element);
    nodes.setFirst(node, front ? first - 1 : first);
    nodes.setCount(node, count + 1);
  }

  /** Moves a node's elements away from a side; the only node keeps some room on the other. */
  private int makeRoom(long node, boolean atFront) {
    int room = CAPACITY - nodes.count(node);
    boolean isOnly = nodes.beside(node, true) == 0 && nodes.beside(node, false) == 0;
    int first = isOnly && room > 1 ? room / 2 : atFront ? room : 0;
    slide(node, first);
    return first;
  }

  /** Moves a node's elements within the node. */
  private void slide(long node, int first) {
    int from = nodes.first(node);
    if (first != from) {
      moveWithin(node, from, first, nodes.count(node));
      nodes.setFirst(node, first);
    }
  }

  private void moveWithin(long node, int from, int to, int slots) {
    structures.moveSlots(node, LinkedNodes.slotField(from), node, LinkedNodes.slotField(to), slots);
  }

  /** Removes the element at an end of a list that is not empty. */
  @Nullable Object remove(boolean front) {
    long node = nodes.outer(front);
    int count = nodes.count(node);
    int at = front ? 0 : count - 1;
    Object element = nodes.element(node, at);
    structures.putSlot(node, nodes.field(node, at), 0);
    nodes.setFirst(node, nodes.first(node) + (front ? 1 : 0));
    nodes.setCount(node, count - 1);
    if (count == 1) {
      unlink(node, front ? LinkedNodes.WAS_FIRST : LinkedNodes.WAS_LAST);
    }
    nodes.cells.add(-1);
    return element;
  }

  /**
   * Takes an empty node out. It refers to nothing any more, so that one that an iterator still
   * looks at does not keep others.
   */
  private void unlink(long node, int where) {
    long previous = nodes.beside(node, false);
    long next = nodes.beside(node, true);
    if (previous == 0) {
      nodes.setOuter(true, next);
    }
    if (next == 0) {
      nodes.setOuter(false, previous);
    }
    nodes.join(previous, next);
    nodes.setBeside(node, true, 0);
    nodes.setBeside(node, false, 0);
    nodes.setFirst(node, where);
  }

  // ---- inside

  /** Inserts an element before a place, which is inside the list. Returns its place. */
  Place insert(Place before, @Nullable Object element) {
    Place place = before;
    if (nodes.count(place.node()) == CAPACITY) {
      place = split(place);
    }
    long node = place.node();
    int count = nodes.count(node);
    if (nodes.first(node) + count == CAPACITY) {
      slide(node, 0);
    }
    int at = nodes.first(node) + place.at();
    int behind = count - place.at();
    int free = LinkedNodes.slotField(at + behind);
    structures.putReference(node, free, element);
    long added = structures.slot(node, free);
    structures.putSlot(node, free, 0);
    moveWithin(node, at, at + 1, behind);
    structures.putSlot(node, LinkedNodes.slotField(at), added);
    nodes.setCount(node, count + 1);
    nodes.cells.add(1);
    return place;
  }

  /** Divides a full node in two; returns where a place has come to. */
  private Place split(Place place) {
    long left = place.node();
    long right = nodes.createNode(0);
    if (!nodes.cells.exist()) {
      nodes.cells.divide(nodes.count(left));
    }
    long next = nodes.beside(left, true);
    if (next == 0) {
      nodes.setOuter(false, right);
    }
    nodes.join(right, next);
    nodes.join(left, right);
    int kept = CAPACITY / 2;
    move(left, kept, right);
    return place.at() <= kept ? place : new Place(right, place.at() - kept);
  }

  /** Moves the elements of a node from one on to the end of another. */
  private void move(long from, int start, long to) {
    int count = nodes.count(from);
    int before = nodes.count(to);
    structures.moveSlots(
        from, nodes.field(from, start), to, nodes.field(to, before), count - start);
    nodes.setCount(to, before + count - start);
    nodes.setCount(from, start);
    nodes.addMove(from);
    nodes.addMove(to);
  }

  /** Removes the element at a place. */
  @Nullable Object remove(Place place) {
    long node = place.node();
    int count = nodes.count(node);
    if (place.at() == 0 && nodes.beside(node, false) == 0) {
      return remove(true);
    }
    if (place.at() == count - 1 && nodes.beside(node, true) == 0) {
      return remove(false);
    }
    Object element = nodes.element(node, place.at());
    int at = nodes.first(node) + place.at();
    structures.putSlot(node, LinkedNodes.slotField(at), 0);
    moveWithin(node, at + 1, at, count - place.at() - 1);
    nodes.setCount(node, count - 1);
    nodes.cells.add(-1);
    tidy(node);
    return element;
  }

  /** Takes a node out that has become empty, or merges it if it has few elements. */
  private void tidy(long node) {
    int count = nodes.count(node);
    if (count == 0) {
      unlink(node, LinkedNodes.WAS_INSIDE);
    } else if (count < FEW) {
      long next = nodes.beside(node, true);
      long previous = nodes.beside(node, false);
      if (next != 0 && count + nodes.count(next) <= MERGED_MAX) {
        merge(node, next);
      } else if (previous != 0 && count + nodes.count(previous) <= MERGED_MAX) {
        merge(previous, node);
      }
    }
  }

  private void merge(long left, long right) {
    slide(left, 0);
    move(right, 0, left);
    unlink(right, LinkedNodes.WAS_INSIDE);
  }

  /** Removes the elements whose indices are set. */
  void removeAll(BitSet removed) {
    int index = 0;
    for (long node = nodes.outer(true); node != 0; ) {
      long next = nodes.beside(node, true);
      int count = nodes.count(node);
      int first = nodes.first(node);
      int kept = 0;
      for (int i = 0; i < count; i++, index++) {
        if (removed.get(index)) {
          structures.putSlot(node, LinkedNodes.slotField(first + i), 0);
        } else if (kept++ < i) {
          moveWithin(node, first + i, first + kept - 1, 1);
        }
      }
      if (kept < count) {
        nodes.setCount(node, kept);
        pack(node);
      }
      node = next;
    }
    nodes.cells.add(-removed.cardinality());
  }

  /** As {@link #tidy}, towards the front only: what follows has not been looked at yet. */
  private void pack(long node) {
    long previous = nodes.beside(node, false);
    if (nodes.count(node) == 0) {
      unlink(node, LinkedNodes.WAS_INSIDE);
    } else if (previous != 0 && nodes.count(previous) + nodes.count(node) <= MERGED_MAX) {
      merge(previous, node);
    }
  }
}
