package dev.basalt.collections;

import dev.basalt.object.Structures;

/**
 * An array of slots that grows and shrinks, in two levels: a directory of leaves. Growing and
 * shrinking copy at most one leaf and the directory. Inside a transaction; the owner's field holds
 * the directory.
 *
 * <p>The leaves that exist are the first ones. All but the first are full; that one may be shorter
 * while it is the only one.
 */
final class Slots {
  /** Slots of a full leaf, a power of two. */
  static final int LEAF = 256;

  private static final int LEAF_SHIFT = Integer.numberOfTrailingZeros(LEAF);
  private static final int FIRST_LEAF = 8;
  private static final int FIRST_DIRECTORY = 2;

  private final Structures structures;
  private final long owner;
  private final int field;

  Slots(Structures structures, long owner, int field) {
    this.structures = structures;
    this.owner = owner;
    this.field = field;
  }

  private long directory() {
    return structures.slot(owner, field);
  }

  /** The leaf that holds an index. */
  long leaf(int index) {
    return structures.slot(directory(), Structures.slotOffset(index >>> LEAF_SHIFT));
  }

  /** Where an index lies in its leaf. */
  static int place(int index) {
    return Structures.slotOffset(index & (LEAF - 1));
  }

  long get(int index) {
    return structures.slot(leaf(index), place(index));
  }

  void put(int index, long slot) {
    structures.putSlot(leaf(index), place(index), slot);
  }

  /** Makes sure that the slot of an index exists; the one before it exists, or it is the first. */
  void ensure(int index) {
    int at = index >>> LEAF_SHIFT;
    long directory = directory();
    if (directory == 0) {
      directory = structures.createSlots(FIRST_DIRECTORY);
      structures.putSlot(owner, field, directory);
    }
    int leaves = structures.slotsLength(directory);
    if (at >= leaves) {
      directory = resized(directory, leaves, Math.max(at + 1, leaves * 2));
      structures.putSlot(owner, field, directory);
    }
    long leaf = structures.slot(directory, Structures.slotOffset(at));
    if (leaf == 0) {
      leaf = structures.createSlots(at == 0 ? FIRST_LEAF : LEAF);
      structures.putSlot(directory, Structures.slotOffset(at), leaf);
    }
    int length = structures.slotsLength(leaf);
    if ((index & (LEAF - 1)) >= length) {
      structures.putSlot(
          directory,
          Structures.slotOffset(at),
          resized(leaf, length, Math.max(length * 2, Integer.highestOneBit(index) * 2)));
    }
  }

  /**
   * Empties the last slots, from {@code newCount} to {@code count} - 1, and gives back what is not
   * needed for the others. The end must come back by half a leaf, a shorter one by three quarters,
   * before it does: so what is added and removed at a border makes and drops nothing.
   */
  void release(int newCount, int count) {
    int leaves = leavesKept(newCount);
    for (int i = newCount; i < count && i >>> LEAF_SHIFT < leaves; i++) {
      put(i, 0);
    }
    if (leaves < leavesKept(count)) {
      dropLeaves(leaves);
    }
    if (newCount <= LEAF / 4) {
      shortenFirst(newCount);
    }
  }

  /** How many leaves there may be with that many slots in use. At least one. */
  private static int leavesKept(int count) {
    return (count + LEAF / 2 + LEAF - 1) >>> LEAF_SHIFT; // unsigned
  }

  /** Drops the leaves behind the first ones, with their directory if little of it is used. */
  private void dropLeaves(int kept) {
    long directory = directory();
    int length = structures.slotsLength(directory);
    int newLength = shortened(length, kept, FIRST_DIRECTORY);
    if (newLength < length) {
      structures.putSlot(owner, field, resized(directory, kept, newLength));
      return;
    }
    for (int at = kept; at < length; at++) {
      int slot = Structures.slotOffset(at);
      if (structures.slot(directory, slot) == 0) {
        return;
      }
      structures.putSlot(directory, slot, 0);
    }
  }

  private void shortenFirst(int used) {
    long directory = directory();
    int slot = Structures.slotOffset(0);
    long leaf = structures.slot(directory, slot);
    int length = structures.slotsLength(leaf);
    int newLength = shortened(length, used, FIRST_LEAF);
    if (newLength < length) {
      structures.putSlot(directory, slot, resized(leaf, used, newLength));
    }
  }

  /** A length halved as long as at most a quarter of it is used. */
  private static int shortened(int length, int used, int least) {
    int shorter = length;
    while (shorter > least && used <= shorter / 4) {
      shorter /= 2;
    }
    return shorter;
  }

  /** What takes the place of an array, with its first slots. */
  private long resized(long from, int count, int newLength) {
    long to = structures.createSlots(newLength);
    int first = Structures.slotOffset(0);
    structures.moveSlots(from, first, to, first, count);
    return to;
  }

  /** Drops everything. */
  void clear() {
    structures.putSlot(owner, field, 0);
  }
}
