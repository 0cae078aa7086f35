package dev.basalt.collections;

import dev.basalt.object.FieldKind;
import dev.basalt.object.Layout;
import dev.basalt.object.StableHash;
import dev.basalt.object.Structures;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way from a hash to its bucket: extendible hashing (R. Fagin, J. Nievergelt, N. Pippenger, H.
 * R. Strong, <em>Extendible Hashing</em>, TODS 1979) in several levels. All methods are called
 * inside a transaction.
 *
 * <ol>
 *   <li>The root is a bucket or a node; an empty map has none.
 *   <li>A node is an array of {@code 2^width} slots, {@code 1 <= width <= 8}, and takes the next
 *       {@code width} upper bits of the hash as an index. A slot leads to a bucket or a node.
 *   <li>A bucket of depth {@code d} in a node that ends at bit {@code e} is in {@code 2^(e - d)}
 *       neighbouring slots.
 * </ol>
 *
 * <p>So growing is local: a bucket that is full is divided, and now and then the node above it gets
 * twice the slots, or a new node comes between. What others read on their way to other buckets does
 * not change, but for the neighbourhood of a slot.
 */
final class HashTrie {
  /** The layout of the map's own object. */
  static final Layout MAP =
      Layout.of(
          PersistentHashMap.class.getName(),
          null,
          List.of(
              new Layout.Declaration("root", FieldKind.REFERENCE, "node"),
              new Layout.Declaration("cells", FieldKind.REFERENCE, "slots")));

  static final int ROOT = MAP.offsetOf("root");
  static final int CELLS = MAP.offsetOf("cells");

  final Structures structures;
  final long map;
  final HashBuckets buckets;
  private final SizeCells cells;

  HashTrie(Structures structures, long map) {
    this.structures = structures;
    this.map = map;
    this.buckets = new HashBuckets(structures);
    this.cells = new SizeCells(structures, map, CELLS);
  }

  /** Spreads a key's hash code over all bits (the end of A. Appleby's MurmurHash3). */
  static int hash(@Nullable Object key) {
    int h = StableHash.of(key);
    h = (h ^ (h >>> 16)) * 0x85EB_CA6B;
    h = (h ^ (h >>> 13)) * 0xC2B2_AE35;
    return h ^ (h >>> 16);
  }

  long root() {
    return structures.slot(map, ROOT);
  }

  SizeCells cells() {
    return cells;
  }

  int size() {
    long root = root();
    if (root == 0) {
      return 0;
    }
    return structures.isSlots(root) ? cells.sum() : sizeOfChain(root);
  }

  private int sizeOfChain(long first) {
    int size = 0;
    for (long bucket = first; bucket != 0; ) {
      int state = buckets.state(bucket);
      size += HashBuckets.count(state);
      bucket = buckets.chained(bucket, state);
    }
    return size;
  }

  /** The bits that a node takes from a hash. */
  int width(long node) {
    return Integer.numberOfTrailingZeros(structures.slotsLength(node));
  }

  /** Which slot of a node a hash belongs to. */
  static int index(int hash, int begin, int width) {
    return (hash << begin) >>> (Integer.SIZE - width);
  }

  /** The first bucket of a hash, or 0 if the map is empty. */
  long bucketOf(int hash) {
    long at = root();
    int begin = 0;
    while (at != 0 && structures.isSlots(at)) {
      int width = width(at);
      at = structures.slot(at, Structures.slotOffset(index(hash, begin, width)));
      begin += width;
    }
    return at;
  }

  /**
   * An entry.
   *
   * @param bucket its bucket
   * @param state the bucket's state
   * @param index its index there
   */
  record Place(long bucket, int state, int index) {}

  /** The place of a key, if it is there. */
  @Nullable Place find(@Nullable Object key, int hash) {
    for (long bucket = bucketOf(hash); bucket != 0; ) {
      int state = buckets.state(bucket);
      int index = buckets.find(bucket, state, key, hash);
      if (index >= 0) {
        return new Place(bucket, state, index);
      }
      bucket = buckets.chained(bucket, state);
    }
    return null;
  }

  @Nullable Object value(Place place) {
    return buckets.value(place.bucket, place.state, place.index);
  }

  boolean holdsValue(Place place, @Nullable Object value) {
    return buckets.holdsValue(place.bucket, place.state, place.index, value);
  }

  void setValue(Place place, @Nullable Object value) {
    buckets.setValue(place.bucket, place.state, place.index, value);
  }
}
