package dev.basalt.tx;

import dev.basalt.medium.Mapping;
import dev.basalt.memory.Heap;
import java.lang.invoke.VarHandle;

/** Reads outside transactions that meet an object which is being changed, or is not there. */
final class LatestWords implements Mapping.SlowRead {
  private final TransactionManager transactions;
  private final Heap heap;

  LatestWords(TransactionManager transactions) {
    this.transactions = transactions;
    this.heap = transactions.heap();
  }

  /**
   * Reads a word of an object as the latest commit left it, where the word in place did not serve:
   * because the object is being changed, or because nothing is there.
   *
   * @param object the object's offset
   * @param wordOffset bytes from its start, a multiple of 8
   * @return the word
   */
  @Override
  public long readSlow(long object, int wordOffset) {
    if (Pending.is(object)) {
      throw new UncommittedObjectException(object);
    }
    while (true) {
      long version = heap.versionAcquire(object);
      if (version == 0) {
        heap.checkOpen();
        throw new UncommittedObjectException(object);
      } else if (version > 0) {
        long word = heap.getLong(object + wordOffset);
        VarHandle.loadLoadFence();
        if (heap.getLong(object) == version) {
          return word;
        }
      } else {
        transactions.faults().checkCommitInProgress(object, version);
        try (View view = transactions.openView()) {
          return view.word(object, wordOffset);
        }
      }
    }
  }
}
