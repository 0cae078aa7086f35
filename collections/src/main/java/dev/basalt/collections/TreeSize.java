package dev.basalt.collections;

import dev.basalt.object.FieldKind;
import dev.basalt.object.Layout;
import dev.basalt.object.ObjectSpace;
import java.util.List;

/**
 * The number of a tree's entries. That of a single leaf is the leaf's count; a larger tree has a
 * few cells, of which each thread changes its own, so that counting is no point of conflict. Inside
 * a transaction.
 */
final class TreeSize {
  private static final int CELLS = 8;
  private static final Layout CELL =
      Layout.of(
          PersistentTreeMap.class.getName() + "$Cell",
          null,
          List.of(new Layout.Declaration("count", FieldKind.INT, "int")));
  private static final int COUNT = CELL.offsetOf("count");
  private static final int DIRECTORY = TreeNodes.MAP.offsetOf("cells");

  private final TreeNodes nodes;
  private final ObjectSpace space;

  TreeSize(TreeNodes nodes) {
    this.nodes = nodes;
    this.space = nodes.space;
  }

  private long directory() {
    return space.slot(nodes.map, DIRECTORY);
  }

  private long cell(int index) {
    return space.slot(directory(), ObjectSpace.slotOffset(index));
  }

  int get() {
    int height = nodes.height();
    if (height <= 1) {
      return height == 0 ? 0 : nodes.count(nodes.root());
    }
    long sum = 0;
    for (int i = 0; i < CELLS; i++) {
      sum += space.getInt(cell(i), COUNT);
    }
    return (int) Math.min(sum, Integer.MAX_VALUE);
  }

  /** Counts an entry that comes or goes while there are cells. */
  void add(int difference) {
    if (directory() != 0) {
      long cell = cell((int) Thread.currentThread().threadId() & (CELLS - 1));
      space.putInt(cell, COUNT, space.getInt(cell, COUNT) + difference);
    }
  }

  /** Makes the cells when the only leaf is about to be split. */
  void divide() {
    int size = get();
    long directory = space.createSlots(CELLS);
    space.putSlot(nodes.map, DIRECTORY, directory);
    for (int i = 0; i < CELLS; i++) {
      space.putSlot(directory, ObjectSpace.slotOffset(i), space.create(CELL));
    }
    space.putInt(cell(0), COUNT, size);
  }

  /** Drops the cells when there is at most one leaf. */
  void unite() {
    space.putSlot(nodes.map, DIRECTORY, 0);
  }
}
