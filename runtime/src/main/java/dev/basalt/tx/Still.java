package dev.basalt.tx;

import dev.basalt.memory.Heap;
import java.lang.foreign.MemorySegment;

/**
 * Reads what lies in the heap, whatever its version, where nothing changes meanwhile: for tools
 * that run while no update does, and under the commit lock.
 */
public final class Still extends Tx {
  private final Heap heap;
  private final boolean verified;

  /**
   * Creates a reader.
   *
   * @param manager the transactions of a pool in which nobody changes anything meanwhile
   * @param verified whether damaged pages are errors; the check of a pool reports them and reads on
   */
  public Still(TransactionManager manager, boolean verified) {
    super(manager, manager.published(), false);
    this.heap = manager.heap();
    this.verified = verified;
  }

  @Override
  public void verify(long object, long bytes) {
    if (verified) {
      heap.verify(object, bytes);
    }
  }

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
    verify(object, wordOffset + Long.BYTES);
    return word(object, wordOffset);
  }

  @Override
  public MemorySegment constantBytes(long object, int from, long length) {
    return heap.slice(object + from, length);
  }
}
