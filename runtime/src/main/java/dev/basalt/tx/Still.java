package dev.basalt.tx;

import dev.basalt.memory.Heap;
import java.lang.foreign.MemorySegment;

/**
 * Reads what lies in the heap, whatever its version, for tools that run while no update does: the
 * check of a pool must not trust the versions that it checks.
 */
public final class Still extends Tx {
  private final Heap heap;

  /**
   * Creates a reader.
   *
   * @param heap the heap, which nobody changes meanwhile
   */
  public Still(Heap heap) {
    this.heap = heap;
  }

  @Override
  public long word(long object, int wordOffset) {
    return heap.getLong(object + wordOffset);
  }

  @Override
  public MemorySegment constantBytes(long object, int from, long length) {
    return heap.slice(object + from, length);
  }
}
