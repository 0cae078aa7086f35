package dev.basalt.medium;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A medium that tells those who are copying it of each change before it happens. Changes of a
 * private mapping are none; of stores through a shared one those are told that are announced.
 */
public final class WatchedMedium implements Medium {
  /** Wants to see bytes before they change. */
  public interface Watcher {
    /**
     * Called before bytes are written or discarded, by the thread that does it. Must not throw: the
     * change concerns others.
     *
     * @param offset where they start
     * @param lengthBytes how many
     */
    void beforeChange(long offset, long lengthBytes);

    /** Called before the medium is closed: nothing can be read afterwards. Must not throw. */
    void closing();
  }

  private final Medium target;
  private final List<Watcher> watchers = new CopyOnWriteArrayList<>();

  /** Guarded by this. */
  private boolean closed;

  /**
   * Watches a medium.
   *
   * @param target the medium, closed with this one
   */
  public WatchedMedium(Medium target) {
    this.target = target;
  }

  /**
   * Adds a watcher. No change is in progress; the caller sees to that.
   *
   * @param watcher told from now on
   * @return whether the medium is open
   */
  public synchronized boolean watch(Watcher watcher) {
    if (!closed) {
      watchers.add(watcher);
    }
    return !closed;
  }

  /**
   * Removes a watcher.
   *
   * @param watcher told nothing more, but perhaps of a change that has begun
   */
  public void unwatch(Watcher watcher) {
    watchers.remove(watcher);
  }

  private void tell(long offset, long lengthBytes) {
    for (Watcher watcher : watchers) {
      watcher.beforeChange(offset, lengthBytes);
    }
  }

  @Override
  public String name() {
    return target.name();
  }

  @Override
  public long size() {
    return target.size();
  }

  @Override
  public MediumAttributes attributes() {
    return target.attributes();
  }

  @Override
  public void read(long offset, MemorySegment segment) {
    target.read(offset, segment);
  }

  @Override
  public void write(long offset, MemorySegment source) {
    tell(offset, source.byteSize());
    target.write(offset, source);
  }

  @Override
  public void sync() {
    target.sync();
  }

  @Override
  public void checkIntact() {
    target.checkIntact();
  }

  @Override
  public void occupy(long lengthBytes) {
    target.occupy(lengthBytes);
  }

  @Override
  public void grow(long newSizeBytes) {
    target.grow(newSizeBytes);
  }

  @Override
  public boolean shrink(long newSizeBytes) {
    tell(newSizeBytes, target.size() - newSizeBytes);
    return target.shrink(newSizeBytes);
  }

  @Override
  public boolean discard(long offset, long lengthBytes) {
    tell(offset, lengthBytes);
    return target.discard(offset, lengthBytes);
  }

  @Override
  public void allocate(long offset, long lengthBytes) {
    target.allocate(offset, lengthBytes);
  }

  @Override
  public Mapping mapPrivate(long lengthBytes) {
    return target.mapPrivate(lengthBytes);
  }

  @Override
  public Mapping mapShared(long offset, long lengthBytes) {
    return target.mapShared(offset, lengthBytes);
  }

  @Override
  public boolean isDax() {
    return target.isDax();
  }

  @Override
  public Mapping mapSynchronous(long offset, long lengthBytes) {
    return target.mapSynchronous(offset, lengthBytes);
  }

  @Override
  public void force(long offset, long lengthBytes) {
    target.force(offset, lengthBytes);
  }

  @Override
  public void beforeStores(long offset, long lengthBytes) {
    tell(offset, lengthBytes);
    target.beforeStores(offset, lengthBytes);
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    watchers.forEach(Watcher::closing);
    target.close();
  }
}
