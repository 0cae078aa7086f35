package dev.basalt.tx;

import dev.basalt.error.BasaltException;
import dev.basalt.error.CorruptPoolException;
import dev.basalt.error.PoolClosedException;
import dev.basalt.log.Log;
import dev.basalt.medium.MappingFault;
import dev.basalt.memory.Heap;

/** What to throw when a pool's memory is not as a transaction must find it. */
public final class Faults {
  private final Heap heap;
  private final Log log;
  private final Snapshots snapshots;

  Faults(Heap heap, Log log, Snapshots snapshots) {
    this.heap = heap;
    this.log = log;
    this.snapshots = snapshots;
  }

  private String name() {
    return heap.medium().name();
  }

  /**
   * What to throw for an error that came out of an access to the heap.
   *
   * @param error the error
   * @return the exception that says what happened
   */
  public RuntimeException of(InternalError error) {
    return MappingFault.translate(heap.medium(), error);
  }

  /**
   * What to throw for an error that came out of an access to an object.
   *
   * @param error the error
   * @param object where the object lies
   * @param length how many of its bytes can have been touched
   * @return the exception that says what happened, and where
   */
  public RuntimeException of(InternalError error, long object, long length) {
    if (MappingFault.isFault(error)) {
      try {
        heap.findUnreadable(object, length);
      } catch (BasaltException e) {
        e.addSuppressed(error);
        return e;
      }
    }
    return of(error);
  }

  /**
   * What to throw for what came out of the body of a view.
   *
   * @param e an {@link InternalError}, or an {@link UncommittedObjectException}: who may meet an
   *     object that is about to be stored has seen to it, so here that one is missing
   * @return the exception that says what happened
   */
  public RuntimeException ofView(Throwable e) {
    return switch (e) {
      case InternalError error -> of(error);
      case UncommittedObjectException uncommitted -> nothingStored(uncommitted);
      default -> throw new IllegalArgumentException(e);
    };
  }

  /** The object is missing. */
  CorruptPoolException nothingStored(UncommittedObjectException e) {
    return new CorruptPoolException("%s: nothing is stored at %d".formatted(name(), e.object()), e);
  }

  PoolClosedException closed() {
    return new PoolClosedException(name() + " is closed");
  }

  /**
   * Throws if no commit in progress can be the reason for what an object's version says.
   *
   * @param object the object
   * @param version what was read from it: 0, or marked as applying
   * @throws CorruptPoolException if the version is not true
   */
  public void checkCommitInProgress(long object, long version) {
    if (!snapshots.isApplying() && heap.versionAcquire(object) == version) {
      heap.checkOpen();
      log.checkNotFailed();
      throw new CorruptPoolException(
          version == 0
              ? "%s: nothing is stored at %d".formatted(name(), object)
              : "%s: the object at %d claims to be in the middle of a commit (version %x)"
                  .formatted(name(), object, version));
    }
  }

  /**
   * Throws if an object's version is newer than all commits, and no commit in progress can be the
   * reason.
   *
   * @param object the object
   * @param version what was read from it
   * @throws CorruptPoolException if the version is not true
   */
  public void checkNotAhead(long object, long version) {
    if (version > snapshots.published()
        && !snapshots.isApplying()
        && version > snapshots.published()) {
      heap.checkOpen();
      throw new CorruptPoolException(
          "%s: the object at %d claims to be of commit %d, but the last one is %d"
              .formatted(name(), object, version, snapshots.published()));
    }
  }
}
