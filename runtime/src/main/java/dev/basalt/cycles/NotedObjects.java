package dev.basalt.cycles;

import dev.basalt.format.SizeClasses;
import dev.basalt.memory.Heap;
import dev.basalt.object.HandleNotes;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The objects that have, or had, a handle since notes are taken: a bit for every place of the heap
 * where an object can start, outside the Java heap, in parts that are made when first needed. The
 * pool may grow meanwhile. Safe for use by any number of threads.
 */
final class NotedObjects implements HandleNotes {
  /** Bytes of heap that a part describes. */
  private static final long PART = 16L << 20;

  private static final long WORDS_PER_PART = PART / SizeClasses.GRANULE / Long.SIZE;

  private static final VarHandle WORD =
      ValueLayout.JAVA_LONG.arrayElementVarHandle().withInvokeExactBehavior();

  /** Late notes may come when nobody looks any more, so the memory is freed by the collector. */
  private final Arena arena = Arena.ofAuto();

  private final long heapOffset;
  private final AtomicReferenceArray<@Nullable MemorySegment> parts;

  NotedObjects(Heap heap) {
    this.heapOffset = heap.heapOffset();
    this.parts = new AtomicReferenceArray<>((int) ((heap.sizeMax() - heapOffset) / PART) + 1);
  }

  @Override
  public void note(long object) {
    long granule = granule(object);
    int part = (int) (granule / Long.SIZE / WORDS_PER_PART);
    MemorySegment words = parts.get(part);
    if (words == null) {
      MemorySegment made = arena.allocate(WORDS_PER_PART * Long.BYTES, Long.BYTES);
      words = parts.compareAndSet(part, null, made) ? made : parts.get(part);
    }
    if (words != null) {
      long _ =
          (long)
              WORD.getAndBitwiseOr(words, 0L, granule / Long.SIZE % WORDS_PER_PART, bit(granule));
    }
  }

  @Override
  public void forget(long object) {
    long granule = granule(object);
    MemorySegment words = parts.get((int) (granule / Long.SIZE / WORDS_PER_PART));
    if (words != null) {
      long _ =
          (long)
              WORD.getAndBitwiseAnd(words, 0L, granule / Long.SIZE % WORDS_PER_PART, ~bit(granule));
    }
  }

  @Override
  public boolean isNoted(long object) {
    long granule = granule(object);
    MemorySegment words = parts.get((int) (granule / Long.SIZE / WORDS_PER_PART));
    return words != null
        && ((long) WORD.getVolatile(words, 0L, granule / Long.SIZE % WORDS_PER_PART) & bit(granule))
            != 0;
  }

  /** Visits what has been noted before the call, and perhaps some of what is noted meanwhile. */
  void forEach(LongConsumer visitor) {
    for (int part = 0; part < parts.length(); part++) {
      MemorySegment words = parts.get(part);
      for (long i = 0; words != null && i < WORDS_PER_PART; i++) {
        for (long bits = (long) WORD.getVolatile(words, 0L, i); bits != 0; bits &= bits - 1) {
          long word = part * WORDS_PER_PART + i;
          long granule = word * Long.SIZE + Long.numberOfTrailingZeros(bits);
          visitor.accept(heapOffset + granule * SizeClasses.GRANULE);
        }
      }
    }
  }

  private long granule(long object) {
    return (object - heapOffset) / SizeClasses.GRANULE;
  }

  private static long bit(long granule) {
    return 1L << granule; // a shift counts modulo 64
  }
}
