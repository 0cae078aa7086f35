package dev.basalt.collections;

import dev.basalt.object.KeyBytes;
import dev.basalt.object.Structures;
import org.jspecify.annotations.Nullable;

/**
 * Fills an empty tree with entries in ascending order: leaf after leaf, and a node above when one
 * is full, without looking anything up. Inside an update. After each entry the tree is whole, but
 * that the last nodes of its levels may have few pairs until the {@link #finish end}.
 */
final class TreeLoad {
  /** Pairs of a node; it keeps some room, so that the next insertions do not split every node. */
  private static final int FILLED = TreeNodes.CAPACITY - 4;

  /** Even with two pairs a node that would be more entries than can be counted. */
  private static final int HEIGHT_MAX = 64;

  private final TreeNodes nodes;
  private final TreeEdits edits;
  private final TreeSize size;
  private final Structures structures;

  /** The last node of each level; that of the leaves is at index 1. */
  private final long[] last = new long[HEIGHT_MAX];

  private @Nullable Object previous;

  /** Begins with a map that is empty. */
  TreeLoad(TreeNodes nodes) {
    this.nodes = nodes;
    this.edits = new TreeEdits(nodes);
    this.size = new TreeSize(nodes);
    this.structures = nodes.structures;
  }

  /**
   * Adds an entry whose key is greater than all before.
   *
   * @throws IllegalArgumentException if it is not
   */
  void add(@Nullable Object key, @Nullable Object value) {
    long leaf = last[1];
    if (nodes.compareKeys(leaf == 0 ? key : previous, key) >= (leaf == 0 ? 1 : 0)) {
      throw new IllegalArgumentException(
          "the entries of a sorted map are not in its order: %s comes before %s"
              .formatted(previous, key));
    }
    addLast(leaf, key, value);
    previous = key;
  }

  private void addLast(long leaf, @Nullable Object key, @Nullable Object value) {
    KeyBytes bytes = key != null && nodes.isNatural() ? structures.order(key) : null;
    if (leaf != 0 && nodes.countOf(leaf) < FILLED) {
      edits.insertLast(leaf, key, bytes, value);
      size.add(1);
      return;
    }
    long added = nodes.createNode();
    edits.insertLast(added, key, bytes, value);
    if (leaf == 0) {
      nodes.setRoot(added, 1);
    } else {
      nodes.setNext(leaf, added);
      attach(2, nodes.keySlot(added, 0), added);
      size.add(1);
    }
    last[1] = added;
  }

  /** Puts a child behind all others of a level. */
  private void attach(int level, long keySlot, long child) {
    if (level > nodes.height()) {
      edits.raise();
      last[level] = nodes.root();
    }
    long parent = last[level];
    if (nodes.countOf(parent) < FILLED) {
      edits.append(parent, keySlot, child);
      return;
    }
    long added = edits.withLastChildOf(parent);
    edits.append(added, keySlot, child);
    attach(level + 1, nodes.keySlot(added, 0), added);
    edits.dropFirstKey(added);
    last[level] = added;
  }

  /** Sees to it that the last node of each level has no fewer pairs than others. */
  void finish() {
    if (nodes.root() == 0) {
      return;
    }
    long node = nodes.root();
    for (int level = nodes.height(); level > 1; level--) {
      edits.balanceLast(node, level - 1 == 1);
      node = nodes.item(node, nodes.countOf(node) - 1);
    }
    edits.lowerRoot();
  }
}
