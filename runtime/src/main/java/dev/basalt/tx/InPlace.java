package dev.basalt.tx;

import dev.basalt.log.LogRecord;
import dev.basalt.memory.Heap;
import java.lang.foreign.MemorySegment;

/** Puts a record's entries in place: the one way in which commits and recovery change the heap. */
public final class InPlace implements LogRecord.EntryVisitor {
  private final Heap heap;

  /**
   * Creates a visitor.
   *
   * @param heap the heap to change
   */
  public InPlace(Heap heap) {
    this.heap = heap;
  }

  @Override
  public void bytes(long offset, MemorySegment entries, long at, int length) {
    heap.put(offset, entries, at, length);
  }

  @Override
  public void stamp(long offset, long sequence) {
    heap.stamp(offset, sequence);
  }
}
