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
    int chunk = 0;
    while (chunk < blocks.chunkCount()) {
      int length = length(chunk);
      if (ChunkEntryFormat.kind(blocks.entry(chunk)) != ChunkEntryFormat.FREE) {
        comparePages(chunk, length);
      }
      chunk += length;
      progress.at(chunk, blocks.chunkCount());
    }
  }

  /** The chunks that belong together. */
  private int length(int chunk) {
    long entry = blocks.entry(chunk);
    return ChunkEntryFormat.kind(entry) == ChunkEntryFormat.RUN
        ? ChunkEntryFormat.runLength(entry)
        : 1;
  }

  private void comparePages(int chunk, int length) {
    long end = blocks.chunkOffset(chunk + length);
    for (long page = blocks.chunkOffset(chunk); page < end; page += Geometry.PAGE_SIZE) {
      String damage = heap.findDamage(page);
      if (damage != null) {
        report(chunk, page, damage);
      }
    }
  }

  private void report(int chunk, long page, String damage) {
    long[] objects = new long[2];
    blocks.forEachIn(
        chunk,
        (object, _) -> {
          if (object < page + Geometry.PAGE_SIZE && object + blocks.sizeOf(object) > page) {
            objects[0] = objects[1] == 0 ? object : objects[0];
            objects[1]++;
          }
        });
    faults.add(
        new Fault(
            heap.isUnreadable(page) ? FaultKind.UNREADABLE : FaultKind.PAGE,
            page,
            objects[0],
            damage + "; %d objects lie there".formatted(objects[1])));
  }
}
