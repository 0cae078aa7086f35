package dev.basalt.cycles;

import dev.basalt.memory.Allocator;
import dev.basalt.memory.Heap;
import dev.basalt.object.ObjectSpace;
import dev.basalt.object.ReferenceCut;
import dev.basalt.tx.TransactionManager;
import dev.basalt.tx.Update;

/**
 * Takes the references out of garbage, in short updates under the commit lock, which keeps limbo
 * from being swept meanwhile. Whatever part of this has been done when a crash falls, all counts
 * are right.
 */
final class CycleCut {
  /** Slots that one update looks at, so that others wait for no more than that. */
  private static final int SLOTS_PER_STEP = 256;

  private static final int OBJECTS_PER_STEP = 128;

  private final ObjectSpace space;
  private final TransactionManager transactions;
  private final Heap heap;
  private final Allocator allocator;
  private final long snapshot;

  CycleCut(ObjectSpace space, Allocator allocator, long snapshot) {
    this.space = space;
    this.transactions = space.transactions();
    this.heap = transactions.heap();
    this.allocator = allocator;
    this.snapshot = snapshot;
  }

  /**
   * How far a list of objects has been cut: all before {@code next}, and of that the slots before
   * {@code slot}, by the commit {@code version}, so that it is known again.
   */
  private record Position(int next, int slot, long version) {}

  /**
   * Cuts some objects.
   *
   * @param objects garbage, perhaps reclaimed in the meantime
   * @param afterStep runs after each update
   */
  void cut(long[] objects, Runnable afterStep) {
    Position[] at = {new Position(0, 0, 0)};
    while (at[0].next < objects.length) {
      Position from = at[0];
      transactions.runLocked(update -> at[0] = step(update, objects, from));
      afterStep.run();
    }
  }

  private Position step(Update update, long[] objects, Position from) {
    ReferenceCut references = new ReferenceCut(space, update, SLOTS_PER_STEP);
    int next = from.next;
    int slot = from.slot;
    for (int n = 0; n < OBJECTS_PER_STEP && next < objects.length && references.hasRoom(); n++) {
      if (isStill(objects[next], slot == 0 ? 0 : from.version)) {
        slot = references.cut(objects[next], slot);
        if (slot >= 0) {
          // Nothing else is committed until this is.
          return new Position(next, slot, transactions.published() + 1);
        }
      }
      slot = 0;
      next++;
    }
    return new Position(next, 0, 0);
  }

  /** Whether a place still holds the garbage that was found there. */
  private boolean isStill(long object, long cutBy) {
    if (!allocator.isAllocated(object)) {
      return false;
    }
    long version = heap.versionAcquire(object);
    boolean isSame = cutBy == 0 ? version > 0 && version <= snapshot : version == cutBy;
    if (isSame && space.hasHandle(object)) {
      throw new IllegalStateException(
          "the object at %d was not reached by anything at commit %d, but has a handle"
              .formatted(object, snapshot));
    }
    return isSame;
  }
}
