package dev.basalt.check;

import dev.basalt.format.Geometry;
import dev.basalt.format.SizeClasses;
import dev.basalt.memory.Heap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.LongConsumer;

/** A bit for every place of the heap where an object can start; outside the Java heap. */
public final class Marks {
  private static final int PER_CHUNK = Geometry.CHUNK_SIZE / SizeClasses.GRANULE;
  private static final int WORDS_PER_CHUNK = PER_CHUNK / Long.SIZE;

  private final long heapOffset;
  private final MemorySegment words;

  /**
   * Creates marks, all clear.
   *
   * @param heap the heap
   * @param arena where they live
   */
  public Marks(Heap heap, Arena arena) {
    this.heapOffset = heap.heapOffset();
    long chunks = (heap.size() - heapOffset) / Geometry.CHUNK_SIZE;
    this.words = arena.allocate(chunks * WORDS_PER_CHUNK * Long.BYTES, Long.BYTES);
  }

  /**
   * Sets a mark.
   *
   * @param offset where an object starts
   * @return whether it was clear
   */
  public boolean set(long offset) {
    long granule = (offset - heapOffset) / SizeClasses.GRANULE;
    long word = words.getAtIndex(ValueLayout.JAVA_LONG, granule / Long.SIZE);
    words.setAtIndex(ValueLayout.JAVA_LONG, granule / Long.SIZE, word | (1L << granule));
    return (word & (1L << granule)) == 0;
  }

  /**
   * Whether a mark is set.
   *
   * @param offset where an object starts
   * @return whether it is set
   */
  public boolean get(long offset) {
    long granule = (offset - heapOffset) / SizeClasses.GRANULE;
    return (words.getAtIndex(ValueLayout.JAVA_LONG, granule / Long.SIZE) & (1L << granule)) != 0;
  }

  /**
   * Visits the marked places in ascending order. Marks that are set meanwhile behind the present
   * place are visited too.
   *
   * @param visitor takes them
   */
  public void forEach(LongConsumer visitor) {
    long count = words.byteSize() / Long.BYTES;
    for (long i = 0; i < count; i++) {
      for (long bits = words.getAtIndex(ValueLayout.JAVA_LONG, i); bits != 0; bits &= bits - 1) {
        long granule = i * Long.SIZE + Long.numberOfTrailingZeros(bits);
        visitor.accept(heapOffset + granule * SizeClasses.GRANULE);
      }
    }
  }

  /**
   * Counts the marks in a chunk.
   *
   * @param chunk the chunk
   * @return how many are set
   */
  public int count(int chunk) {
    return count(chunk, PER_CHUNK);
  }

  /**
   * Counts the marks in a chunk that lie before an object.
   *
   * @param chunk the chunk
   * @param offset where the object starts
   * @return how many are set
   */
  public int countBefore(int chunk, long offset) {
    long inChunk = offset - heapOffset - (long) chunk * Geometry.CHUNK_SIZE;
    return count(chunk, (int) (inChunk / SizeClasses.GRANULE));
  }

  private int count(int chunk, int granules) {
    long first = (long) chunk * WORDS_PER_CHUNK;
    int whole = granules / Long.SIZE;
    int count = 0;
    for (int i = 0; i < whole; i++) {
      count += Long.bitCount(words.getAtIndex(ValueLayout.JAVA_LONG, first + i));
    }
    int rest = granules % Long.SIZE;
    if (rest > 0) {
      long word = words.getAtIndex(ValueLayout.JAVA_LONG, first + whole);
      count += Long.bitCount(word & ((1L << rest) - 1));
    }
    return count;
  }
}
