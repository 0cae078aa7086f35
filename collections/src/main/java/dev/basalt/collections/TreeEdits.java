package dev.basalt.collections;

import dev.basalt.object.ObjectSpace;
import org.jspecify.annotations.Nullable;

/**
 * Changes of a B+ tree, inside an update. On the way down to an insertion full nodes are split, so
 * there is always room for the new child; on the way back from a removal a node with few pairs is
 * merged with its neighbour or takes some of its pairs.
 */
final class TreeEdits {
  private static final int FEW = TreeNodes.CAPACITY / 4;

  /** A merged node keeps room, so that a key that comes and goes does not split and merge it. */
  private static final int MERGED_MAX = TreeNodes.CAPACITY - 4;

  private final TreeNodes nodes;
  private final ObjectSpace space;
  private final TreeSize size;

  TreeEdits(TreeNodes nodes) {
    this.nodes = nodes;
    this.space = nodes.space;
    this.size = new TreeSize(nodes);
  }

  /** Adds a key that is not there. */
  void add(@Nullable Object key, @Nullable Object value) {
    if (nodes.root() == 0) {
      nodes.setRoot(nodes.createNode(), 1);
    }
    if (nodes.count(nodes.root()) == TreeNodes.CAPACITY) {
      raise();
    }
    long node = nodes.root();
    for (int level = nodes.height(); level > 1; level--) {
      int at = nodes.childOf(node, key);
      if (nodes.count(nodes.child(node, at)) == TreeNodes.CAPACITY) {
        split(node, at, level - 1 == 1, key);
        at = nodes.childOf(node, key);
      }
      node = nodes.child(node, at);
    }
    insert(node, nodes.indexIn(node, key), key, value);
    size.add(1);
  }

  /** Puts a new root with one child above the old one. */
  void raise() {
    int height = nodes.height();
    if (height == 1) {
      size.divide();
    }
    long root = nodes.createNode();
    space.putSlot(root, TreeNodes.itemField(0), nodes.root());
    nodes.setCount(root, 1);
    nodes.setRoot(root, height + 1);
  }

  /** Inserts into a leaf with room. What can fail is done before the leaf counts the pair. */
  void insert(long leaf, int index, @Nullable Object key, @Nullable Object value) {
    int count = nodes.count(leaf);
    space.putReference(leaf, TreeNodes.keyField(count), key);
    try {
      space.putReference(leaf, TreeNodes.itemField(count), value);
    } catch (RuntimeException | Error e) {
      space.putSlot(leaf, TreeNodes.keyField(count), 0);
      throw e;
    }
    long keySlot = space.slot(leaf, TreeNodes.keyField(count));
    long itemSlot = space.slot(leaf, TreeNodes.itemField(count));
    shiftUp(leaf, index, count);
    put(leaf, index, keySlot, itemSlot);
    nodes.setCount(leaf, count + 1);
  }

  /** Adds a pair behind the last of an inner node. */
  void append(long node, long keySlot, long child) {
    int count = nodes.count(node);
    put(node, count, keySlot, child);
    nodes.setCount(node, count + 1);
  }

  private void put(long node, int index, long keySlot, long itemSlot) {
    space.putSlot(node, TreeNodes.keyField(index), keySlot);
    space.putSlot(node, TreeNodes.itemField(index), itemSlot);
  }

  private void move(long from, int fromIndex, long to, int toIndex) {
    put(
        to,
        toIndex,
        space.slot(from, TreeNodes.keyField(fromIndex)),
        space.slot(from, TreeNodes.itemField(fromIndex)));
  }

  private void shiftUp(long node, int index, int count) {
    for (int i = count; i > index; i--) {
      move(node, i - 1, node, i);
    }
  }

  /** Takes a pair out of a node. */
  private void take(long node, int index) {
    int last = nodes.count(node) - 1;
    for (int i = index; i < last; i++) {
      move(node, i + 1, node, i);
    }
    put(node, last, 0, 0);
    nodes.setCount(node, last);
  }

