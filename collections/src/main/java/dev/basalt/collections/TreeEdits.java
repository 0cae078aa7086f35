package dev.basalt.collections;

import dev.basalt.object.KeyBytes;
import dev.basalt.object.NodeWords;
import dev.basalt.object.Structures;
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
  private final Structures structures;
  private final NodeWords words;
  private final TreeWords partial;
  private final TreeSize size;

  TreeEdits(TreeNodes nodes) {
    this.nodes = nodes;
    this.structures = nodes.structures;
    this.words = nodes.words;
    this.partial = new TreeWords(nodes);
    this.size = new TreeSize(nodes);
  }

  // ---- adding

  /** Adds a key that is not at the place in a leaf where it was searched; 0 is no leaf. */
  void add(TreeSearch search, long leaf, int index, @Nullable Object value) {
    if (leaf != 0 && nodes.countOf(leaf) < TreeNodes.CAPACITY) {
      insert(leaf, index, search, value);
    } else {
      long made = withRoom(search);
      insert(made, search.position(made, false), search, value);
    }
    size.add(1);
  }

  /** Splits what is full on the way to the leaf of a key. */
  private long withRoom(TreeSearch search) {
    if (nodes.root() == 0) {
      nodes.setRoot(nodes.createNode(), 1);
    }
    if (isFull(nodes.root())) {
      raise();
    }
    search.restart();
    long node = nodes.root();
    for (int level = nodes.height(); level > 1; level--) {
      int at = search.childOf(node);
      if (isFull(nodes.item(node, at))) {
        split(node, at, level - 1 == 1, search);
        at = search.childOf(node);
      }
      node = search.step(node, at);
    }
    return node;
  }

  private boolean isFull(long node) {
    return nodes.countOf(node) == TreeNodes.CAPACITY;
  }

  /** Puts a new root with one child above the old one; it gets a second one next. */
  void raise() {
    int height = nodes.height();
    if (height == 1) {
      size.divide();
    }
    long root = nodes.createNode();
    structures.putSlot(root, TreeNodes.itemField(0), nodes.root());
    nodes.setCount(root, 1);
    nodes.setRoot(root, height + 1);
  }

  private void insert(long leaf, int index, TreeSearch search, @Nullable Object value) {
    insert(leaf, index, search.key(), search.bytes(), search.shared(leaf), value);
  }

  /** Adds a pair behind the last of a leaf with room. */
  void insertLast(
      long leaf, @Nullable Object key, @Nullable KeyBytes bytes, @Nullable Object value) {
    insert(leaf, nodes.countOf(leaf), key, bytes, TreeWords.shared(nodes, leaf, 0, bytes), value);
  }

  /** Inserts into a leaf with room. What can fail is done before the leaf counts the pair. */
  private void insert(
      long leaf,
      int index,
      @Nullable Object key,
      @Nullable KeyBytes bytes,
      int shared,
      @Nullable Object value) {
    int count = nodes.countOf(leaf);
    structures.putReference(leaf, TreeNodes.keyField(count), key);
    try {
      structures.putReference(leaf, TreeNodes.itemField(count), value);
    } catch (RuntimeException | Error e) {
      structures.putSlot(leaf, TreeNodes.keyField(count), 0);
      throw e;
    }
    boolean spreads = partial.insert(leaf, 0, index, bytes, shared);
    lastTo(leaf, TreeNodes.keyField(index), count - index);
    lastTo(leaf, TreeNodes.itemField(index), count - index);
    nodes.setCount(leaf, count + 1);
    if (spreads) {
      partial.spread(leaf, 0);
    }
  }

  /** Moves the word that is behind some others in front of them. */
  private void lastTo(long node, int field, int others) {
    long last = words.word(node, field + others * Long.BYTES);
    words.copy(node, field, node, field + Long.BYTES, others);
    words.putWord(node, field, last);
  }

  /** Inserts a pair into an inner node with room, behind the first one. */
  private void insertChild(long node, int index, long keySlot, long child) {
    int count = nodes.countOf(node);
    KeyBytes bytes = nodes.isNatural() ? words.key(keySlot) : null;
    boolean spreads =
        partial.insert(node, 1, index, bytes, TreeWords.shared(nodes, node, 1, bytes));
    makeRoom(node, TreeNodes.keyField(index), count - index);
    makeRoom(node, TreeNodes.itemField(index), count - index);
    structures.putSlot(node, TreeNodes.keyField(index), keySlot);
    structures.putSlot(node, TreeNodes.itemField(index), child);
    nodes.setCount(node, count + 1);
    if (spreads) {
      partial.spread(node, 1);
    }
  }

  private void makeRoom(long node, int field, int others) {
    words.copy(node, field, node, field + Long.BYTES, others);
    words.clear(node, field, 1);
  }

  /** Adds a child behind the last of an inner node, which has one. */
  void append(long node, long keySlot, long child) {
    insertChild(node, nodes.countOf(node), keySlot, child);
  }

  /**
   * Makes an inner node of the last child of another.
   *
   * @return the node; the key of its child is where no key is used, until {@link #dropFirstKey}
   */
  long withLastChildOf(long node) {
    int last = nodes.countOf(node) - 1;
    long made = nodes.createNode();
    movePairs(node, last, made, 0, 1);
    nodes.setCount(node, last);
    nodes.setCount(made, 1);
    return made;
  }

  /** Drops the key of an inner node's first child, which the parent has now. */
  void dropFirstKey(long node) {
    structures.putSlot(node, TreeNodes.keyField(0), 0);
  }

  /**
   * Divides a full child in two. Keys that come in ascending order fill the nodes they leave
   * behind.
   */
  private void split(long parent, int at, boolean isLeaf, TreeSearch search) {
    long left = nodes.item(parent, at);
    boolean ascending =
        isLeaf
            ? search.position(left, false) == TreeNodes.CAPACITY
            : search.childOf(left) == TreeNodes.CAPACITY - 1;
    int kept = !ascending ? TreeNodes.CAPACITY / 2 : TreeNodes.CAPACITY - (isLeaf ? 1 : 2);
    int moved = TreeNodes.CAPACITY - kept;
    long right = nodes.createNode();
    insertChild(parent, at + 1, nodes.keySlot(left, kept), right);
    nodes.setState(right, TreeNodes.withCount(nodes.state(left), moved));
    words.copy(left, TreeNodes.wordField(kept), right, TreeNodes.wordField(0), moved);
    movePairs(left, kept, right, 0, moved);
    nodes.setCount(left, kept);
    if (isLeaf) {
      nodes.setNext(right, nodes.next(left));
      nodes.setNext(left, right);
    } else {
      dropFirstKey(right);
    }
    int from = isLeaf ? 0 : 1;
    partial.separated(left, from);
    partial.separated(right, from);
  }

  /** Moves pairs to empty places of another node; counts and words are the caller's. */
  private void movePairs(long from, int fromIndex, long to, int toIndex, int moved) {
    moveSlots(from, TreeNodes.keyField(fromIndex), to, TreeNodes.keyField(toIndex), moved);
    moveSlots(from, TreeNodes.itemField(fromIndex), to, TreeNodes.itemField(toIndex), moved);
  }

  private void moveSlots(long from, int fromField, long to, int toField, int moved) {
    words.copy(from, fromField, to, toField, moved);
    words.clear(from, fromField, moved);
  }

  // ---- removing

  /** Removes a key that is at a place in a leaf where it was searched. */
  void remove(TreeSearch search, long leaf, int index) {
    if (nodes.countOf(leaf) > FEW) {
      take(leaf, index);
    } else {
      search.restart();
      remove(nodes.root(), nodes.height(), search);
      lowerRoot();
      if (nodes.countOf(nodes.root()) == 0) {
        clear();
      }
    }
    size.add(-1);
  }

  /** Takes a pair out of a node. */
  private void take(long node, int index) {
    int last = nodes.countOf(node) - 1;
    partial.remove(node, index);
    structures.putSlot(node, TreeNodes.keyField(index), 0);
    structures.putSlot(node, TreeNodes.itemField(index), 0);
    close(node, TreeNodes.keyField(index), last - index);
    close(node, TreeNodes.itemField(index), last - index);
    nodes.setCount(node, last);
  }

  /** Moves words over the one before them. */
  private void close(long node, int field, int others) {
    words.copy(node, field + Long.BYTES, node, field, others);
    words.clear(node, field + others * Long.BYTES, 1);
  }

  private void remove(long node, int level, TreeSearch search) {
    if (level == 1) {
      take(node, search.position(node, false));
      return;
    }
    int at = search.childOf(node);
    long child = search.step(node, at);
    remove(child, level - 1, search);
    if (nodes.countOf(child) < FEW && nodes.countOf(node) > 1) {
      balance(node, at == 0 ? 0 : at - 1, level - 1 == 1);
    }
  }

  /** Takes away roots that have a single child. */
  void lowerRoot() {
    while (nodes.height() > 1 && nodes.countOf(nodes.root()) == 1) {
      nodes.setRoot(nodes.item(nodes.root(), 0), nodes.height() - 1);
      if (nodes.height() == 1) {
        size.unite();
      }
    }
  }

  /**
   * Merges a node's last child, if it has few pairs, with the one before, or divides their pairs.
   */
  void balanceLast(long node, boolean areLeaves) {
    int count = nodes.countOf(node);
    if (count > 1 && nodes.countOf(nodes.item(node, count - 1)) < FEW) {
      balance(node, count - 2, areLeaves);
    }
  }

  /** Merges two neighbours into the left one, or divides their pairs evenly. */
  private void balance(long parent, int at, boolean areLeaves) {
    long left = nodes.item(parent, at);
    long right = nodes.item(parent, at + 1);
    int before = nodes.countOf(left);
    int sum = before + nodes.countOf(right);
    boolean merges = sum <= MERGED_MAX;
    int kept = merges ? sum : sum / 2;
    if (!areLeaves) {
      structures.putSlot(right, TreeNodes.keyField(0), nodes.keySlot(parent, at + 1));
    }
    if (kept > before) {
      movePairs(right, 0, left, before, kept - before);
      shift(right, kept - before, 0, sum - kept);
    } else {
      shift(right, 0, before - kept, sum - before);
      movePairs(left, kept, right, 0, before - kept);
    }
    nodes.setCount(left, kept);
    nodes.setCount(right, sum - kept);
    int from = areLeaves ? 0 : 1;
    partial.derive(left, from);
    if (merges) {
      if (areLeaves) {
        nodes.setNext(left, nodes.next(right));
        nodes.setNext(right, 0);
      }
      take(parent, at + 1);
      return;
    }
    structures.putSlot(parent, TreeNodes.keyField(at + 1), nodes.keySlot(right, 0));
    partial.derive(parent, 1);
    if (!areLeaves) {
      dropFirstKey(right);
    }
    partial.derive(right, from);
  }

  /** Moves pairs within a node. */
  private void shift(long node, int from, int to, int moved) {
    shiftSlots(node, TreeNodes.keyField(from), TreeNodes.keyField(to), moved);
    shiftSlots(node, TreeNodes.itemField(from), TreeNodes.itemField(to), moved);
  }

  private void shiftSlots(long node, int fromField, int toField, int moved) {
    words.copy(node, fromField, node, toField, moved);
    int distance = (toField - fromField) / Long.BYTES;
    if (distance > 0) {
      words.clear(node, fromField, Math.min(distance, moved));
    } else {
      int cleared = Math.min(-distance, moved);
      words.clear(node, fromField + (moved - cleared) * Long.BYTES, cleared);
    }
  }

  void clear() {
    nodes.setRoot(0, 0);
    size.unite();
  }
}
