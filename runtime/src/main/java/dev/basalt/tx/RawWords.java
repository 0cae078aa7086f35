package dev.basalt.tx;

import dev.basalt.memory.Heap;
import dev.basalt.memory.OffsetMap;

/**
 * The words that a commit changes outside the objects' fields: counts, limbo, chunk table and
 * bitmaps. Readable as if they were in place already.
 */
final class RawWords {
  private final Heap heap;
  private final OffsetMap words = new OffsetMap();

  RawWords(Heap heap) {
    this.heap = heap;
  }

  long get(long offset) {
    heap.verify(offset, Long.BYTES);
    return words.get(offset, heap.getLong(offset));
  }

  void put(long offset, long value) {
    words.put(offset, value);
  }

  OffsetMap map() {
    return words;
  }

  int size() {
    return words.size();
  }

  OffsetMap copy() {
    OffsetMap copy = new OffsetMap();
    words.forEach(copy::put);
    return copy;
  }

  void clear() {
    words.clear();
  }
}
