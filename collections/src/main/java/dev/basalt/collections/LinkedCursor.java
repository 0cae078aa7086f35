package dev.basalt.collections;

import dev.basalt.collections.LinkedNodes.Place;
import dev.basalt.object.ObjectSpace;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Iterates over a linked list in the pool in one of its directions, a node at a time. What comes
 * and goes at the ends disturbs it in nothing. Where elements are inserted or removed inside the
 * list, between two of its steps, it may go on by the number of those that it has met.
 */
final class LinkedCursor<E extends @Nullable Object> implements Iterator<E> {
  private final ObjectSpace space;
  private final PersistentLinkedList<E> list;
  private final boolean forward;
  private final LinkedFinger finger = new LinkedFinger();

  /** The elements of the finger's node in the order of this iterator, as they were read. */
  private @Nullable Object[] elements = {};

  private long[] slots = {};

  /** How many elements of the node came before those. */
  private int skipped;

  /** The next one of them. */
  private int next;

  /** How many of them have been removed by this iterator. */
  private int removed;

  /** The elements met that are still there, as far as this iterator knows. */
  private int met;

  private boolean ended;
  private boolean canRemove;

  LinkedCursor(ObjectSpace space, PersistentLinkedList<E> list, boolean forward) {
    this.space = space;
    this.list = list;
    this.forward = forward;
  }

  @Override
  public boolean hasNext() {
    if (next == elements.length && !ended) {
      Object outer = space.transaction();
      long _ = space.read(() -> load(outer));
    }
    return next < elements.length;
  }

  /** Reads the next node. */
  private long load(@Nullable Object outer) {
    LinkedNodes nodes = list.nodes(space);
    Place place = following(nodes, outer);
    if (place == null) {
      ended = true;
      return 0;
    }
    long node = place.node();
    int start = place.at();
    int count = nodes.count(node);
    elements = new Object[count - start];
    slots = new long[count - start];
    for (int i = start; i < count; i++) {
      int at = forward ? i : count - 1 - i;
      slots[i - start] = nodes.slot(node, at);
      elements[i - start] = nodes.element(node, at);
    }
    skipped = start;
    next = 0;
    removed = 0;
    finger.set(nodes, node, outer);
    return node;
  }

  /** The node to read, and how many of its elements have been met. */
  private @Nullable Place following(LinkedNodes nodes, @Nullable Object outer) {
    LinkedFinger.State state =
        elements.length == 0 ? LinkedFinger.State.LOST : finger.state(nodes, outer);
    return switch (state) {
      case VALID -> startOf(nodes.beside(finger.node(), forward));
      case WAS_FIRST -> forward ? startOf(nodes.outer(true)) : null;
      case WAS_LAST -> forward ? null : startOf(nodes.outer(false));
      case LOST -> byIndex(nodes);
    };
  }

  private static @Nullable Place startOf(long node) {
    return node == 0 ? null : new Place(node, 0);
  }

  private @Nullable Place byIndex(LinkedNodes nodes) {
    int size = nodes.size();
    if (met >= size) {
      return null;
    }
    Place place = nodes.seek(forward ? met : size - 1 - met, size);
    return forward ? place : new Place(place.node(), nodes.count(place.node()) - 1 - place.at());
  }

  @Override
  @SuppressWarnings({"unchecked", "NullAway"}) // the list's type is not stored
  public E next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    met++;
    canRemove = true;
    return (E) elements[next++];
  }

  @Override
  public void remove() {
    if (!canRemove) {
      throw new IllegalStateException("next has not been called, or the element was removed");
    }
    canRemove = false;
    Object outer = space.transaction();
    boolean[] done = {false};
    long _ =
        space.write(
            () -> {
              LinkedNodes nodes = list.nodes(space);
              Place place = lastMet(nodes, outer);
              done[0] = place != null;
              if (place != null) {
                Object _ = new LinkedEdits(nodes).remove(place);
              }
              return 0L;
            });
    if (done[0]) {
      removed++;
      met--;
    }
  }

  /** Where the element met last is, if it is still there. */
  private @Nullable Place lastMet(LinkedNodes nodes, @Nullable Object outer) {
    return switch (finger.state(nodes, outer)) {
      case VALID -> {
        long node = finger.node();
        int expected = skipped + next - 1 - removed;
        yield nearest(nodes, node, forward ? expected : nodes.count(node) - 1 - expected);
      }
      case WAS_FIRST, WAS_LAST -> null;
      case LOST -> {
        int size = nodes.size();
        if (met > size) {
          yield null;
        }
        Place place = nodes.seek(forward ? met - 1 : size - met, size);
        yield nearest(nodes, place.node(), place.at());
      }
    };
  }

  /** The element met last in a node, as near as possible to where it was. */
  private @Nullable Place nearest(LinkedNodes nodes, long node, int expected) {
    long slot = slots[next - 1];
    int count = nodes.count(node);
    for (int distance = 0; distance <= count; distance++) {
      for (int at : new int[] {expected - distance, expected + distance}) {
        if (at >= 0 && at < count && nodes.slot(node, at) == slot) {
          return new Place(node, at);
        }
      }
    }
    return null;
  }
}
