package dev.basalt.collections;

import dev.basalt.object.FieldKind;
import dev.basalt.object.KeyBytes;
import dev.basalt.object.Layout;
import dev.basalt.object.NodeWords;
import dev.basalt.object.Structures;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The nodes of a B+ tree. All methods are called inside a transaction.
 *
 * <ol>
 *   <li>A node has up to {@link #CAPACITY} pairs of a key and an item. In a leaf the item is the
 *       key's value, in an inner node a child.
 *   <li>Keys ascend within a node. What lies under a child is not less than the child's key and
 *       less than the next one's. The key of a node's first child is not used: it is the bound that
 *       the node itself has.
 *   <li>All leaves have the same depth, the map's height. No leaf is empty but that of a map whose
 *       first entry was refused; an empty map has no nodes otherwise. An inner node has at least
 *       two children.
 *   <li>Each leaf leads to the next one; a leaf that is in no tree any more has no pairs, or its
 *       map has another root.
 *   <li>The keys of a node may have partial words ({@link TreeWords}).
 * </ol>
 *
 * <p>A node fits one block of 512 bytes, the unit of conflict, so threads that work on different
 * leaves do not disturb each other: a split and a merge write no leaf but the two that they
 * concern, because a leaf is always merged into the one before it.
 */
final class TreeNodes {
  /** The most pairs of a node: with their partial words they fill a block. */
  static final int CAPACITY = 20;

  /** The layout of the map's own object. */
  static final Layout MAP =
      Layout.of(
          PersistentTreeMap.class.getName(),
          null,
          List.of(
              new Layout.Declaration("height", FieldKind.INT, "int"),
              new Layout.Declaration("top", FieldKind.REFERENCE, "node"),
              new Layout.Declaration("cells", FieldKind.REFERENCE, "slots"),
              new Layout.Declaration(
                  "comparator", FieldKind.REFERENCE, Comparator.class.getName())));

  private static final Layout NODE = nodeLayout();

  private static final int HEIGHT = MAP.offsetOf("height");
  private static final int TOP = MAP.offsetOf("top");
  private static final int COMPARATOR = MAP.offsetOf("comparator");
  private static final int STATE = NODE.offsetOf("a state");
  private static final int NEXT = NODE.offsetOf("b next");
  private static final int FIRST_WORD = NODE.offsetOf(name("c word", 0));
  private static final int FIRST_KEY = NODE.offsetOf(name("d key", 0));
  private static final int FIRST_ITEM = NODE.offsetOf(name("e item", 0));

  private static final long COUNT_MASK = 0xFF;

  final Structures structures;
  final NodeWords words;
  final long map;
  private final @Nullable Comparator<Object> order;

  TreeNodes(Structures structures, long map, @Nullable Comparator<Object> order) {
    this.structures = structures;
    this.words = structures.nodes(NODE);
    this.map = map;
    this.order = order;
  }

  private static Layout nodeLayout() {
    List<Layout.Declaration> fields = new ArrayList<>();
    fields.add(new Layout.Declaration("a state", FieldKind.LONG, "long"));
    fields.add(new Layout.Declaration("b next", FieldKind.REFERENCE, "node"));
    for (int i = 0; i < CAPACITY; i++) {
      fields.add(new Layout.Declaration(name("c word", i), FieldKind.LONG, "long"));
      fields.add(new Layout.Declaration(name("d key", i), FieldKind.REFERENCE, "java.lang.Object"));
      fields.add(
          new Layout.Declaration(name("e item", i), FieldKind.REFERENCE, "java.lang.Object"));
    }
    return Layout.of(PersistentTreeMap.class.getName() + "$Node", null, fields);
  }

  /** Fields of a size are laid out by name, so two digits keep them in the order of the index. */
  private static String name(String kind, int index) {
    return "%s %02d".formatted(kind, index);
  }

  // ---- the map

  static void storeComparator(Structures structures, long map, @Nullable Object comparator) {
    structures.putReference(map, COMPARATOR, comparator);
  }

  static @Nullable Object comparator(Structures structures, long map) {
    return structures.getReference(map, COMPARATOR);
  }

  int height() {
    return structures.getInt(map, HEIGHT);
  }

  long root() {
    return structures.slot(map, TOP);
  }

  void setRoot(long node, int height) {
    structures.putSlot(map, TOP, node);
    structures.putInt(map, HEIGHT, height);
  }

  /** Whether keys are compared in their natural order; only such have partial words. */
  boolean isNatural() {
    return order == null;
  }

  /** Compares two keys in the map's order. */
  int compareKeys(@Nullable Object a, @Nullable Object b) {
    return compare(order, a, b);
  }

  @SuppressWarnings({"unchecked", "NullAway"}) // null is the comparator's to refuse, as in TreeMap
  static int compare(@Nullable Comparator<Object> order, @Nullable Object a, @Nullable Object b) {
    if (order != null) {
      return order.compare(a, b);
    }
    return ((Comparable<Object>) a).compareTo(b);
  }

  // ---- a node

  long createNode() {
    return structures.create(NODE);
  }

  /** The count in the lowest byte, then what {@link TreeWords} knows. */
  long state(long node) {
    return words.word(node, STATE);
  }

  void setState(long node, long state) {
    words.putWord(node, STATE, state);
  }

  static int count(long state) {
    return (int) (state & COUNT_MASK);
  }

  static long withCount(long state, int count) {
    return (state & ~COUNT_MASK) | count;
  }

  int countOf(long node) {
    return count(state(node));
  }

  void setCount(long node, int count) {
    setState(node, withCount(state(node), count));
  }

  /** The next leaf, or 0. */
  long next(long leaf) {
    return words.word(leaf, NEXT);
  }

  void setNext(long leaf, long next) {
    structures.putSlot(leaf, NEXT, next);
  }

  static int wordField(int index) {
    return FIRST_WORD + index * Long.BYTES;
  }

  static int keyField(int index) {
    return FIRST_KEY + index * Long.BYTES;
  }

  static int itemField(int index) {
    return FIRST_ITEM + index * Long.BYTES;
  }

  long keySlot(long node, int index) {
    return words.word(node, keyField(index));
  }

  KeyBytes keyBytes(long node, int index) {
    return words.key(keySlot(node, index));
  }

  @Nullable Object key(long node, int index) {
    return structures.value(keySlot(node, index));
  }

  long item(long node, int index) {
    return words.word(node, itemField(index));
  }

  @Nullable Object value(long leaf, int index) {
    return structures.value(item(leaf, index));
  }

  // ---- the way to a pair

  /** A pair in a leaf. */
  record Place(long leaf, int index) {}

  TreeSearch search(@Nullable Object key) {
    return new TreeSearch(this, order, key);
  }

  /** The pair nearest to a bound in a direction. */
  @Nullable Place near(Bound bound, boolean up) {
    long root = root();
    if (root == 0) {
      return null;
    }
    return switch (bound) {
      case Bound.None _ -> outermost(root, height(), up);
      case Bound.Key(Object key, boolean inclusive) ->
          near(root, height(), search(key), inclusive, up);
    };
  }

  private @Nullable Place outermost(long from, int height, boolean first) {
    long node = from;
    for (int level = height; level > 1; level--) {
      node = item(node, first ? 0 : countOf(node) - 1);
    }
    int count = countOf(node);
    return count == 0 ? null : new Place(node, first ? 0 : count - 1);
  }

  private @Nullable Place near(
      long node, int level, TreeSearch search, boolean inclusive, boolean up) {
    if (level == 1) {
      int index = up ? search.position(node, !inclusive) : search.position(node, inclusive) - 1;
      return index >= 0 && index < countOf(node) ? new Place(node, index) : null;
    }
    int at = search.childOf(node);
    Place found = near(search.step(node, at), level - 1, search, inclusive, up);
    int beside = up ? at + 1 : at - 1;
    if (found == null && beside >= 0 && beside < countOf(node)) {
      return outermost(item(node, beside), level - 1, up);
    }
    return found;
  }

  /** The number of pairs from one place to another that is not before it. */
  int countBetween(Place from, Place to) {
    int count = to.index + 1 - from.index;
    for (long leaf = from.leaf; leaf != to.leaf; leaf = next(leaf)) {
      count += countOf(leaf);
    }
    return count;
  }
}
