package dev.basalt.collections;

import dev.basalt.object.FieldKind;
import dev.basalt.object.Layout;
import dev.basalt.object.Structures;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The nodes of a map of {@code long} keys, and the way through them: extendible hashing (R. Fagin
 * and others, <em>Extendible Hashing: A Fast Access Method for Dynamic Files</em>, TODS 1979) whose
 * directory is a tree. All methods are called inside a transaction.
 *
 * <ol>
 *   <li>A key's hash is another {@code long}, and no two keys have the same. Five of its bits, the
 *       lowest first, choose a child at each level.
 *   <li>A leaf has a depth {@code d}: its keys are all those of the map whose hashes have the same
 *       {@code d} low bits. Below a branch that is chosen by the bits from {@code s} on, {@code s
 *       <= d <= s + 5}, and all children whose number agrees with those bits are this leaf.
 *   <li>In a leaf an entry lies at the place that its hash gives, or behind, and no place between
 *       is free.
 * </ol>
 *
 * <p>A leaf fits one block of 512 bytes, the unit of conflict. A split changes the leaf, its new
 * neighbour and one branch, so the map grows by a leaf at a time, and others notice only if they
 * are under the same branch.
 */
final class LongNodes {
  /** The most entries of a leaf. */
  static final int CAPACITY = 30;

  static final int BITS_PER_LEVEL = 5;

  /** The children of a branch. */
  static final int CHILDREN = 1 << BITS_PER_LEVEL;

  /** The layout of the map's own object. */
  static final Layout MAP =
      Layout.of(
          PersistentLongMap.class.getName(),
          null,
          List.of(
              new Layout.Declaration("root", FieldKind.REFERENCE, "node"),
              new Layout.Declaration("cells", FieldKind.REFERENCE, "slots"),
              new Layout.Declaration("branched", FieldKind.INT, "int")));

  private static final Layout LEAF = leafLayout();
  private static final Layout BRANCH = branchLayout();

  private static final int ROOT = MAP.offsetOf("root");
  private static final int CELLS = MAP.offsetOf("cells");
  private static final int BRANCHED = MAP.offsetOf("branched");
  private static final int BITS = LEAF.offsetOf("bits");
  private static final int FIRST_KEY = LEAF.offsetOf(name("entry", 0, "key"));
  private static final int ENTRY_SIZE = LEAF.offsetOf(name("entry", 1, "key")) - FIRST_KEY;
  private static final int VALUE_IN_ENTRY = LEAF.offsetOf(name("entry", 0, "value")) - FIRST_KEY;
  private static final int BRANCHES = BRANCH.offsetOf("branches");
  private static final int FIRST_CHILD = BRANCH.offsetOf(name("child", 0, ""));

  final Structures structures;
  private final long map;
  final SizeCells cells;

  LongNodes(Structures structures, long map) {
    this.structures = structures;
    this.map = map;
    this.cells = new SizeCells(structures, map, CELLS);
  }

  /** Fields of a size are laid out by name: what leads to the rest comes first, then the pairs. */
  private static Layout leafLayout() {
    List<Layout.Declaration> fields = new ArrayList<>();
    fields.add(new Layout.Declaration("bits", FieldKind.LONG, "long"));
    for (int i = 0; i < CAPACITY; i++) {
      fields.add(new Layout.Declaration(name("entry", i, "key"), FieldKind.LONG, "long"));
      fields.add(
          new Layout.Declaration(
              name("entry", i, "value"), FieldKind.REFERENCE, "java.lang.Object"));
    }
    return Layout.of(PersistentLongMap.class.getName() + "$Leaf", null, fields);
  }

  private static Layout branchLayout() {
    List<Layout.Declaration> fields = new ArrayList<>();
    fields.add(new Layout.Declaration("branches", FieldKind.LONG, "long"));
    for (int i = 0; i < CHILDREN; i++) {
      fields.add(new Layout.Declaration(name("child", i, ""), FieldKind.REFERENCE, "node"));
    }
    return Layout.of(PersistentLongMap.class.getName() + "$Branch", null, fields);
  }

  private static String name(String kind, int index, String part) {
    return "%s%02d%s".formatted(kind, index, part);
  }

