package dev.basalt.tx;

import dev.basalt.log.CommitWords;
import dev.basalt.medium.Mapping;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * Commit 2, which makes 2 of both words of an object that commit 1 has made 1; published ahead of
 * its copy.
 */
final class AheadOfItsCopy {
  private static final int FIRST = 16;
  private static final int LAST = 24;

  final Snapshots snapshots = new Snapshots(new CommitWords(), 1);
  private final Snapshots.Snapshot update = snapshots.takeUpdate(1);
  private final long object = Memory.next();
  private final VersionStore store = new VersionStore();

  AheadOfItsCopy() {
    Memory.HEAP.memory().putLong(object + FIRST, 1);
    Memory.HEAP.memory().putLong(object + LAST, 1);
    Memory.HEAP.memory().putLong(object, 1);
  }

  void run() {
    snapshots.beginApplying();
    snapshots.announce();
    Snapshots.Registered registered = snapshots.lookAtViews(new Snapshots.Registered());
    if (registered.newestView() >= 1) {
      long[] before = new long[4];
      Memory.HEAP.copyOut(object, MemorySegment.ofArray(before));
      store.add(object, 1, 2, before, registered);
    }
    VarHandle.releaseFence();
    Memory.HEAP.markApplying(object);
    VarHandle.storeStoreFence();
    snapshots.publishAhead(2, update);
    Memory.HEAP.put(object + FIRST, MemorySegment.ofArray(new long[] {2, 2}), 0, 2 * Long.BYTES);
    VarHandle.storeStoreFence();
    Memory.HEAP.stamp(object, 2);
    update.close();
  }

  /** The first word as a view sees it, or -1 if it finds none. */
  long first(long version) {
    return Memory.HEAP.memory().wordAt(object, FIRST, version, at(version));
  }

  /** The last word likewise. */
  long last(long version) {
    return Memory.HEAP.memory().wordAt(object, LAST, version, at(version));
  }

  private Mapping.SlowRead at(long version) {
    return (at, wordOffset) -> {
      long[] words = store.find(at, version);
      return words == null ? -1 : words[wordOffset >> 3];
    };
  }
}
