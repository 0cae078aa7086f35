package dev.basalt.collections;

import dev.basalt.object.FieldKind;
import dev.basalt.object.Layout;
import dev.basalt.object.Structures;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The nodes of a linked list, and the way through them. All methods are called inside a
 * transaction.
 *
 * <ol>
 *   <li>The elements of a node lie in {@code count} successive slots from {@code first} on; the
 *       other slots are empty. No node of a list is empty, and a node that is empty is in no list.
 *   <li>{@code next} is counted and {@code previous} is not, so a list that is dropped is no cycle.
 *       Both lead to nodes of the same list, or nowhere.
 *   <li>The list refers to its two ends and an end to its outer node; only that changes when nodes
 *       come and go. So an operation at one end reads nothing that one at the other end writes, but
 *       in a list of two nodes or less.
 *   <li>Only splits and merges move elements from one node to another, and both nodes count that in
 *       {@code moves}. Operations at the ends do neither.
 * </ol>
 *
 * <p>A node fits one block of 512 bytes, the unit of conflict.
 */
final class LinkedNodes {
  /** The most elements of a node. */
  static final int CAPACITY = 58;

  /** What {@code first} says of a node that was taken out: where it was. */
  static final int WAS_FIRST = -1;

  static final int WAS_LAST = -2;
  static final int WAS_INSIDE = -3;

  /** The layout of the list's own object. */
  static final Layout LIST =
      Layout.of(
          PersistentLinkedList.class.getName(),
          null,
          List.of(
              new Layout.Declaration("front", FieldKind.REFERENCE, "end"),
              new Layout.Declaration("back", FieldKind.REFERENCE, "end"),
              new Layout.Declaration("cells", FieldKind.REFERENCE, "slots"),
              new Layout.Declaration("clears", FieldKind.INT, "int")));

  private static final Layout END =
      Layout.of(
          PersistentLinkedList.class.getName() + "$End",
          null,
          List.of(new Layout.Declaration("node", FieldKind.REFERENCE, LinkedNode.class.getName())));

  /** The layout of a node. */
  static final Layout NODE = nodeLayout();

  private static final int FRONT = LIST.offsetOf("front");
  private static final int BACK = LIST.offsetOf("back");
  private static final int CELLS = LIST.offsetOf("cells");
  private static final int CLEARS = LIST.offsetOf("clears");
  private static final int OUTER = END.offsetOf("node");
  private static final int FIRST_SLOT = NODE.offsetOf(name(0));
  private static final int NEXT = NODE.offsetOf("next");
  private static final int PREVIOUS = NODE.offsetOf("previous");
  private static final int FIRST = NODE.offsetOf("first");
  private static final int COUNT = NODE.offsetOf("count");
  private static final int MOVES = NODE.offsetOf("moves");

  final Structures structures;
  final long list;
  final SizeCells cells;

  LinkedNodes(Structures structures, long list) {
    this.structures = structures;
    this.list = list;
    this.cells = new SizeCells(structures, list, CELLS);
  }

  private static Layout nodeLayout() {
    List<Layout.Declaration> fields = new ArrayList<>();
    for (int i = 0; i < CAPACITY; i++) {
      fields.add(new Layout.Declaration(name(i), FieldKind.REFERENCE, "java.lang.Object"));
    }
    fields.add(new Layout.Declaration("next", FieldKind.REFERENCE, LinkedNode.class.getName()));
    fields.add(new Layout.Declaration("previous", FieldKind.BACK, LinkedNode.class.getName()));
    fields.add(new Layout.Declaration("first", FieldKind.INT, "int"));
    fields.add(new Layout.Declaration("count", FieldKind.INT, "int"));
    fields.add(new Layout.Declaration("moves", FieldKind.INT, "int"));
    return Layout.of(LinkedNode.class.getName(), null, fields);
  }

  /** Fields of a size are laid out by name, so two digits keep them in the order of the index. */
  private static String name(int index) {
    return "element%02d".formatted(index);
  }

