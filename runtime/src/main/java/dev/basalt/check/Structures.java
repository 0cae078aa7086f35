package dev.basalt.check;

import dev.basalt.format.ClassIds;
import dev.basalt.format.LimboNodeFormat;
import dev.basalt.format.ObjectFormat;
import dev.basalt.format.PoolHeaderFormat;
import dev.basalt.format.SlotsFormat;
import dev.basalt.format.TypeRecordFormat;
import dev.basalt.memory.Heap;
import java.util.HashSet;
import java.util.Set;
import java.util.function.LongConsumer;

/** The pool's own structures: header, type records, limbo. */
public final class Structures {
  private final Heap heap;
  private final BlockMap blocks;

  /**
   * Creates a reader.
   *
   * @param heap the heap
   * @param blocks its blocks
   */
  public Structures(Heap heap, BlockMap blocks) {
    this.heap = heap;
    this.blocks = blocks;
  }

  /**
   * The root directory, an object outside all blocks.
   *
   * @return its offset
   */
  public long rootDirectory() {
    return heap.heapOffset() + PoolHeaderFormat.ROOT_DIRECTORY;
  }

  /** Checks the header; whether roots can be followed. */
  boolean checkHeader(Faults faults) {
    for (int offset = PoolHeaderFormat.UNUSED;
        offset < PoolHeaderFormat.ROOT_DIRECTORY;
        offset += Long.BYTES) {
      long at = heap.heapOffset() + offset;
      if (heap.getLong(at) != 0) {
        faults.add(
            FaultKind.HEADER,
            at,
            "an unused word of the header holds %x".formatted(heap.getLong(at)));
      }
    }
    int classId = heap.getInt(rootDirectory() + ObjectFormat.CLASS_ID);
    int length = heap.getInt(rootDirectory() + SlotsFormat.LENGTH);
    if (classId != ClassIds.SLOTS || length != PoolHeaderFormat.ROOT_BUCKETS) {
      faults.add(
          FaultKind.HEADER,
          rootDirectory(),
          "the root directory has class id %d and %d slots, not %d"
              .formatted(classId, length, PoolHeaderFormat.ROOT_BUCKETS));
      return false;
    }
    return true;
  }

  /** Visits the type records up to the first that cannot be one; checks class ids. */
  void checkTypes(Faults faults) {
    Set<Integer> ids = new HashSet<>();
    long[] count = new long[1];
    long end =
        forEachType(
            record -> {
              count[0]++;
              int id = heap.getInt(record + TypeRecordFormat.DESCRIBED_ID);
              int length = heap.getInt(record + TypeRecordFormat.LENGTH);
              if (id < ClassIds.FIRST_TYPE || !ids.add(id)) {
                faults.addOf(
                    FaultKind.TYPE_TABLE,
                    record,
                    "the class id %d is wrong or there twice".formatted(id));
              }
              if (length < 0 || length > blocks.sizeOf(record) - TypeRecordFormat.TEXT) {
                faults.addOf(
                    FaultKind.TYPE_TABLE, record, "the text has %d bytes".formatted(length));
              }
            });
    if (end != 0) {
      faults.add(FaultKind.TYPE_TABLE, end, "the chain of type records leads to no type record");
    }
  }

  /**
   * Visits the type records.
   *
   * @param visitor takes them
   * @return 0, or where the chain breaks off
   */
  public long forEachType(LongConsumer visitor) {
    long record = heap.getLong(heap.heapOffset() + PoolHeaderFormat.TYPE_TABLE);
    return chain(record, ClassIds.TYPE_RECORD, TypeRecordFormat.NEXT, visitor);
  }

  /** Visits the limbo nodes; returns 0, or where the chain breaks off. */
  long forEachLimboNode(LongConsumer visitor) {
    long end = forEachLimboNode(PoolHeaderFormat.LIMBO, visitor);
    end = end != 0 ? end : forEachLimboNode(PoolHeaderFormat.LIMBO_STACK, visitor);
    return end != 0 ? end : forEachLimboNode(PoolHeaderFormat.LIMBO_HELD, visitor);
  }

  private long forEachLimboNode(int chain, LongConsumer visitor) {
    long node = heap.getLong(heap.heapOffset() + chain);
    return chain(node, ClassIds.LIMBO_NODE, LimboNodeFormat.NEXT, visitor);
  }

  /** A chain that is longer than there are blocks goes round in circles. */
  private long chain(long first, int classId, int next, LongConsumer visitor) {
    long left = blocks.blockCount();
    long at = first;
    while (at != 0) {
      if (blocks.numberOf(at) < 0
          || heap.getInt(at + ObjectFormat.CLASS_ID) != classId
          || left-- == 0) {
        return at;
      }
      visitor.accept(at);
      at = heap.getLong(at + next);
    }
    return 0;
  }

  /** Checks limbo and marks the objects in it; returns how many there are. */
  long checkLimbo(long lastCommit, Marks limbo, Faults faults) {
    long[] count = new long[1];
    long end =
        forEachLimboNode(
            node -> {
              int length = heap.getInt(node + LimboNodeFormat.LENGTH);
              int begin = heap.getInt(node + LimboNodeFormat.BEGIN);
              if (begin < 0 || begin >= length || length > LimboNodeFormat.CAPACITY) {
                faults.addOf(
                    FaultKind.LIMBO,
                    node,
                    "the limbo node claims entries %d to %d".formatted(begin, length));
                return;
              }
              for (int i = begin; i < length; i++) {
                if (checkEntry(node + LimboNodeFormat.entry(i), lastCommit, limbo, faults)) {
                  count[0]++;
                }
              }
            });
    if (end != 0) {
      faults.add(FaultKind.LIMBO, end, "the chain of limbo nodes leads to no limbo node");
    }
    checkLimboHeader(count[0], faults);
    return count[0];
  }

  private void checkLimboHeader(long count, Faults faults) {
    long[] last = new long[1];
    long _ = forEachLimboNode(PoolHeaderFormat.LIMBO, node -> last[0] = node);
    long lastAt = heap.heapOffset() + PoolHeaderFormat.LIMBO_LAST;
    if (heap.getLong(lastAt) != last[0]) {
      faults.add(
          FaultKind.LIMBO,
          lastAt,
          "the last limbo node of the queue is %d, not %d"
              .formatted(last[0], heap.getLong(lastAt)));
    }
    long countAt = heap.heapOffset() + PoolHeaderFormat.LIMBO_OBJECTS;
    if (heap.getLong(countAt) != count) {
      faults.add(
          FaultKind.LIMBO,
          countAt,
          "limbo has %d entries, not %d".formatted(count, heap.getLong(countAt)));
    }
  }

  private boolean checkEntry(long entry, long lastCommit, Marks limbo, Faults faults) {
    long object = heap.getLong(entry);
    long sequence = heap.getLong(entry + Long.BYTES);
    if (blocks.numberOf(object) < 0) {
      faults.add(FaultKind.LIMBO, entry, "limbo leads to %d, where no object is".formatted(object));
      return false;
    }
    if (sequence < 0 || sequence > lastCommit) {
      faults.add(
          FaultKind.LIMBO,
          entry,
          "the object at %d came into limbo in commit %d; the last one was %d"
              .formatted(object, sequence, lastCommit));
    }
    if (!limbo.set(object)) {
      faults.add(FaultKind.LIMBO, entry, "the object at %d is in limbo twice".formatted(object));
      return false;
    }
    return true;
  }
}