  /**
   * Divides a full child in two. Keys that come in ascending order fill the nodes they leave
   * behind.
   */
  private void split(long parent, int at, boolean isLeaf, @Nullable Object key) {
    long left = nodes.child(parent, at);
    boolean ascending =
        isLeaf
            ? nodes.indexIn(left, key) == TreeNodes.CAPACITY
            : nodes.childOf(left, key) == TreeNodes.CAPACITY - 1;
    int kept = ascending ? TreeNodes.CAPACITY - 1 : TreeNodes.CAPACITY / 2;
    long right = nodes.createNode();
    int parentCount = nodes.count(parent);
    shiftUp(parent, at + 1, parentCount);
    put(parent, at + 1, space.slot(left, TreeNodes.keyField(kept)), right);
    nodes.setCount(parent, parentCount + 1);
    for (int i = kept; i < TreeNodes.CAPACITY; i++) {
      move(left, i, right, i - kept);
      put(left, i, 0, 0);
    }
    nodes.setCount(left, kept);
    nodes.setCount(right, TreeNodes.CAPACITY - kept);
    if (!isLeaf) {
      space.putSlot(right, TreeNodes.keyField(0), 0); // the parent has it
    }
  }

  /** Removes a key that is there. */
  void remove(@Nullable Object key) {
    remove(nodes.root(), nodes.height(), key);
    size.add(-1);
    lowerRoot();
    if (nodes.count(nodes.root()) == 0) {
      clear();
    }
  }

  /** Takes away roots that have a single child. */
  void lowerRoot() {
    while (nodes.height() > 1 && nodes.count(nodes.root()) == 1) {
      nodes.setRoot(nodes.child(nodes.root(), 0), nodes.height() - 1);
      if (nodes.height() == 1) {
        size.unite();
      }
    }
  }

  /**
   * Merges a node's last child, if it has few pairs, with the one before, or divides their pairs.
   */
  void balanceLast(long node, boolean areLeaves) {
    int count = nodes.count(node);
    if (count > 1 && nodes.count(nodes.child(node, count - 1)) < FEW) {
      balance(node, count - 2, areLeaves);
    }
  }

  private void remove(long node, int level, @Nullable Object key) {
    if (level == 1) {
      take(node, nodes.indexIn(node, key));
      return;
    }
    int at = nodes.childOf(node, key);
    long child = nodes.child(node, at);
    remove(child, level - 1, key);
    int count = nodes.count(child);
    if (count < FEW && nodes.count(node) > 1) {
      balance(node, at == 0 ? 0 : at - 1, level - 1 == 1);
    } else if (count == 0) {
      take(node, at);
    }
  }

  /** Merges two neighbours, or divides their pairs evenly. */
  private void balance(long parent, int at, boolean areLeaves) {
    long left = nodes.child(parent, at);
    long right = nodes.child(parent, at + 1);
    int before = nodes.count(left);
    int sum = before + nodes.count(right);
    if (!areLeaves) {
      space.putSlot(right, TreeNodes.keyField(0), space.slot(parent, TreeNodes.keyField(at + 1)));
    }
    boolean merges = sum <= MERGED_MAX;
    int kept = merges ? sum : sum / 2;
    if (kept > before) {
      for (int i = before; i < kept; i++) {
        move(right, i - before, left, i);
      }
      drop(right, kept - before);
    } else {
      insertFront(left, kept, before, right);
    }
    nodes.setCount(left, kept);
    if (merges) {
      take(parent, at + 1);
      return;
    }
    space.putSlot(parent, TreeNodes.keyField(at + 1), space.slot(right, TreeNodes.keyField(0)));
    if (!areLeaves) {
      space.putSlot(right, TreeNodes.keyField(0), 0);
    }
  }

  /** Drops the first pairs of a node. */
  private void drop(long node, int dropped) {
    int count = nodes.count(node);
    for (int i = dropped; i < count; i++) {
      move(node, i, node, i - dropped);
    }
    for (int i = count - dropped; i < count; i++) {
      put(node, i, 0, 0);
    }
    nodes.setCount(node, count - dropped);
  }

  /** Moves the pairs of a node between two indices to the front of another. */
  private void insertFront(long from, int start, int end, long to) {
    int moved = end - start;
    int count = nodes.count(to);
    for (int i = count - 1; i >= 0; i--) {
      move(to, i, to, i + moved);
    }
    for (int i = start; i < end; i++) {
      move(from, i, to, i - start);
      put(from, i, 0, 0);
    }
    nodes.setCount(to, count + moved);
  }

  void clear() {
    nodes.setRoot(0, 0);
    size.unite();
  }
}
