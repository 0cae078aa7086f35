package dev.basalt.cycles;

import dev.basalt.check.Marks;
import dev.basalt.format.ClassIds;
import dev.basalt.format.ObjectFormat;
import dev.basalt.memory.Allocator;
import dev.basalt.memory.Heap;
import dev.basalt.object.ObjectShapes;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * The objects that existed at a snapshot and were not marked. Nobody will ever have one of them in
 * hand, so which they are does not change, but for those that have been reclaimed by way of limbo.
 */
final class Garbage {
  private final Heap heap;
  private final Allocator allocator;
  private final Marks marks;
  private final int chunkCount;
  private final long snapshot;

  private long[] found = new long[64];
  private int count;

  Garbage(Heap heap, Allocator allocator, Marks marks, int chunkCount, long snapshot) {
    this.heap = heap;
    this.allocator = allocator;
    this.marks = marks;
    this.chunkCount = chunkCount;
    this.snapshot = snapshot;
  }

  /** The commit at whose state it was looked for. */
  long snapshot() {
    return snapshot;
  }

  /** The chunks in which garbage can lie are those below. */
  int chunkCount() {
    return chunkCount;
  }

  /** Whether an object of the pool, allocated now, is garbage. */
  boolean contains(long object) {
    return isOld(object) && !marks.get(object);
  }

  /** Counts all garbage. */
  long count() {
    long all = 0;
    for (int chunk = 0; chunk < chunkCount; chunk++) {
      find(chunk, false);
      all += count;
    }
    return all;
  }

  /** The garbage in a chunk that may refer to something. */
  long[] withSlots(int chunk) {
    find(chunk, true);
    return Arrays.copyOf(found, count);
  }

  /** What changes meanwhile is no garbage, and is not taken for it. */
  private void find(int chunk, boolean withSlots) {
    count = 0;
    allocator.forEachBlock(
        chunk,
        (block, _) -> {
          VarHandle.loadLoadFence(); // a new object has a bit after it has lost its old version
          if (!marks.get(block) && isOld(block) && isKind(heap.getInt(classAt(block)), withSlots)) {
            add(block);
          }
        });
  }

  private boolean isOld(long block) {
    heap.verify(block, ObjectFormat.SIZE);
    long version = heap.versionAcquire(block);
    return version > 0 && version <= snapshot;
  }

  private static boolean isKind(int classId, boolean withSlots) {
    return withSlots
        ? ObjectShapes.hasSlots(classId)
        : classId != ClassIds.TYPE_RECORD && classId != ClassIds.LIMBO_NODE;
  }

  private static long classAt(long block) {
    return block + ObjectFormat.CLASS_ID;
  }

  private void add(long block) {
    if (count == found.length) {
      found = Arrays.copyOf(found, count * 2);
    }
    found[count++] = block;
  }
}
