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
   * @param manager the transactions of a pool in which nobody changes anything meanwhile
   */
  public Still(TransactionManager manager) {
    super(manager, manager.published(), false);
    this.heap = manager.heap();
  }

  /** The check of a pool reports damaged pages and reads on. */
  @Override
  public void verify(long object, long bytes) {}

  @Override
  public long word(long object, int wordOffset) {
    return heap.getLong(object + wordOffset);
  }

  @Override
  public long readSlow(long object, int wordOffset) {
    return word(object, wordOffset);
  }

  @Override
  public long constantWord(long object, int wordOffset) {
    return word(object, wordOffset);
  }

  @Override
  public MemorySegment constantBytes(long object, int from, long length) {
    return heap.slice(object + from, length);
  }
}
