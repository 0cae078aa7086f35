package dev.basalt.collections;

import dev.basalt.object.Structures;

/** The nodes between a map's root and the bucket of a hash. Inside an update. */
final class HashPath {
  private static final int LEVELS_MAX = Integer.SIZE;

  private final HashTrie trie;
  private final Structures structures;
  private final long[] nodes = new long[LEVELS_MAX];
  private final int[] indices = new int[LEVELS_MAX];
  private final int[] widths = new int[LEVELS_MAX];
  private int levels;
  private int end;
  private long bucket;

  /** Walks to the bucket of a hash; the map has a root. */
  HashPath(HashTrie trie, int hash) {
    this.trie = trie;
    this.structures = trie.structures;
    long at = trie.root();
    while (structures.isSlots(at)) {
      int width = trie.width(at);
      int index = HashTrie.index(hash, end, width);
      nodes[levels] = at;
      widths[levels] = width;
      indices[levels++] = index;
      end += width;
      at = structures.slot(at, Structures.slotOffset(index));
    }
    bucket = at;
  }

  /** Whether the bucket is the map's root. */
  boolean isRoot() {
    return levels == 0;
  }

  long bucket() {
    return bucket;
  }

  /** The number of upper bits of the hash that lead to the bucket. */
  int end() {
    return end;
  }

  /** The bits that the last node takes, or 0. */
  int width() {
    return isRoot() ? 0 : widths[levels - 1];
  }

  /** The number of upper bits that lead to the last node. */
  int begin() {
    return end - width();
  }

  private int index() {
    return indices[levels - 1];
  }

  private void set(int level, long slot) {
    if (level == 0) {
      structures.putSlot(trie.map, HashTrie.ROOT, slot);
    } else {
      set(nodes[level - 1], indices[level - 1], slot);
    }
  }

  private void set(long node, int index, long slot) {
    structures.putSlot(node, Structures.slotOffset(index), slot);
  }

  /** The first of the slots of the last node in which a bucket of a depth is. */
  private int first(int depth) {
    return index() & -(1 << (end - depth));
  }

  /** What is in the slots beside those of the bucket, which is of a depth greater than begin. */
  long buddy(int depth) {
    int other = first(depth) ^ (1 << (end - depth));
    return structures.slot(nodes[levels - 1], Structures.slotOffset(other));
  }

  /** Puts a bucket of a depth where this one is. */
  void fill(int depth, long with) {
    if (isRoot()) {
      set(0, with);
    } else {
      fill(first(depth), 1 << (end - depth), with);
    }
  }

  /** Puts another bucket into the upper half of the slots of one of a depth. */
  void fillUpper(int depth, long with) {
    int half = 1 << (end - depth - 1);
    fill(first(depth) + half, half, with);
  }

  private void fill(int from, int count, long with) {
    for (int i = from; i < from + count; i++) {
      set(nodes[levels - 1], i, with);
    }
  }

  /** Gives the last node twice the slots. */
  void widen() {
    long old = nodes[levels - 1];
    int length = 1 << width();
    long node = structures.createSlots(2 * length);
    for (int i = 0; i < length; i++) {
      long slot = structures.slot(old, Structures.slotOffset(i));
      set(node, 2 * i, slot);
      set(node, 2 * i + 1, slot);
      set(old, i, 0);
    }
    set(levels - 1, node);
  }

  /** Puts a node of two slots between the last node and the bucket, which has one slot. */
  void deepen() {
    long node = structures.createSlots(2);
    set(node, 0, bucket);
    set(node, 1, bucket);
    set(levels, node);
  }

  /** Replaces the last node, all of whose slots lead to one bucket, by that. */
  void flatten(long with) {
    set(levels - 1, with);
  }
}