  /** The finalizer of A. Appleby's MurmurHash3; each step can be undone, so hashes are distinct. */
  static long hash(long key) {
    long h = key;
    h = (h ^ (h >>> 33)) * 0xff51_afd7_ed55_8ccdL;
    h = (h ^ (h >>> 33)) * 0xc4ce_b9fe_1a85_ec53L;
    return h ^ (h >>> 33);
  }

  // ---- the map

  long root() {
    return structures.slot(map, ROOT);
  }

  boolean rootIsBranch() {
    return structures.getInt(map, BRANCHED) != 0;
  }

  void setRoot(long node, boolean isBranch) {
    structures.putSlot(map, ROOT, node);
    structures.putInt(map, BRANCHED, isBranch ? 1 : 0);
  }

  /** The number of entries: that of the only leaf, or of the cells. */
  int size() {
    if (cells.exist()) {
      return cells.sum();
    }
    long root = root();
    return root == 0 ? 0 : count(root);
  }

  // ---- a branch

  long createBranch() {
    return structures.create(BRANCH);
  }

  /** The child that a hash chooses at a branch whose bits begin with {@code shift}. */
  static int childOf(long hash, int shift) {
    return (int) (hash >>> shift) & (CHILDREN - 1);
  }

  long child(long branch, int index) {
    return structures.slot(branch, FIRST_CHILD + index * Long.BYTES);
  }

  boolean isBranch(long branch, int index) {
    return (structures.word(branch, BRANCHES) >>> index & 1) != 0;
  }

  void setChild(long branch, int index, long node, boolean isBranch) {
    structures.putSlot(branch, FIRST_CHILD + index * Long.BYTES, node);
    long branches = structures.word(branch, BRANCHES);
    long bit = 1L << index;
    long changed = isBranch ? branches | bit : branches & ~bit;
    if (changed != branches) {
      structures.putLong(branch, BRANCHES, changed);
    }
  }

  /** The leaf of a hash; 0 if the map is empty. */
  long leaf(long hash) {
    long node = root();
    boolean isBranch = node != 0 && rootIsBranch();
    for (int shift = 0; isBranch; shift += BITS_PER_LEVEL) {
      int index = childOf(hash, shift);
      isBranch = isBranch(node, index);
      node = child(node, index);
    }
    return node;
  }

  // ---- a leaf

  long createLeaf(int depth) {
    long leaf = structures.create(LEAF);
    setBits(leaf, 0, depth);
    return leaf;
  }

  /** Which places of a leaf are in use, a bit for each. */
  int used(long leaf) {
    return (int) structures.word(leaf, BITS);
  }

  int depth(long leaf) {
    return (int) (structures.word(leaf, BITS) >>> Integer.SIZE);
  }

  void setBits(long leaf, int used, int depth) {
    structures.putLong(leaf, BITS, (long) depth << Integer.SIZE | used);
  }

  int count(long leaf) {
    return Integer.bitCount(used(leaf));
  }

  private static int keyField(int place) {
    return FIRST_KEY + place * ENTRY_SIZE;
  }

  static int valueField(int place) {
    return keyField(place) + VALUE_IN_ENTRY;
  }

  long key(long leaf, int place) {
    return structures.word(leaf, keyField(place));
  }

  void setKey(long leaf, int place, long key) {
    structures.putLong(leaf, keyField(place), key);
  }

  @Nullable Object value(long leaf, int place) {
    return structures.getReference(leaf, valueField(place));
  }

  void setValue(long leaf, int place, @Nullable Object value) {
    structures.putReference(leaf, valueField(place), value);
  }

  boolean holdsValue(long leaf, int place, @Nullable Object value) {
    return structures.holds(structures.slot(leaf, valueField(place)), value);
  }

  /** Where an entry is to lie; by bits that the way to the leaf has not used. */
  static int home(long hash) {
    return (int) ((hash >>> 34) % CAPACITY);
  }

  static int after(int place) {
    return place + 1 == CAPACITY ? 0 : place + 1;
  }

  /** The place of a key in its leaf, or -1. */
  int find(long leaf, long key, long hash) {
    if (leaf == 0) {
      return -1;
    }
    int used = used(leaf);
    int place = home(hash);
    for (int i = 0; i < CAPACITY && (used >>> place & 1) != 0; i++) {
      if (key(leaf, place) == key) {
        return place;
      }
      place = after(place);
    }
    return -1;
  }
}
