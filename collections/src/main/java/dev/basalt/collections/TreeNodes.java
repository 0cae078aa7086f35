package dev.basalt.collections;

import dev.basalt.object.FieldKind;
import dev.basalt.object.Layout;
import dev.basalt.object.NaturalOrder;
import dev.basalt.object.ObjectSpace;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The nodes of a B+ tree, and the search in them. All methods are called inside a transaction.
 *
 * <ol>
 *   <li>A node has up to {@link #CAPACITY} pairs of a key and an item. In a leaf the item is the
 *       key's value, in an inner node a child.
 *   <li>Keys ascend within a node. What lies under a child is not less than the child's key and
 *       less than the next one's. The key of a node's first child is not used: it is the bound that
 *       the node itself has.
 *   <li>All leaves have the same depth, the map's height. No leaf is empty but that of a map whose
 *       first entry was refused; an empty map has no nodes otherwise.
 * </ol>
 *
 * <p>A node fits one block of 512 bytes, the unit of conflict, so threads that work on different
 * leaves do not disturb each other. Leaves are not linked: the next one is found from the root,
 * which costs little per entry, and no split or merge has to write a neighbour.
 */
final class TreeNodes {
  /** The most pairs of a node. */
  static final int CAPACITY = 30;

  /** The layout of the map's own object. */
  static final Layout MAP =
      Layout.of(
          PersistentTreeMap.class.getName(),
          null,
          List.of(
              new Layout.Declaration("height", FieldKind.INT, "int"),
              new Layout.Declaration("root", FieldKind.REFERENCE, "node"),
              new Layout.Declaration("cells", FieldKind.REFERENCE, "slots"),
              new Layout.Declaration(
                  "comparator", FieldKind.REFERENCE, Comparator.class.getName())));

  private static final Layout NODE = nodeLayout();

  private static final int HEIGHT = MAP.offsetOf("height");
  private static final int ROOT = MAP.offsetOf("root");
  private static final int COMPARATOR = MAP.offsetOf("comparator");
  private static final int COUNT = NODE.offsetOf("count");
  private static final int FIRST_KEY = NODE.offsetOf(name("key", 0));
  private static final int FIRST_ITEM = NODE.offsetOf(name("item", 0));

  final ObjectSpace space;
  final long map;
  private final @Nullable Comparator<Object> order;

  /** The key looked for, ready to be compared with stored ones, if they have no comparator. */
  private @Nullable NaturalOrder wanted;

  private @Nullable Object wantedKey;

  TreeNodes(ObjectSpace space, long map, @Nullable Comparator<Object> order) {
    this.space = space;
    this.map = map;
    this.order = order;
  }

  private static Layout nodeLayout() {
    List<Layout.Declaration> fields = new ArrayList<>();
    fields.add(new Layout.Declaration("count", FieldKind.INT, "int"));
    for (int i = 0; i < CAPACITY; i++) {
      fields.add(new Layout.Declaration(name("key", i), FieldKind.REFERENCE, "java.lang.Object"));
      fields.add(new Layout.Declaration(name("item", i), FieldKind.REFERENCE, "java.lang.Object"));
    }
    return Layout.of(PersistentTreeMap.class.getName() + "$Node", null, fields);
  }

  /** Fields of a size are laid out by name, so two digits keep them in the order of the index. */
  private static String name(String kind, int index) {
    return "%s%02d".formatted(kind, index);
  }

  static void storeComparator(ObjectSpace space, long map, @Nullable Object comparator) {
    space.putReference(map, COMPARATOR, comparator);
  }

  static @Nullable Object comparator(ObjectSpace space, long map) {
    return space.getReference(map, COMPARATOR);
  }

  long createNode() {
    return space.create(NODE);
  }

  int height() {
    return space.getInt(map, HEIGHT);
  }

  long root() {
    return space.slot(map, ROOT);
  }

  void setRoot(long node, int height) {
    space.putSlot(map, ROOT, node);
    space.putInt(map, HEIGHT, height);
  }

  int count(long node) {
    return space.getInt(node, COUNT);
  }

  void setCount(long node, int count) {
    space.putInt(node, COUNT, count);
  }

  static int keyField(int index) {
    return FIRST_KEY + index * Long.BYTES;
  }

  static int itemField(int index) {
    return FIRST_ITEM + index * Long.BYTES;
  }

  @Nullable Object key(long node, int index) {
    return space.getReference(node, keyField(index));
  }

  @Nullable Object value(long leaf, int index) {
    return space.getReference(leaf, itemField(index));
  }

  boolean holdsValue(long leaf, int index, @Nullable Object value) {
    return space.holds(space.slot(leaf, itemField(index)), value);
  }

  long child(long node, int index) {
    return space.slot(node, itemField(index));
  }

  @SuppressWarnings({"unchecked", "NullAway"}) // null is the comparator's to refuse, as in TreeMap
  static int compare(@Nullable Comparator<Object> order, @Nullable Object a, @Nullable Object b) {
    if (order != null) {
      return order.compare(a, b);
    }
    return ((Comparable<Object>) a).compareTo(b);
  }

  /** The first index from {@code from} on whose key is not less, or is greater. */
  private int search(long node, int from, @Nullable Object key, boolean greater) {
    int low = from;
    int high = count(node);
    while (low < high) {
      int middle = (low + high) >>> 1;
      int order = compareStored(node, middle, key);
      if (order < 0 || (greater && order == 0)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Compares two keys in the map's order. */
  int compareKeys(@Nullable Object a, @Nullable Object b) {
    return compare(order, a, b);
  }

  /** Compares a stored key with another. */
  @SuppressWarnings("ReferenceEquality") // whether it is the same search
  private int compareStored(long node, int index, @Nullable Object key) {
    if (order != null || key == null) {
      return compare(order, key(node, index), key);
    }
    NaturalOrder natural = wanted;
    if (natural == null || wantedKey != key) {
      natural = space.order(key);
      wanted = natural;
      wantedKey = key;
    }
    return natural.compareStored(space.slot(node, keyField(index)));
  }

  /** The index of the child under which a key belongs. */
  int childOf(long node, @Nullable Object key) {
    return search(node, 1, key, true) - 1;
  }

  /** The index in a leaf of a key, or where it is to be inserted. */
  int indexIn(long leaf, @Nullable Object key) {
    return search(leaf, 0, key, false);
  }

  boolean isAt(long leaf, int index, @Nullable Object key) {
    return index < count(leaf) && compareStored(leaf, index, key) == 0;
  }

  /** A pair in a leaf. */
  record Place(long leaf, int index) {}

  /** The place of a key, if it is there. */
  @Nullable Place find(@Nullable Object key) {
    long node = root();
    if (node == 0) {
      return null;
    }
    for (int level = height(); level > 1; level--) {
      node = child(node, childOf(node, key));
    }
    int index = indexIn(node, key);
    return isAt(node, index, key) ? new Place(node, index) : null;
  }

  /** The pair nearest to a bound in a direction. */
  @Nullable Place near(Bound bound, boolean up) {
    return root() == 0 ? null : near(root(), height(), bound, up);
  }

  private @Nullable Place near(long node, int level, Bound bound, boolean up) {
    if (level == 1) {
      int index = edge(node, bound, up);
      return index >= 0 && index < count(node) ? new Place(node, index) : null;
    }
    int step = up ? 1 : -1;
    int count = count(node);
    for (int i = start(node, bound, up); i >= 0 && i < count; i += step) {
      Place found = near(child(node, i), level - 1, bound, up);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  private int start(long node, Bound bound, boolean up) {
    return switch (bound) {
      case Bound.None _ -> up ? 0 : count(node) - 1;
      case Bound.Key(Object key, boolean _) -> childOf(node, key);
    };
  }

  private int edge(long leaf, Bound bound, boolean up) {
    return switch (bound) {
      case Bound.None _ -> up ? 0 : count(leaf) - 1;
      case Bound.Key(Object key, boolean inclusive) ->
          up ? search(leaf, 0, key, !inclusive) : search(leaf, 0, key, inclusive) - 1;
    };
  }
}
