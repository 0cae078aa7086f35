package dev.basalt.collections;

import java.util.AbstractMap.SimpleEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A place in the order in which a map is iterated: by hash. A bucket is a range of hashes, and a
 * split divides its range; so an entry that is in the map all the time is met exactly once, however
 * the map grows or shrinks between two steps.
 */
final class HashCursor {
  private static final long END = 1L << Integer.SIZE;

  /** Hashes below this have been met. */
  private long position;

  boolean isAtEnd() {
    return position >= END;
  }

  /** Takes the entries of the next bucket; inside a transaction. */
  List<Map.Entry<@Nullable Object, @Nullable Object>> take(HashTrie trie) {
    List<Map.Entry<@Nullable Object, @Nullable Object>> entries = new ArrayList<>();
    HashBuckets buckets = trie.buckets;
    long end = END;
    for (long bucket = trie.bucketOf((int) position); bucket != 0; ) {
      int state = buckets.state(bucket);
      for (int i = 0; i < HashBuckets.count(state); i++) {
        if (Integer.toUnsignedLong(buckets.hash(bucket, i)) >= position) {
          entries.add(
              new SimpleEntry<>(buckets.key(bucket, state, i), buckets.value(bucket, state, i)));
        }
      }
      long range = END >>> HashBuckets.depth(state);
      end = (position & -range) + range;
      bucket = buckets.chained(bucket, state);
    }
    position = end;
    return entries;
  }
}
