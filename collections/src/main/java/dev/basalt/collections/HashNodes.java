package dev.basalt.collections;

import dev.basalt.object.FieldKind;
import dev.basalt.object.Layout;
import dev.basalt.object.ObjectSpace;
import dev.basalt.object.StableHash;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The table of a hash map: linear hashing (W. Litwin, <em>Linear Hashing: A New Tool for File and
 * Table Addressing</em>, VLDB 1980). There are as many buckets as entries, at least eight; when an
 * entry is added that makes one too few, one bucket is split, so the table never stops to grow. All
 * methods are called inside a transaction.
 *
 * <p>With {@code n} buckets and {@code p} the greatest power of two that is not greater, a hash
 * belongs to the bucket of its low bits below {@code 2p} if there is such a bucket, else below
 * {@code p}.
 */
final class HashNodes {
  /** The layout of the map's own object. */
  static final Layout MAP =
      Layout.of(
          PersistentHashMap.class.getName(),
          null,
          List.of(
              new Layout.Declaration("size", FieldKind.INT, "int"),
              new Layout.Declaration("buckets", FieldKind.INT, "int"),
              new Layout.Declaration("directory", FieldKind.REFERENCE, "slots")));

  private static final Layout NODE =
      Layout.of(
          PersistentHashMap.class.getName() + "$Node",
          null,
          List.of(
              new Layout.Declaration("hash", FieldKind.INT, "int"),
              new Layout.Declaration("key", FieldKind.REFERENCE, "java.lang.Object"),
              new Layout.Declaration("value", FieldKind.REFERENCE, "java.lang.Object"),
              new Layout.Declaration("next", FieldKind.REFERENCE, "node")));

  private static final int SIZE = MAP.offsetOf("size");
  private static final int BUCKETS = MAP.offsetOf("buckets");
  private static final int DIRECTORY = MAP.offsetOf("directory");
  private static final int HASH = NODE.offsetOf("hash");
  private static final int KEY = NODE.offsetOf("key");
  private static final int VALUE = NODE.offsetOf("value");
  private static final int NEXT = NODE.offsetOf("next");

  private static final int BUCKETS_MIN = 8;
  private static final int BUCKETS_MAX = 1 << 30;

  private final ObjectSpace space;
  private final long map;
  private final Slots table;

  HashNodes(ObjectSpace space, long map) {
    this.space = space;
    this.map = map;
    this.table = new Slots(space, map, DIRECTORY);
  }

  /** Spreads a key's hash code over all bits, low ones above all. */
  static int hash(@Nullable Object key) {
    int h = StableHash.of(key) * 0x9E37_79B9;
    return h ^ (h >>> 15);
  }

  int size() {
    return space.getInt(map, SIZE);
  }

  int buckets() {
    return space.getInt(map, BUCKETS);
  }

  /** The bucket of a hash among {@code count} buckets. */
  static int bucket(int hash, int count) {
    int power = Integer.highestOneBit(count);
    int bucket = hash & (2 * power - 1);
    return bucket < count ? bucket : hash & (power - 1);
  }

  /** The first node of a bucket, or 0. */
  long first(int bucket) {
    return table.get(bucket);
  }

  long next(long node) {
    return space.slot(node, NEXT);
  }

  int hashOf(long node) {
    return space.getInt(node, HASH);
  }

  @Nullable Object key(long node) {
    return space.getReference(node, KEY);
  }

  @Nullable Object value(long node) {
    return space.getReference(node, VALUE);
  }

  boolean holdsValue(long node, @Nullable Object value) {
    return space.holds(space.slot(node, VALUE), value);
  }

  void setValue(long node, @Nullable Object value) {
    space.putReference(node, VALUE, value);
  }

  /** The node of a key, or 0. */
  long find(@Nullable Object key, int hash) {
    int count = buckets();
    long node = count == 0 ? 0 : first(bucket(hash, count));
    while (node != 0 && !isOf(node, key, hash)) {
      node = next(node);
    }
    return node;
  }

  private boolean isOf(long node, @Nullable Object key, int hash) {
    return hashOf(node) == hash && space.holds(space.slot(node, KEY), key);
  }

  /** Adds a node for a key that has none. Everything that can fail comes before the first link. */
  void add(@Nullable Object key, int hash, @Nullable Object value) {
    int size = size();
    if (size == Integer.MAX_VALUE) {
      throw new IllegalStateException("the map has the most entries that a map can count");
    }
    long node = space.create(NODE);
    space.putReference(node, KEY, key);
    space.putReference(node, VALUE, value);
    space.putInt(node, HASH, hash);
    if (buckets() == 0) {
      table.ensure(BUCKETS_MIN - 1);
      setBuckets(BUCKETS_MIN);
    }
    link(node, bucket(hash, buckets()));
    space.putInt(map, SIZE, size + 1);
    if (size >= buckets() && buckets() < BUCKETS_MAX) {
      split();
    }
  }

  private void link(long node, int bucket) {
    space.putSlot(node, NEXT, first(bucket));
    table.put(bucket, node);
  }

  private void setBuckets(int count) {
    space.putInt(map, BUCKETS, count);
  }

  /**
   * Adds a bucket and moves to it what belongs there from the one bucket that loses entries to it.
   */
  private void split() {
    int count = buckets();
    int from = count - Integer.highestOneBit(count);
    table.ensure(count);
    setBuckets(count + 1);
    long node = first(from);
    long kept = 0;
    while (node != 0) {
      long next = next(node);
      if (bucket(hashOf(node), count + 1) == from) {
        kept = node;
      } else {
        unlink(from, kept, node);
        link(node, count);
      }
      node = next;
    }
  }

  private void unlink(int bucket, long previous, long node) {
    if (previous == 0) {
      table.put(bucket, next(node));
    } else {
      space.putSlot(previous, NEXT, next(node));
    }
  }

  /** Removes the node of a key, which there is. */
  void remove(@Nullable Object key, int hash) {
    int bucket = bucket(hash, buckets());
    long previous = 0;
    long node = first(bucket);
    while (!isOf(node, key, hash)) {
      previous = node;
      node = next(node);
    }
    unlink(bucket, previous, node);
    space.putInt(map, SIZE, size() - 1);
  }

  void clear() {
    table.clear();
    setBuckets(0);
    space.putInt(map, SIZE, 0);
  }
}
