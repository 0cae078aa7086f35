package dev.basalt.collections;

import dev.basalt.object.Structures;
import org.jspecify.annotations.Nullable;

/**
 * Changes of a hash map's trie, inside an update. Each step of growing is a whole one, after which
 * the way to the bucket is looked up again; so there is no case of several at once.
 */
final class HashEdits {
  /** The most bits that a node takes: its slots fill half a dozen blocks of 512 bytes. */
  private static final int WIDTH_MAX = 8;

  /** With so few entries a bucket is merged with its neighbour, */
  private static final int FEW = HashBuckets.FULL / 6;

  /** if both together have no more than these; so that there is room before the next division. */
  private static final int MERGED_MAX = HashBuckets.FULL / 2;

  private final HashTrie trie;
  private final HashBuckets buckets;
  private final Structures structures;

  HashEdits(HashTrie trie) {
    this.trie = trie;
    this.buckets = trie.buckets;
    this.structures = trie.structures;
  }

  // ---- growing

  /** Adds a key that is not there. */
  void add(@Nullable Object key, int hash, @Nullable Object value) {
    if (trie.root() == 0) {
      structures.putSlot(trie.map, HashTrie.ROOT, buckets.create(1, 0));
    }
    buckets.add(withRoom(hash), key, hash, value);
    trie.cells().add(1);
  }

  /** The bucket for a hash, which has room. */
  private long withRoom(int hash) {
    while (true) {
      HashPath path = new HashPath(trie, hash);
      long bucket = path.bucket();
      int state = buckets.state(bucket);
      int capacity = HashBuckets.capacity(state);
      int depth = HashBuckets.depth(state);
      if (HashBuckets.count(state) < capacity) {
        return bucket;
      } else if (capacity < HashBuckets.FULL) {
        enlarge(path, capacity + 1, depth);
      } else if (depth == HashBuckets.DEPTH_MAX) {
        return chainedWithRoom(bucket, state);
      } else if (depth < path.end()) {
        split(path, state);
      } else if (path.width() > 0
          && path.width() < Math.min(WIDTH_MAX, Integer.SIZE - path.begin())) {
        path.widen();
      } else {
        if (path.isRoot()) {
          trie.cells().divide(trie.size());
        }
        path.deepen();
      }
    }
  }

  /** Replaces a bucket by a larger one. */
  private void enlarge(HashPath path, int entries, int depth) {
    long larger = buckets.create(entries, depth);
    buckets.move(path.bucket(), larger, 0);
    path.fill(depth, larger);
  }

  /** Divides a full bucket by the next bit of its hashes. */
  private void split(HashPath path, int state) {
    long lower = path.bucket();
    int depth = HashBuckets.depth(state);
    int mask = Integer.MIN_VALUE >>> depth;
    int moved = buckets.count(lower, state, mask);
    long upper = buckets.create(moved <= FEW ? FEW : HashBuckets.FULL, depth + 1);
    buckets.move(lower, upper, mask);
    buckets.setDepth(lower, depth + 1);
    path.fillUpper(depth, upper);
  }

  /** All entries share one hash: a chain, the new bucket behind the first. */
  private long chainedWithRoom(long first, int state) {
    long next = buckets.chained(first, state);
    if (next != 0) {
      int nextState = buckets.state(next);
      if (HashBuckets.count(nextState) < HashBuckets.capacity(nextState)) {
        return next;
      }
    }
    long added = buckets.create(HashBuckets.FULL, HashBuckets.DEPTH_MAX);
    buckets.setChained(added, next);
    buckets.setChained(first, added);
    return added;
  }

  // ---- shrinking

  /** Removes an entry. */
  void remove(HashTrie.Place place, int hash) {
    buckets.remove(place.bucket(), place.index());
    trie.cells().add(-1);
    int state = buckets.state(place.bucket());
    if (HashBuckets.depth(state) == HashBuckets.DEPTH_MAX) {
      dropEmptyChained(new HashPath(trie, hash).bucket());
    }
    if (HashBuckets.count(state) <= FEW) {
      while (merge(new HashPath(trie, hash))) {
        // the merged bucket may be merged again
      }
    }
  }

  private void dropEmptyChained(long first) {
    long before = first;
    long bucket = buckets.chained(first, buckets.state(first));
    while (bucket != 0) {
      int state = buckets.state(bucket);
      long next = buckets.chained(bucket, state);
      if (HashBuckets.count(state) == 0) {
        buckets.setChained(bucket, 0);
        buckets.setChained(before, next);
      } else {
        before = bucket;
      }
      bucket = next;
    }
  }

  /** Merges a bucket with its neighbour, if both are small; returns whether anything was done. */
  private boolean merge(HashPath path) {
    long bucket = path.bucket();
    int state = buckets.state(bucket);
    int depth = HashBuckets.depth(state);
    if (path.isRoot()) {
      if (HashBuckets.count(state) == 0 && buckets.chained(bucket, state) == 0) {
        clear();
      }
      return false;
    }
    if (depth == path.begin()) {
      path.flatten(bucket);
      if (path.begin() == 0) {
        trie.cells().unite();
      }
      return true;
    }
    long buddy = path.buddy(depth);
    if (structures.isSlots(buddy)) {
      return false;
    }
    int buddyState = buckets.state(buddy);
    if (HashBuckets.depth(buddyState) != depth
        || HashBuckets.count(state) + HashBuckets.count(buddyState) > MERGED_MAX
        || buckets.chained(bucket, state) != 0
        || buckets.chained(buddy, buddyState) != 0) {
      return false;
    }
    unite(path, bucket, buddy, depth);
    return true;
  }

  /** Moves the entries of two neighbours into the one that has room for both. */
  private void unite(HashPath path, long bucket, long buddy, int depth) {
    int state = buckets.state(bucket);
    int buddyState = buckets.state(buddy);
    int sum = HashBuckets.count(state) + HashBuckets.count(buddyState);
    long into = bucket;
    if (HashBuckets.capacity(buddyState) > HashBuckets.capacity(state)) {
      into = buddy;
    }
    if (HashBuckets.capacity(buckets.state(into)) < sum) {
      into = buckets.create(sum, depth);
    }
    for (long from : new long[] {bucket, buddy}) {
      if (from != into) {
        buckets.move(from, into, 0);
      }
    }
    buckets.setDepth(into, depth - 1);
    path.fill(depth - 1, into);
  }

  void clear() {
    structures.putSlot(trie.map, HashTrie.ROOT, 0);
    trie.cells().unite();
  }
}
