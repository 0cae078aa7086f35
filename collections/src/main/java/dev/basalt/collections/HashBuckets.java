package dev.basalt.collections;

import dev.basalt.object.FieldKind;
import dev.basalt.object.Layout;
import dev.basalt.object.Structures;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The buckets of a hash map, and the search in them. All methods are called inside a transaction.
 *
 * <ol>
 *   <li>A bucket has up to its capacity of entries, in no order: first all their hashes, which are
 *       compared without looking at a key, then pairs of key and value. A full one has {@link
 *       #FULL} and is one block of 512 bytes, the unit of conflict.
 *   <li>Its depth is the number of upper bits of a hash that all its entries share.
 *   <li>A bucket of depth 32 may lead to another: their entries share the whole hash.
 * </ol>
 */
final class HashBuckets {
  /** The largest capacity. */
  static final int FULL = 24;

  /** Bits of a hash. */
  static final int DEPTH_MAX = Integer.SIZE;

  /** The capacities, each even: a small map has a small bucket. */
  private static final int[] CAPACITIES = {4, 12, FULL};

  private static final Layout[] LAYOUTS =
      IntStream.of(CAPACITIES).mapToObj(HashBuckets::layout).toArray(Layout[]::new);

  private static final int STATE = LAYOUTS[0].offsetOf("a state");
  private static final int CHAIN = LAYOUTS[0].offsetOf("b chain");
  private static final int HASHES = LAYOUTS[0].offsetOf("c hashes 00");

  private static final int KEY_TOUCHED = 40;
  private static final int CAPACITY_SHIFT = 8;
  private static final int DEPTH_SHIFT = 16;
  private static final int BYTE = 0xFF;

  private final Structures structures;

  HashBuckets(Structures structures) {
    this.structures = structures;
  }

  /** Fields of a size are laid out by name. */
  private static Layout layout(int capacity) {
    List<Layout.Declaration> fields = new ArrayList<>();
    fields.add(new Layout.Declaration("a state", FieldKind.LONG, "long"));
    fields.add(new Layout.Declaration("b chain", FieldKind.REFERENCE, "bucket"));
    for (int i = 0; i < capacity; i++) {
      if (i % 2 == 0) {
        fields.add(
            new Layout.Declaration("c hashes %02d".formatted(i / 2), FieldKind.LONG, "long"));
      }
      for (String part : List.of("key", "value")) {
        fields.add(
            new Layout.Declaration(
                "d %02d %s".formatted(i, part), FieldKind.REFERENCE, "java.lang.Object"));
      }
    }
    return Layout.of(PersistentHashMap.class.getName() + "$Bucket" + capacity, null, fields);
  }

  // ---- the state: count, capacity and depth in one word

  /** Count, capacity and depth of a bucket. */
  int state(long bucket) {
    return (int) structures.word(bucket, STATE);
  }

  static int count(int state) {
    return state & BYTE;
  }

  static int capacity(int state) {
    return state >>> CAPACITY_SHIFT & BYTE;
  }

  static int depth(int state) {
    return state >>> DEPTH_SHIFT;
  }

  private void setState(long bucket, int count, int capacity, int depth) {
    structures.putLong(
        bucket, STATE, count | (long) capacity << CAPACITY_SHIFT | (long) depth << DEPTH_SHIFT);
  }

  private void setCount(long bucket, int state, int count) {
    setState(bucket, count, capacity(state), depth(state));
  }

  void setDepth(long bucket, int depth) {
    int state = state(bucket);
    setState(bucket, count(state), capacity(state), depth);
  }

  // ---- buckets

  /** Makes an empty bucket for a number of entries. */
  long create(int entries, int depth) {
    for (int i = 0; i < CAPACITIES.length; i++) {
      if (entries <= CAPACITIES[i]) {
        long bucket = structures.create(LAYOUTS[i]);
        setState(bucket, 0, CAPACITIES[i], depth);
        return bucket;
      }
    }
    throw new IllegalArgumentException("no bucket has %d entries".formatted(entries));
  }

  /** The bucket with more entries of the same hash, or 0. */
  long chained(long bucket, int state) {
    return depth(state) < DEPTH_MAX ? 0 : structures.slot(bucket, CHAIN);
  }

  void setChained(long bucket, long next) {
    structures.putSlot(bucket, CHAIN, next);
  }

  // ---- entries

  int hash(long bucket, int index) {
    return structures.getInt(bucket, hashField(index));
  }

  private static int hashField(int index) {
    return HASHES + index * Integer.BYTES;
  }

  private static int keyField(int state, int index) {
    return hashField(capacity(state)) + index * 2 * Long.BYTES;
  }

  private static int valueField(int state, int index) {
    return keyField(state, index) + Long.BYTES;
  }

  @Nullable Object key(long bucket, int state, int index) {
    return structures.getReference(bucket, keyField(state, index));
  }

  @Nullable Object value(long bucket, int state, int index) {
    return structures.getReference(bucket, valueField(state, index));
  }

  void setValue(long bucket, int state, int index, @Nullable Object value) {
    structures.putReference(bucket, valueField(state, index), value);
  }

  boolean holdsValue(long bucket, int state, int index, @Nullable Object value) {
    return structures.holds(structures.slot(bucket, valueField(state, index)), value);
  }

  /** The index of a key in one bucket, or -1. */
  int find(long bucket, int state, @Nullable Object key, int hash) {
    int count = count(state);
    structures.touch(bucket, LAYOUTS[LAYOUTS.length - 1].size());
    for (int i = 0; i < count; i += 2) {
      long hashes = structures.word(bucket, hashField(i));
      if ((int) hashes == hash && isAt(bucket, state, i, key)) {
        return i;
      }
      if ((int) (hashes >>> Integer.SIZE) == hash
          && i + 1 < count
          && isAt(bucket, state, i + 1, key)) {
        return i + 1;
      }
    }
    return -1;
  }

  /** Whose hash is the same has the same key nearly always, so its value is wanted next. */
  private boolean isAt(long bucket, int state, int index, @Nullable Object key) {
    long keySlot = structures.slot(bucket, keyField(state, index));
    long value = structures.slot(bucket, valueField(state, index));
    structures.touch(keySlot, KEY_TOUCHED);
    structures.touch(value);
    return structures.holds(keySlot, key);
  }

  /** Adds to a bucket with room. What can fail is done before the bucket counts the entry. */
  void add(long bucket, @Nullable Object key, int hash, @Nullable Object value) {
    int state = state(bucket);
    int index = count(state);
    structures.putReference(bucket, keyField(state, index), key);
    try {
      structures.putReference(bucket, valueField(state, index), value);
    } catch (RuntimeException | Error e) {
      structures.putSlot(bucket, keyField(state, index), 0);
      throw e;
    }
    structures.putInt(bucket, hashField(index), hash);
    setCount(bucket, state, index + 1);
  }

  /** Takes an entry out; the last one takes its place. */
  void remove(long bucket, int index) {
    int state = state(bucket);
    int last = count(state) - 1;
    structures.putSlot(bucket, keyField(state, index), 0);
    structures.putSlot(bucket, valueField(state, index), 0);
    if (index != last) {
      move(bucket, state, last, bucket, state, index);
    }
    setCount(bucket, state, last);
  }

  private void move(long from, int fromState, int fromIndex, long to, int toState, int toIndex) {
    structures.putInt(to, hashField(toIndex), hash(from, fromIndex));
    structures.moveSlots(from, keyField(fromState, fromIndex), to, keyField(toState, toIndex), 2);
  }

  /** Moves the entries with a bit of their hash set, or all if the mask is 0, to another bucket. */
  void move(long from, long to, int mask) {
    int state = state(from);
    int toState = state(to);
    int kept = 0;
    int moved = count(toState);
    for (int i = 0; i < count(state); i++) {
      if ((hash(from, i) & mask) == mask) {
        move(from, state, i, to, toState, moved++);
      } else if (kept++ != i) {
        move(from, state, i, from, state, kept - 1);
      }
    }
    setCount(from, state, kept);
    setCount(to, toState, moved);
  }

  /** How many entries have a bit of their hash set. */
  int count(long bucket, int state, int mask) {
    int found = 0;
    for (int i = 0; i < count(state); i++) {
      found += (hash(bucket, i) & mask) == mask ? 1 : 0;
    }
    return found;
  }
}