  /** Gives a new list its ends. */
  void create() {
    structures.putSlot(list, FRONT, structures.create(END));
    structures.putSlot(list, BACK, structures.create(END));
  }

  // ---- the list

  private long end(boolean front) {
    return structures.slot(list, front ? FRONT : BACK);
  }

  /** The first or the last node; 0 if the list is empty. */
  long outer(boolean front) {
    return structures.slot(end(front), OUTER);
  }

  void setOuter(boolean front, long node) {
    structures.putSlot(end(front), OUTER, node);
  }

  boolean isEmpty() {
    return outer(true) == 0;
  }

  /** The number of elements: that of the only node, or of the cells. */
  int size() {
    if (cells.exist()) {
      return cells.sum();
    }
    long only = outer(true);
    return only == 0 ? 0 : count(only);
  }

  /** How often the list has been cleared: nodes from before are no longer its own. */
  int clears() {
    return structures.getInt(list, CLEARS);
  }

  void clear() {
    setOuter(true, 0);
    setOuter(false, 0);
    cells.unite();
    structures.putInt(list, CLEARS, clears() + 1);
  }

  // ---- a node

  long createNode(int first) {
    long node = structures.create(NODE);
    structures.putInt(node, FIRST, first);
    return node;
  }

  int count(long node) {
    return structures.getInt(node, COUNT);
  }

  void setCount(long node, int count) {
    structures.putInt(node, COUNT, count);
  }

  int first(long node) {
    return structures.getInt(node, FIRST);
  }

  void setFirst(long node, int first) {
    structures.putInt(node, FIRST, first);
  }

  int moves(long node) {
    return structures.getInt(node, MOVES);
  }

  void addMove(long node) {
    structures.putInt(node, MOVES, moves(node) + 1);
  }

  /** The neighbour on one side, or 0. */
  long beside(long node, boolean forward) {
    return forward ? structures.slot(node, NEXT) : structures.word(node, PREVIOUS);
  }

  void setBeside(long node, boolean forward, long other) {
    if (forward) {
      structures.putSlot(node, NEXT, other);
    } else {
      structures.putLong(node, PREVIOUS, other);
    }
  }

  /** Makes two nodes neighbours, either of which may be 0. */
  void join(long left, long right) {
    if (left != 0) {
      setBeside(left, true, right);
    }
    if (right != 0) {
      setBeside(right, false, left);
    }
  }

  /** Where the slot with a number, counted from the node's start, lies. */
  static int slotField(int index) {
    return FIRST_SLOT + index * Long.BYTES;
  }

  /** Where the slot of an element lies. */
  int field(long node, int at) {
    return slotField(first(node) + at);
  }

  long slot(long node, int at) {
    return structures.slot(node, field(node, at));
  }

  @Nullable Object element(long node, int at) {
    return structures.getReference(node, field(node, at));
  }

  void setElement(long node, int at, @Nullable Object element) {
    structures.putReference(node, field(node, at), element);
  }

  boolean holds(long node, int at, @Nullable Object element) {
    return structures.holds(slot(node, at), element);
  }

  // ---- the way to an element

  /** An element in a node. */
  record Place(long node, int at) {}

  /** The place of an element by its index, from the nearer end. */
  Place seek(int index, int size) {
    boolean forward = index <= size / 2;
    int left = forward ? index : size - 1 - index;
    long node = outer(forward);
    for (int count = count(node); left >= count; count = count(node)) {
      left -= count;
      node = beside(node, forward);
    }
    return new Place(node, forward ? left : count(node) - 1 - left);
  }

  /** Takes an element on the way through the list. */
  interface Visitor {
    /** Returns whether to go on. */
    boolean visit(long node, int at);
  }

  /** Goes from one end to the other, or until the visitor has seen enough. */
  void walk(boolean forward, Visitor visitor) {
    for (long node = outer(forward); node != 0; node = beside(node, forward)) {
      int count = count(node);
      for (int i = 0; i < count; i++) {
        if (!visitor.visit(node, forward ? i : count - 1 - i)) {
          return;
        }
      }
    }
  }
}
