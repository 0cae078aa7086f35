package dev.basalt.collections;

import dev.basalt.object.Structures;
import org.jspecify.annotations.Nullable;

/**
 * Changes of a map of {@code long} keys, inside an update. A full leaf is divided by the next bit
 * of its hashes; leaves with few entries that differ in their last bit only are united again, and a
 * branch with one leaf gives its place to that.
 */
final class LongEdits {
  private static final int CAPACITY = LongNodes.CAPACITY;
  private static final int LEVELS_MAX = Long.SIZE / LongNodes.BITS_PER_LEVEL + 1;
  private static final int FEW = CAPACITY / 4;

  /** United leaves keep room, so that a key that comes and goes does not divide them again. */
  private static final int UNITED_MAX = CAPACITY / 2;

  private final LongNodes nodes;
  private final Structures structures;

  /** The branches from the root to the leaf, and the child that was chosen in each. */
  private final long[] branches = new long[LEVELS_MAX];

  private final int[] chosen = new int[LEVELS_MAX];
  private int levels;

  LongEdits(LongNodes nodes) {
    this.nodes = nodes;
    this.structures = nodes.structures;
  }

  /** Goes to the leaf of a hash, of a map that has one. */
  private long descend(long hash) {
    long node = nodes.root();
    boolean isBranch = nodes.rootIsBranch();
    for (levels = 0; isBranch; levels++) {
      int index = LongNodes.childOf(hash, levels * LongNodes.BITS_PER_LEVEL);
      branches[levels] = node;
      chosen[levels] = index;
      isBranch = nodes.isBranch(node, index);
      node = nodes.child(node, index);
    }
    return node;
  }

  /** Adds a key that is not there. What can fail is done before the leaf counts the entry. */
  void add(long key, @Nullable Object value) {
    long hash = LongNodes.hash(key);
    boolean isFirst = nodes.root() == 0;
    long leaf = isFirst ? nodes.createLeaf(0) : descend(hash);
    while (nodes.count(leaf) == CAPACITY) {
      divide(leaf);
      leaf = descend(hash);
    }
    int place = free(leaf, hash);
    nodes.setValue(leaf, place, value);
    nodes.setKey(leaf, place, key);
    use(leaf, place, true);
    if (isFirst) {
      nodes.setRoot(leaf, false);
    }
    nodes.cells.add(1);
  }

  private int free(long leaf, long hash) {
    int used = nodes.used(leaf);
    int place = LongNodes.home(hash);
    while ((used >>> place & 1) != 0) {
      place = LongNodes.after(place);
    }
    return place;
  }

  private void use(long leaf, int place, boolean isUsed) {
    int used = nodes.used(leaf);
    int bit = 1 << place;
    nodes.setBits(leaf, isUsed ? used | bit : used & ~bit, nodes.depth(leaf));
  }

  /** Puts an entry at the first free place for it in a leaf with room; whether it has moved. */
  private boolean move(long from, int at, long to) {
    long key = nodes.key(from, at);
    use(from, at, false);
    int place = free(to, LongNodes.hash(key));
    use(to, place, true);
    if (from == to && place == at) {
      return false;
    }
    structures.moveSlots(from, LongNodes.valueField(at), to, LongNodes.valueField(place), 1);
    nodes.setKey(from, at, 0);
    nodes.setKey(to, place, key);
    return true;
  }

  private void takeOut(long leaf, int place) {
    structures.putSlot(leaf, LongNodes.valueField(place), 0);
    nodes.setKey(leaf, place, 0);
    use(leaf, place, false);
  }

  // ---- more leaves

  /** Divides the full leaf to which {@link #descend} has led. */
  private void divide(long leaf) {
    int depth = nodes.depth(leaf);
    if (depth == levels * LongNodes.BITS_PER_LEVEL) {
      putBranchAbove(leaf);
    }
    long branch = branches[levels - 1];
    int bit = depth - (levels - 1) * LongNodes.BITS_PER_LEVEL;
    long other = nodes.createLeaf(depth + 1);
    forEachSharing(
        chosen[levels - 1],
        bit,
        index -> {
          if ((index >>> bit & 1) != 0) {
            nodes.setChild(branch, index, other, false);
          }
        });
    redistribute(leaf, depth, other);
  }

