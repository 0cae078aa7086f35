package dev.basalt.tx;

import java.util.ArrayDeque;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What objects were before a commit overwrote them, for the snapshots that still need it.
 *
 * <p>Invariant: for every registered snapshot and every object that a commit after it has
 * overwritten, the store holds the image of the greatest version that is not newer than the
 * snapshot. Images are added under the commit lock, before the object is touched, and dropped when
 * no snapshot is older than the commit that replaced them. Readers take no lock.
 */
final class VersionStore {
  /** An image, newest first in its chain. */
  @SuppressWarnings("ArrayRecordComponent") // compared by identity only
  private record Image(
      long object, long version, long replacedBy, long[] words, @Nullable Image older) {}

  private final ConcurrentHashMap<Long, Image> images = new ConcurrentHashMap<>();

  /** Every image in the order of {@link Image#replacedBy}. Guarded by the commit lock. */
  private final ArrayDeque<Image> byAge = new ArrayDeque<>();

  private final AtomicLong bytes = new AtomicLong();

  /** Keeps an image. Called under the commit lock. */
  void add(long object, long version, long replacedBy, long[] words) {
    Image image = new Image(object, version, replacedBy, words, images.get(object));
    images.put(object, image);
    byAge.add(image);
    bytes.addAndGet((long) words.length * Long.BYTES);
  }

  /** The object as the snapshot sees it, or null if the store has no such image. */
  long @Nullable [] find(long object, long snapshot) {
    for (Image image = images.get(object); image != null; image = image.older) {
      if (image.version <= snapshot) {
        return image.replacedBy > snapshot ? image.words : null;
      }
    }
    return null;
  }

  /** Drops what no snapshot can need any more. Called under the commit lock. */
  void trim(long oldestSnapshot) {
    while (!byAge.isEmpty() && byAge.peek().replacedBy <= oldestSnapshot) {
      Image image = byAge.remove();
      bytes.addAndGet(-(long) image.words.length * Long.BYTES);
      images.computeIfPresent(image.object, (object, newest) -> without(newest, image));
    }
  }

  /** A chain without its oldest image. */
  @SuppressWarnings("ReferenceEquality") // an image is equal to itself alone
  private static @Nullable Image without(Image chain, Image oldest) {
    if (chain == oldest) {
      return null;
    }
    Image older = chain.older;
    return new Image(
        chain.object,
        chain.version,
        chain.replacedBy,
        chain.words,
        older == null ? null : without(older, oldest));
  }

  boolean isEmpty() {
    return byAge.isEmpty();
  }

  /** The memory that images take. */
  long bytes() {
    return bytes.get();
  }
}
