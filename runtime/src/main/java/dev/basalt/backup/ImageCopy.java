package dev.basalt.backup;

import dev.basalt.error.MediaErrorException;
import dev.basalt.error.PoolClosedException;
import dev.basalt.format.Geometry;
import dev.basalt.format.TablePartFormat;
import dev.basalt.medium.WatchedMedium;
import dev.basalt.memory.PoolImage;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Copies the chunks of a pool that are in use, each as it was when the copy began, and compares
 * each page with its sum. The pool may be changed meanwhile: whoever is about to change a chunk
 * that has not been copied copies it first.
 *
 * <p>Invariants (the argument is in {@code docs/durability.md}, <em>Backup</em>):
 *
 * <ol>
 *   <li>A chunk is read under {@link #lock}, while it is not marked as copied; it is changed only
 *       after it has been marked.
 *   <li>What goes wrong with the copy ends the copy, never the change that met it.
 * </ol>
 */
public final class ImageCopy implements WatchedMedium.Watcher, AutoCloseable {
  /** Told how far the copy is. */
  public interface Progress {
    /**
     * Called between chunks.
     *
     * @param done bytes copied
     * @param total bytes to copy
     */
    void at(long done, long total);
  }

  private final PoolImage.Source source;
  private final PoolImage image;
  private final ChunkSink sink;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment chunkBytes = arena.allocate(Geometry.CHUNK_SIZE, Geometry.PAGE_SIZE);
  private final MemorySegment sums = arena.allocate(PoolImage.sumsSize(), Long.BYTES);

  /** A leaf: nothing is taken inside. */
  private final ReentrantLock lock = new ReentrantLock();

  /** Guarded by {@link #lock}, like the two below and the memory above. */
  private final BitSet copied = new BitSet();

  /** By offset. */
  private final TreeMap<Long, Damage> damages = new TreeMap<>();

  private @Nullable Throwable failure;

  /**
   * Prepares a copy.
   *
   * @param source the pool's bytes
   * @param image what they mean
   * @param sink takes the chunks
   */
  public ImageCopy(PoolImage.Source source, PoolImage image, ChunkSink sink) {
    this.source = source;
    this.image = image;
    this.sink = sink;
  }

  /**
   * Copies what is left to copy.
   *
   * @param progress told between chunks; what it throws ends the copy
   * @return what is damaged, in the order of the offsets
   */
  public List<Damage> run(Progress progress) {
    long total = (long) image.usedChunks() * Geometry.CHUNK_SIZE;
    for (int chunk = image.nextUsed(0); chunk >= 0; chunk = image.nextUsed(chunk + 1)) {
      long done = copyNext(chunk);
      progress.at(done, total);
    }
    lock.lock();
    try {
      return List.copyOf(damages.values());
    } finally {
      lock.unlock();
    }
  }

  private long copyNext(int chunk) {
    lock.lock();
    try {
      rethrowFailure();
      copyOnce(chunk);
      return (long) copied.cardinality() * Geometry.CHUNK_SIZE;
    } finally {
      lock.unlock();
    }
  }

  private void rethrowFailure() {
    switch (failure) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(failure);
    }
  }

  @Override
  public void beforeChange(long offset, long lengthBytes) {
    if (offset + lengthBytes <= image.chunkOffset(0)) {
      return;
    }
    lock.lock();
    try {
      int last = image.chunkOf(offset + lengthBytes - 1);
      int first = image.chunkOf(Math.max(offset, image.chunkOffset(0)));
      for (int chunk = first; chunk <= last && failure == null; chunk++) {
        if (image.isUsed(chunk)) {
          copyOnce(chunk);
        }
      }
    } catch (RuntimeException | Error e) {
      failure = e;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void closing() {
    lock.lock();
    try {
      failure = new PoolClosedException("the pool was closed during its backup");
    } finally {
      lock.unlock();
    }
  }

  private void copyOnce(int chunk) {
    if (!copied.get(chunk)) {
      long offset = image.chunkOffset(chunk);
      readChunk(offset);
      compareWithSums(chunk, offset);
      sink.chunk(offset, chunkBytes);
      copied.set(chunk);
    }
  }

  /** Pages that cannot be read are noted and become zero. */
  private void readChunk(long offset) {
    try {
      source.read(offset, chunkBytes);
      return;
    } catch (MediaErrorException e) {
      // Some page of it: find out which.
    }
    for (int page = 0; page < TablePartFormat.PAGES_PER_CHUNK; page++) {
      long at = (long) page * Geometry.PAGE_SIZE;
      MemorySegment bytes = chunkBytes.asSlice(at, Geometry.PAGE_SIZE);
      try {
        source.read(offset + at, bytes);
      } catch (MediaErrorException e) {
        bytes.fill((byte) 0);
        note(offset + at, String.valueOf(e.getMessage()), true);
      }
    }
  }

  private void compareWithSums(int chunk, long offset) {
    try {
      source.read(image.sumsOffset(chunk), sums);
    } catch (MediaErrorException e) {
      return; // noted when that page is copied
    }
    for (int page = 0; page < TablePartFormat.PAGES_PER_CHUNK; page++) {
      long at = (long) page * Geometry.PAGE_SIZE;
      MemorySegment bytes = chunkBytes.asSlice(at, Geometry.PAGE_SIZE);
      String damage = image.findDamage(offset + at, bytes, sums, page);
      if (damage != null) {
        note(offset + at, damage, false);
      }
    }
  }

  private void note(long pageOffset, String message, boolean unreadable) {
    damages.putIfAbsent(
        pageOffset, new Damage(pageOffset, Geometry.PAGE_SIZE, message, unreadable));
  }

  /** Gives the memory back. Nobody watches any more. */
  @Override
  public void close() {
    lock.lock();
    try {
      if (failure == null) {
        failure = new IllegalStateException("the copy has ended");
      }
      arena.close();
    } finally {
      lock.unlock();
    }
  }
}