  /** The leaf's place is taken by a branch of which all children are the leaf. */
  private void putBranchAbove(long leaf) {
    if (levels == 0 && !nodes.cells.exist()) {
      nodes.cells.divide(nodes.count(leaf));
    }
    long branch = nodes.createBranch();
    for (int i = 0; i < LongNodes.CHILDREN; i++) {
      nodes.setChild(branch, i, leaf, false);
    }
    putAt(levels - 1, branch, true);
    branches[levels] = branch;
    chosen[levels] = 0;
    levels++;
  }

  /** Puts a node where the way leads to at a level; the level above the first is the map itself. */
  private void putAt(int level, long node, boolean isBranch) {
    if (level < 0) {
      nodes.setRoot(node, isBranch);
    } else {
      nodes.setChild(branches[level], chosen[level], node, isBranch);
    }
  }

  /** Takes the number of a child. */
  private interface ChildVisitor {
    void visit(int index);
  }

  /** Visits the children of a branch whose numbers agree with one in their low bits. */
  private static void forEachSharing(int index, int bits, ChildVisitor visitor) {
    int step = 1 << bits;
    for (int i = index & (step - 1); i < LongNodes.CHILDREN; i += step) {
      visitor.visit(i);
    }
  }

  /** Moves the entries whose hashes have the bit behind the depth to the other leaf. */
  private void redistribute(long leaf, int depth, long other) {
    nodes.setBits(leaf, nodes.used(leaf), depth + 1);
    for (int i = 0; i < CAPACITY; i++) {
      if ((LongNodes.hash(nodes.key(leaf, i)) >>> depth & 1) != 0) {
        boolean _ = move(leaf, i, other);
      }
    }
    settle(leaf);
  }

  /** Moves entries towards where their hashes lead until no free place is between. */
  private void settle(long leaf) {
    boolean moved = true;
    while (moved) {
      moved = false;
      for (int i = 0; i < CAPACITY; i++) {
        moved |= (nodes.used(leaf) >>> i & 1) != 0 && move(leaf, i, leaf);
      }
    }
  }

  // ---- fewer leaves

  /** Removes a key that is there. */
  void remove(long key) {
    long hash = LongNodes.hash(key);
    long leaf = descend(hash);
    int place = nodes.find(leaf, key, hash);
    takeOut(leaf, place);
    closeGap(leaf, place);
    nodes.cells.add(-1);
    if (nodes.count(leaf) <= FEW) {
      unite(leaf);
    }
  }

  /** Puts the entries behind a place that has become free where they can be found. */
  private void closeGap(long leaf, int gap) {
    for (int at = LongNodes.after(gap);
        (nodes.used(leaf) >>> at & 1) != 0;
        at = LongNodes.after(at)) {
      boolean _ = move(leaf, at, leaf);
    }
  }

  /**
   * Unites the leaf to which {@link #descend} has led with its other half, as often as possible.
   */
  private void unite(long leaf) {
    while (levels > 0) {
      int depth = nodes.depth(leaf);
      int bits = depth - (levels - 1) * LongNodes.BITS_PER_LEVEL;
      if (bits == 0) {
        levels--;
        putAt(levels - 1, leaf, false); // all children are the leaf
      } else if (!uniteWithOtherHalf(leaf, depth, bits)) {
        return;
      }
    }
    if (nodes.count(leaf) == 0) {
      clear();
    }
  }

  private boolean uniteWithOtherHalf(long leaf, int depth, int bits) {
    long branch = branches[levels - 1];
    int index = chosen[levels - 1] ^ (1 << (bits - 1));
    long other = nodes.child(branch, index);
    if (nodes.isBranch(branch, index)
        || nodes.depth(other) != depth
        || nodes.count(leaf) + nodes.count(other) > UNITED_MAX) {
      return false;
    }
    for (int i = 0; i < CAPACITY; i++) {
      if ((nodes.used(other) >>> i & 1) != 0) {
        boolean _ = move(other, i, leaf);
      }
    }
    forEachSharing(index, bits, i -> nodes.setChild(branch, i, leaf, false));
    nodes.setBits(leaf, nodes.used(leaf), depth - 1);
    return true;
  }

  void clear() {
    nodes.setRoot(0, false);
    nodes.cells.unite();
  }
}
