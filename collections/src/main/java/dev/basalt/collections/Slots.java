package dev.basalt.collections;

import dev.basalt.object.ObjectSpace;

/**
 * A growing array of slots in two levels: a directory of leaves. Growing copies at most one leaf or
 * the directory. Inside a transaction; the owner's field holds the directory.
 */
final class Slots {
  /** Slots of a full leaf, a power of two. */
  static final int LEAF = 256;

  private static final int LEAF_SHIFT = Integer.numberOfTrailingZeros(LEAF);
  private static final int FIRST_LEAF = 8;
  private static final int FIRST_DIRECTORY = 2;

  private final ObjectSpace space;
  private final long owner;
  private final int field;

  Slots(ObjectSpace space, long owner, int field) {
    this.space = space;
    this.owner = owner;
    this.field = field;
  }

  private long directory() {
    return space.slot(owner, field);
  }

  /** The leaf that holds an index. */
  long leaf(int index) {
    return space.slot(directory(), ObjectSpace.slotOffset(index >>> LEAF_SHIFT));
  }

  /** Where an index lies in its leaf. */
  static int place(int index) {
    return ObjectSpace.slotOffset(index & (LEAF - 1));
  }

  long get(int index) {
    return space.slot(leaf(index), place(index));
  }

  void put(int index, long slot) {
    space.putSlot(leaf(index), place(index), slot);
  }

  /** Makes sure that the slot of an index exists; the one before it exists, or it is the first. */
  void ensure(int index) {
    int at = index >>> LEAF_SHIFT;
    long directory = directory();
    if (directory == 0) {
      directory = space.createSlots(FIRST_DIRECTORY);
      space.putSlot(owner, field, directory);
    }
    int leaves = space.slotsLength(directory);
    if (at >= leaves) {
      directory = copy(directory, leaves, Math.max(at + 1, leaves * 2));
      space.putSlot(owner, field, directory);
    }
    long leaf = space.slot(directory, ObjectSpace.slotOffset(at));
    if (leaf == 0) {
      leaf = space.createSlots(at == 0 ? FIRST_LEAF : LEAF);
      space.putSlot(directory, ObjectSpace.slotOffset(at), leaf);
    }
    int length = space.slotsLength(leaf);
    if ((index & (LEAF - 1)) >= length) {
      space.putSlot(
          directory,
          ObjectSpace.slotOffset(at),
          copy(leaf, length, Math.max(length * 2, Integer.highestOneBit(index) * 2)));
    }
  }

  private long copy(long from, int length, int newLength) {
    long to = space.createSlots(newLength);
    for (int i = 0; i < length; i++) {
      int slot = ObjectSpace.slotOffset(i);
      space.putSlot(to, slot, space.slot(from, slot));
    }
    return to;
  }

  /** Drops everything. */
  void clear() {
    space.putSlot(owner, field, 0);
  }
}
