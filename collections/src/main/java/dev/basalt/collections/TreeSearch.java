package dev.basalt.collections;

import dev.basalt.object.KeyBytes;
import dev.basalt.object.NaturalOrder;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * The search for one key in the nodes of a tree, from the root down. Where nodes have partial
 * words, it looks at no stored key but those whose word is that of the key looked for: in an inner
 * node seldom at any, in a leaf at the one that it finds.
 *
 * <p>Whether the key has a node's prefix need not be looked up either: it lies between the two keys
 * in the parent that led to the node, so it shares with all keys of the node what these two share
 * ({@link #known}); what is left is compared with the end of the prefix, which the node holds.
 */
final class TreeSearch {
  private final TreeNodes nodes;
  private final @Nullable Comparator<Object> order;
  private final @Nullable Object key;
  private final @Nullable NaturalOrder natural;

  /**
   * The first bytes that the key shares with every key under the node that {@link #step} led to.
   */
  private int known;

  /** The pairs of the node that was searched last. */
  private int count;

  /** The length of its prefix, if the key shares that; else -1. */
  private int prefix;

  /** An index in the node searched last at which the key is, or -1. */
  private int met;

  TreeSearch(TreeNodes nodes, @Nullable Comparator<Object> order, @Nullable Object key) {
    this.nodes = nodes;
    this.order = order;
    this.key = key;
    this.natural = order == null && key != null ? nodes.structures.order(key) : null;
  }

  @Nullable Object key() {
    return key;
  }

  /** The key's bytes; {@code null} if the map has a comparator. */
  @Nullable KeyBytes bytes() {
    return natural;
  }

  /** Begins again at the root. */
  void restart() {
    known = 0;
  }

  /** The leaf to which the key belongs, or 0 if there is none. */
  long leaf() {
    long node = nodes.root();
    if (node != 0) {
      for (int level = nodes.height(); level > 1; level--) {
        node = step(node, childOf(node));
      }
    }
    return node;
  }

  /** The index of the child under which the key belongs. */
  int childOf(long node) {
    return position(node, 1, true) - 1;
  }

  /** Goes on to the child that {@link #childOf} has just found. */
  long step(long node, int at) {
    if (prefix >= 0 && at > 0 && at + 1 < count) {
      long left = nodes.words.word(node, TreeNodes.wordField(at));
      long right = nodes.words.word(node, TreeNodes.wordField(at + 1));
      known = Math.max(known, prefix + Long.numberOfLeadingZeros(left ^ right) / Byte.SIZE);
    }
    return nodes.item(node, at);
  }

  /** The first index in a leaf whose key is not less, or is greater. */
  int position(long leaf, boolean greater) {
    return position(leaf, 0, greater);
  }

  /** Whether the key is where {@link #position} of what is not less has just found it. */
  boolean isAt(int index) {
    return met == index;
  }

  /** How much of a leaf's prefix the key shares; the leaf was searched last. */
  int shared(long leaf) {
    return prefix >= 0 ? prefix : TreeWords.shared(nodes, leaf, 0, natural);
  }

  private int position(long node, int from, boolean greater) {
    met = -1;
    prefix = -1;
    long state = nodes.state(node);
    count = TreeNodes.count(state);
    if (from >= count) {
      return from;
    }
    if (natural == null
        || natural.kind() == KeyBytes.NONE
        || natural.kind() != TreeWords.kind(state)) {
      return bisect(node, from, count, greater);
    }
    int length = TreeWords.prefix(state);
    if (length > known) {
      int difference = comparePrefix(natural, state, node, from);
      if (difference != 0) {
        return difference < 0 ? from : count;
      }
    }
    prefix = length;
    long word = natural.word(length);
    int low = nodes.words.firstNotLess(node, TreeNodes.wordField(0), from, count, word);
    int high = low;
    while (high < count && nodes.words.word(node, TreeNodes.wordField(high)) == word) {
      high++;
    }
    if (low < high) {
      // Most likely what is looked for: it is brought in while the key is compared.
      nodes.structures.touch(nodes.item(node, low));
    }
    return bisect(node, low, high, greater);
  }

  private int comparePrefix(NaturalOrder key, long state, long node, int from) {
    int length = TreeWords.prefix(state);
    if (length - known <= TreeWords.END_BYTES) {
      return Integer.compareUnsigned(TreeWords.end(key, length), TreeWords.end(state));
    }
    KeyBytes stored = nodes.keyBytes(node, from);
    for (int at = known; at < length; at += Long.BYTES) {
      int unused = Math.max(0, at + Long.BYTES - length) * Byte.SIZE;
      int difference = Long.compareUnsigned(key.word(at) >>> unused, stored.word(at) >>> unused);
      if (difference != 0) {
        return difference;
      }
    }
    return 0;
  }

  /** Searches by whole keys. */
  private int bisect(long node, int from, int to, boolean greater) {
    int low = from;
    int high = to;
    while (low < high) {
      int middle = (low + high) >>> 1;
      int difference = compareStored(node, middle);
      if (difference == 0) {
        met = middle;
      }
      if (difference < 0 || (greater && difference == 0)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private int compareStored(long node, int index) {
    return natural == null
        ? TreeNodes.compare(order, nodes.key(node, index), key)
        : natural.compareStored(nodes.keySlot(node, index));
  }
}
