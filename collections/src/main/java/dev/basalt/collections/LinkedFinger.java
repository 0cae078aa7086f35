package dev.basalt.collections;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where an iterator is: at a node, from one of its steps to the next.
 *
 * <p>Within a transaction the node cannot be reclaimed, and its based pointer is enough. Outside,
 * the finger holds the node's handle. From one into the other the place is lost, and the iterator
 * finds it again by its index.
 */
final class LinkedFinger {
  /** Where the iterator was when the node was looked at. */
  enum State {
    /** The node is as it was, but for changes of its own elements. */
    VALID,
    /** It was taken out as the first of the list: what remains begins at the front. */
    WAS_FIRST,
    /** It was taken out as the last one. */
    WAS_LAST,
    /** Nothing is known any more. */
    LOST
  }

  private @Nullable Object transaction;
  private @Nullable LinkedNode handle;
  private long node;
  private int clears;
  private int moves;

  /** Points at a node of the list; inside a transaction. */
  void set(LinkedNodes nodes, long newNode, @Nullable Object outerTransaction) {
    node = newNode;
    clears = nodes.clears();
    moves = nodes.moves(newNode);
    transaction = outerTransaction;
    handle =
        outerTransaction == null
            ? (LinkedNode) Objects.requireNonNull(nodes.structures.value(newNode))
            : null;
  }

  void lose() {
    node = 0;
    handle = null;
    transaction = null;
  }

  long node() {
    return node;
  }

  /** What has become of the node; inside a transaction. */
  @SuppressWarnings("ReferenceEquality") // the transaction itself is meant
  State state(LinkedNodes nodes, @Nullable Object outerTransaction) {
    if (node == 0 || (handle == null && outerTransaction != transaction)) {
      return State.LOST;
    }
    if (nodes.clears() != clears) {
      return State.WAS_LAST;
    }
    if (nodes.count(node) > 0) {
      return nodes.moves(node) == moves ? State.VALID : State.LOST;
    }
    return switch (nodes.first(node)) {
      case LinkedNodes.WAS_FIRST -> State.WAS_FIRST;
      case LinkedNodes.WAS_LAST -> State.WAS_LAST;
      default -> State.LOST;
    };
  }
}
