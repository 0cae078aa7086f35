package dev.basalt.check;

import dev.basalt.format.ChunkEntryFormat;
import dev.basalt.format.Geometry;
import dev.basalt.memory.Heap;

/**
 * Compares every page of a chunk in use with its checksum. A page with damage is a fault of the
 * first object in it, so that the report can tell how to come there.
 */
final class PageCheck {
  private final Heap heap;
  private final BlockMap blocks;
  private final Faults faults;

  /** Is told how many chunks were compared. */
  interface Progress {
    void at(long done, long total);
  }

  PageCheck(Heap heap, BlockMap blocks, Faults faults) {
    this.heap = heap;
    this.blocks = blocks;
    this.faults = faults;
  }

  void run(Progress progress) {
    for (int chunk = 0; chunk < blocks.chunkCount(); chunk++) {
      if (ChunkEntryFormat.kind(blocks.entry(chunk)) != ChunkEntryFormat.FREE) {
        comparePages(chunk);
      }
      progress.at(chunk + 1, blocks.chunkCount());
    }
  }

  private void comparePages(int chunk) {
    long end = blocks.chunkOffset(chunk + 1);
    for (long page = blocks.chunkOffset(chunk); page < end; page += Geometry.PAGE_SIZE) {
      String damage = heap.findDamage(page);
      if (damage != null) {
        report(chunk, page, damage);
      }
    }
  }

  private void report(int chunk, long page, String damage) {
    long[] objects = new long[2];
    for (int from = firstThatReaches(chunk); from <= chunk; from++) {
      blocks.forEachIn(
          from,
          (object, _) -> {
            if (object < page + Geometry.PAGE_SIZE && object + blocks.sizeOf(object) > page) {
              objects[0] = objects[1] == 0 ? object : objects[0];
              objects[1]++;
            }
          });
    }
    faults.add(
        new Fault(
            heap.isUnreadable(page) ? FaultKind.UNREADABLE : FaultKind.PAGE,
            page,
            objects[0],
            damage + "; %d objects lie there".formatted(objects[1])));
  }

  /** The first chunk that can have an object which goes on into a chunk. */
  private int firstThatReaches(int chunk) {
    int from = chunk;
    while (ChunkEntryFormat.continued(blocks.entry(from), 0) > 0) {
      from--;
      if (ChunkEntryFormat.beginnings(blocks.entry(from)) != 0) {
        break;
      }
    }
    return from;
  }
}
