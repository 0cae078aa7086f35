package dev.basalt.collections;

import dev.basalt.object.FieldKind;
import dev.basalt.object.Layout;
import dev.basalt.object.Structures;
import java.util.List;

/**
 * A number of entries that is no point of conflict: a few cells, objects of their own, of which
 * each thread changes its own. There are none while the owner can tell its size without. Inside a
 * transaction.
 */
final class SizeCells {
  private static final int CELLS = 8;
  private static final Layout CELL =
      Layout.of(
          SizeCells.class.getName() + "$Cell",
          null,
          List.of(new Layout.Declaration("count", FieldKind.LONG, "long")));
  private static final int COUNT = CELL.offsetOf("count");

  private final Structures structures;
  private final long owner;
  private final int field;

  /** The cells to which a field of their owner leads. */
  SizeCells(Structures structures, long owner, int field) {
    this.structures = structures;
    this.owner = owner;
    this.field = field;
  }

  private long directory() {
    return structures.slot(owner, field);
  }

  private long cell(int index) {
    return structures.slot(directory(), Structures.slotOffset(index));
  }

  boolean exist() {
    return directory() != 0;
  }

  /** The sum, at most what an {@code int} can hold. */
  int sum() {
    long sum = 0;
    for (int i = 0; i < CELLS; i++) {
      sum += structures.word(cell(i), COUNT);
    }
    return (int) Math.min(sum, Integer.MAX_VALUE);
  }

  /** Counts an entry that comes or goes, while there are cells. */
  void add(int difference) {
    if (directory() != 0) {
      long cell = cell((int) Thread.currentThread().threadId() & (CELLS - 1));
      structures.putLong(cell, COUNT, structures.word(cell, COUNT) + difference);
    }
  }

  /** Makes the cells. */
  void divide(int size) {
    long directory = structures.createSlots(CELLS);
    structures.putSlot(owner, field, directory);
    for (int i = 0; i < CELLS; i++) {
      structures.putSlot(directory, Structures.slotOffset(i), structures.create(CELL));
    }
    structures.putLong(cell(0), COUNT, size);
  }

  /** Drops the cells: the owner can tell its size without them. */
  void unite() {
    structures.putSlot(owner, field, 0);
  }
}
