package dev.basalt.collections;

import dev.basalt.error.StaleTransactionException;
import dev.basalt.object.ObjectSpace;
import java.util.Iterator;
import java.util.Map.Entry;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Iterates over a sorted map or a range of one; in a pool, a leaf at a time.
 *
 * <p>Within a transaction it goes up from leaf to leaf by their links and is exact: if the leaf
 * that it has read last has changed since, or the map has another root, it finds its place again by
 * the last key, from the root. Outside, each leaf is read in a view of its own, and the place is
 * always found by the last key; so the cursor is at home in any state of the tree, whatever has
 * been split, merged or reclaimed between two leaves: an entry that is there all the time is met
 * exactly once. The same goes for a cursor that was begun in a transaction and is used after its
 * end.
 *
 * <p>Only what the iterator returns is made: no keys for values, but the last one of a leaf.
 *
 * @param <T> what is returned of an entry
 */
final class SortedCursor<
        K extends @Nullable Object, V extends @Nullable Object, T extends @Nullable Object>
    implements Iterator<T> {
  /** What is returned of an entry. */
  enum Part {
    KEY,
    VALUE,
    ENTRY
  }

  private static final @Nullable Object[] NOTHING = {};

  private final SortedView<K, V> map;
  private final Part part;
  private final boolean up;

  // where it goes on

  private Bound from = Bound.none();
  private boolean ended;

  // the entries that have been read, of which those before `at` have been returned

  private @Nullable Object[] keys = NOTHING;
  private @Nullable Object[] values = NOTHING;
  private int count;
  private int at;

  // where they come from

  /** The transaction that has read them; null if that was a view of its own. */
  private @Nullable Object transaction;

  private long root;
  private long leaf;
  private int leafCount;
  private long lastKeySlot;

  /** The slots of the keys, if the keys were not read. */
  private long[] keySlots = {};

  // what remove() removes

  private boolean isRemovable;
  private @Nullable Object lastKey;
  private long lastSlot;
  private @Nullable Object lastTransaction;

  SortedCursor(SortedView<K, V> map, Part part, boolean up) {
    this.map = map;
    this.part = part;
    this.up = up;
  }

  @Override
  public boolean hasNext() {
    if (at == count && !ended) {
      at = 0;
      count = 0;
      if (map.tree().isPlain()) {
        loadPlain();
      } else {
        Object reading = map.tree().space().transaction();
        boolean _ = map.reading(() -> load(reading));
      }
    }
    return at < count;
  }

  private void loadPlain() {
    leaf = 0;
    Entry<K, V> entry = map.nearest(from, true);
    if (entry == null) {
      ended = true;
      return;
    }
    keys = new Object[] {entry.getKey()};
    values = new Object[] {entry.getValue()};
    count = 1;
    from = new Bound.Key(entry.getKey(), false);
  }

  /** Reads the next leaf, as far as it belongs to the range. */
  private boolean load(@Nullable Object reading) {
    TreeNodes nodes = map.tree().nodes();
    TreeNodes.Place place = next(nodes, reading);
    if (place == null) {
      ended = true;
      return false;
    }
    transaction = reading;
    root = nodes.root();
    leaf = place.leaf();
    leafCount = nodes.countOf(leaf);
    lastKeySlot = nodes.keySlot(leaf, leafCount - 1);
    int first = place.index();
    count = up ? leafCount - first : first + 1;
    K last = PersistentTreeMap.cast(nodes.key(leaf, up ? leafCount - 1 : 0));
    if (map.isInside(last)) {
      from = new Bound.Key(last, false);
    } else {
      ended = true;
      count = map.countInside(nodes, place, up);
    }
    read(nodes, first, up ? 1 : -1);
    return true;
  }

  private TreeNodes.@Nullable Place next(TreeNodes nodes, @Nullable Object reading) {
    if (up && leaf != 0 && isWhereItWas(nodes, reading)) {
      long next = nodes.next(leaf);
      return next == 0 ? null : new TreeNodes.Place(next, 0);
    }
    return nodes.near(map.clamp(from, up), up);
  }

  /**
   * Whether the next leaf is what follows the entries that were read. A leaf that is in the tree no
   * more has no pairs, or the root is another.
   */
  @SuppressWarnings("ReferenceEquality") // a transaction is itself
  private boolean isWhereItWas(TreeNodes nodes, @Nullable Object reading) {
    return reading != null
        && reading == transaction
        && nodes.root() == root
        && nodes.countOf(leaf) == leafCount
        && nodes.keySlot(leaf, leafCount - 1) == lastKeySlot;
  }

  private void read(TreeNodes nodes, int first, int step) {
    boolean readsKeys = part != Part.VALUE || transaction == null;
    keys = readsKeys ? new Object[count] : NOTHING;
    keySlots = readsKeys ? new long[0] : new long[count];
    values = part == Part.KEY ? NOTHING : new Object[count];
    for (int i = 0; i < count; i++) { // all on their way at once
      if (readsKeys) {
        nodes.structures.touch(nodes.keySlot(leaf, first + i * step));
      } else {
        keySlots[i] = nodes.keySlot(leaf, first + i * step);
      }
      if (part != Part.KEY) {
        nodes.structures.touch(nodes.item(leaf, first + i * step));
      }
    }
    for (int i = 0; i < keys.length; i++) {
      keys[i] = nodes.key(leaf, first + i * step);
    }
    for (int i = 0; i < values.length; i++) {
      values[i] = nodes.value(leaf, first + i * step);
    }
  }

  @Override
  public T next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    int taken = at++;
    isRemovable = true;
    lastTransaction = keys.length == 0 ? transaction : null;
    lastKey = keys.length == 0 ? null : keys[taken];
    lastSlot = keys.length == 0 ? keySlots[taken] : 0;
    return PersistentTreeMap.cast(
        switch (part) {
          case KEY -> lastKey;
          case VALUE -> values[taken];
          case ENTRY ->
              new WriteThrough<>(
                  map,
                  PersistentTreeMap.<K>cast(lastKey),
                  PersistentTreeMap.<V>cast(values[taken]));
        });
  }

  /**
   * Removes the entry that was returned last.
   *
   * @throws StaleTransactionException if it is a value that was read in a transaction that has
   *     ended: its key is not known any more
   */
  @Override
  public void remove() {
    if (!isRemovable) {
      throw new IllegalStateException("next has not been called, or the entry was removed");
    }
    if (lastTransaction != null) {
      lastKey = keyInTransaction(map.tree().space());
    }
    isRemovable = false;
    boolean _ = map.removeKey(lastKey);
  }

  @SuppressWarnings("ReferenceEquality") // a transaction is itself
  private @Nullable Object keyInTransaction(ObjectSpace space) {
    if (space.transaction() != lastTransaction) {
      throw new StaleTransactionException(
          "the value was read in a transaction that has ended; remove its entry there, or iterate"
              + " over the entries");
    }
    return space.structures().value(lastSlot);
  }
}
