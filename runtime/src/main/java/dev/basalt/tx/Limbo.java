package dev.basalt.tx;

import dev.basalt.format.ClassIds;
import dev.basalt.format.LimboNodeFormat;
import dev.basalt.format.PoolHeaderFormat;
import dev.basalt.memory.Heap;
import java.util.function.LongSupplier;

/**
 * The list of nodes that holds what waits to be reclaimed. Written only inside commits, as raw
 * words.
 */
final class Limbo {
  private static final long LENGTH_WORD = LimboNodeFormat.LENGTH;

  private final long headAt;

  Limbo(Heap heap) {
    this.headAt = heap.heapOffset() + PoolHeaderFormat.LIMBO;
  }

  /**
   * Adds an object.
   *
   * @param words the commit's raw words
   * @param newNode reserves a block for another node
   */
  void push(RawWords words, long object, long sequence, LongSupplier newNode) {
    long node = words.get(headAt);
    if (node == 0 || words.get(node + LENGTH_WORD) == LimboNodeFormat.CAPACITY) {
      node = addNode(words, node, newNode.getAsLong());
    }
    int length = (int) words.get(node + LENGTH_WORD);
    putEntry(words, node, length, object, sequence);
    words.put(node + LENGTH_WORD, length + 1L);
  }

  private long addNode(RawWords words, long next, long node) {
    words.put(node, 0);
    words.put(node + Long.BYTES, ClassIds.LIMBO_NODE | (1L << Integer.SIZE));
    words.put(node + LimboNodeFormat.NEXT, next);
    words.put(node + LENGTH_WORD, 0);
    words.put(headAt, node);
    return node;
  }

  private static void putEntry(RawWords words, long node, int i, long object, long sequence) {
    long entry = node + LimboNodeFormat.entry(i);
    words.put(entry, object);
    words.put(entry + Long.BYTES, sequence);
  }
}
