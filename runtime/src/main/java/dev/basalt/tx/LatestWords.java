package dev.basalt.tx;

import dev.basalt.medium.ObjectWords;
import dev.basalt.memory.Heap;

/** Reads words outside transactions, each as the latest commit left it. */
public final class LatestWords {
  private final TransactionManager transactions;
  private final Heap heap;
  private final ObjectWords memory;

  LatestWords(TransactionManager transactions) {
    this.transactions = transactions;
    this.heap = transactions.heap();
    this.memory = heap.memory();
  }

  /**
   * Reads a word of an object in place, or in a view of its own if the object is being changed.
   *
   * @param object the object's offset; it lies in the mapping
   * @param wordOffset bytes from its start, a multiple of 8
   * @return the word
   */
  public long word(long object, int wordOffset) {
    if (Pending.is(object)) {
      throw new UncommittedObjectException(object);
    }
    long place = memory.place(object);
    while (true) {
      long word = ObjectWords.load(place, wordOffset);
      if (ObjectWords.isPresent(place)) {
        return word;
      }
      long version = heap.versionAcquire(object);
      if (version == 0) {
        heap.checkOpen();
        throw new UncommittedObjectException(object);
      } else if (version < 0) {
        transactions.faults().checkCommitInProgress(object, version);
        try (View view = transactions.openView()) {
          return view.word(object, wordOffset);
        }
      }
    }
  }
}
