package dev.basalt.collections;

import java.util.AbstractMap.SimpleEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A place in the order in which a map is iterated: by the bits of the hash, lowest first (the order
 * of P. Noordhuis's SCAN in Redis). A bucket is a range in this order, and a split divides its
 * range; so an entry that is in the map all the time is met exactly once, however the table grows
 * or shrinks between two steps.
 */
final class HashCursor {
  private static final long END = 1L << Integer.SIZE;

  /** Reversed hashes below this have been met. */
  private long position;

  boolean isAtEnd() {
    return position >= END;
  }

  /** Takes the entries of the next bucket; inside a transaction. */
  List<Map.Entry<@Nullable Object, @Nullable Object>> take(HashNodes nodes) {
    List<Map.Entry<@Nullable Object, @Nullable Object>> entries = new ArrayList<>();
    int count = nodes.buckets();
    if (count == 0) {
      position = END;
      return entries;
    }
    int hash = Integer.reverse((int) position);
    int bucket = HashNodes.bucket(hash, count);
    for (long node = nodes.first(bucket); node != 0; node = nodes.next(node)) {
      if (reversed(nodes.hashOf(node)) >= position) {
        entries.add(new SimpleEntry<>(nodes.key(node), nodes.value(node)));
      }
    }
    int bits = bits(bucket, count);
    long range = 1L << (Integer.SIZE - bits);
    position = (reversed(bucket) & -range) + range;
    return entries;
  }

  /** How many low bits of a hash decide that it belongs to a bucket. */
  private static int bits(int bucket, int count) {
    int power = Integer.highestOneBit(count);
    int bits = Integer.numberOfTrailingZeros(power);
    boolean divided = bucket >= power || bucket + power < count;
    return divided ? bits + 1 : bits;
  }

  private static long reversed(int hash) {
    return Integer.toUnsignedLong(Integer.reverse(hash));
  }
}
