package dev.basalt.tx;

import java.util.ArrayDeque;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What objects were before a commit overwrote them, for the snapshots that still need it.
 *
 * <p>An object of up to {@link Blocks#SIZE} bytes is kept whole. Of a larger one the header and the
 * blocks that a commit touches are kept each by itself, so that the cost is that of the change; see
 * {@link Blocks} for their keys.
 *
 * <p>Invariants:
 *
 * <ol>
 *   <li>For every registered view and every object or block that a commit after it has overwritten,
 *       the store holds the image of the greatest version that is not newer than the view.
 *   <li>For every registered update and every block of a large object that a commit after its
 *       snapshot has overwritten, the store has an entry, with or without an image, whose {@code
 *       replacedBy} is newer than the snapshot.
 * </ol>
 *
 * <p>Entries are added under the commit lock, before the object is touched, and dropped when no
 * snapshot needs them. Readers take no lock.
 */
final class VersionStore {
  /**
   * A state that held from commit {@code version} until commit {@code replacedBy}; newest first in
   * its chain.
   *
   * @param words the state, or null if no view needed it
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by identity only
  private record Image(
      long version, long replacedBy, long @Nullable [] words, @Nullable Image older) {

    long bytes() {
      return words == null ? 0 : (long) words.length * Long.BYTES;
    }
  }

  private final ConcurrentHashMap<Long, Image> chains = new ConcurrentHashMap<>();

  /** A key and when to look whether its chain is still needed. */
  private record Due(long key, long replacedBy) {}

  /** Each key of {@link #chains} once, roughly in the order of age. Guarded by the commit lock. */
  private final ArrayDeque<Due> due = new ArrayDeque<>();

  private final AtomicLong bytes = new AtomicLong();

  /** Written under the commit lock, before the commit's first stamp. */
  private volatile long lastUnnoted;

  /**
   * Keeps a state. Called under the commit lock.
   *
   * @param key of the object or block
   * @param version the commit that wrote it, or 0 if that is not known: then what the chain says
   * @param replacedBy the commit that is about to overwrite it
   * @param words the state, or null to note the change only
   * @param registered the snapshots in use
   */
  void add(
      long key,
      long version,
      long replacedBy,
      long @Nullable [] words,
      Snapshots.Registered registered) {
    Image chain = chains.get(key);
    long from = Math.max(version, chain == null ? 0 : chain.replacedBy);
    Image image = new Image(from, replacedBy, words, needed(chain, registered));
    chains.put(key, image);
    bytes.addAndGet(image.bytes());
    if (chain == null) {
      due.add(new Due(key, replacedBy));
    }
  }

  /**
   * The part of a chain that registered snapshots can still need: no more images than there are
   * views. That may be thousands, so this is no recursion.
   */
  private @Nullable Image needed(@Nullable Image chain, Snapshots.Registered registered) {
    ArrayDeque<Image> kept = new ArrayDeque<>();
    boolean changed = false;
    for (Image image = chain; image != null; image = image.older) {
      if (image.words != null && registered.hasViewIn(image.version, image.replacedBy)) {
        kept.push(image);
      } else {
        bytes.addAndGet(-image.bytes());
        changed = true;
      }
    }
    if (!changed) {
      return chain;
    }
    @Nullable Image result = null;
    for (Image image : kept) {
      result = new Image(image.version, image.replacedBy, image.words, result);
    }
    return result;
  }

  /** The object or block as the snapshot sees it, or null if the store has no such image. */
  long @Nullable [] find(long key, long snapshot) {
    for (Image image = chains.get(key); image != null; image = image.older) {
      if (image.version <= snapshot) {
        return image.replacedBy > snapshot ? image.words : null;
      }
    }
    return null;
  }

  /** The last commit known to have overwritten an object or block, or 0. */
  long lastChange(long key) {
    Image image = chains.get(key);
    return image == null ? 0 : image.replacedBy;
  }

  /** Blocks are about to be overwritten without an entry, because no snapshot was seen. */
  void unnoted(long sequence) {
    lastUnnoted = sequence;
  }

  /** The last commit that has overwritten blocks without an entry, or 0. */
  long lastUnnoted() {
    return lastUnnoted;
  }

  /** Drops what no snapshot can need any more. Called under the commit lock. */
  void trim(Snapshots.Registered registered) {
    long oldest = registered.oldest();
    while (!due.isEmpty() && due.peek().replacedBy <= oldest) {
      long key = due.remove().key;
      Image chain = chains.get(key);
      if (chain == null) {
        continue;
      }
      if (chain.replacedBy <= oldest) {
        chains.remove(key);
        for (Image image = chain; image != null; image = image.older) {
          bytes.addAndGet(-image.bytes());
        }
      } else {
        due.add(new Due(key, chain.replacedBy));
      }
    }
  }

  boolean isEmpty() {
    return chains.isEmpty();
  }

  /** The memory that images take. */
  long bytes() {
    return bytes.get();
  }
}
