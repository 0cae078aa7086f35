package dev.basalt.dump;

import dev.basalt.check.Marks;
import dev.basalt.check.Reachability;
import dev.basalt.error.CorruptPoolException;
import dev.basalt.format.PoolHeaderFormat;
import dev.basalt.format.SlotFormat;
import dev.basalt.memory.Allocator;
import dev.basalt.memory.Heap;
import dev.basalt.object.ObjectSpace;
import dev.basalt.object.ObjectText;
import dev.basalt.tx.View;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.util.HashSet;
import java.util.Set;

/**
 * Writes everything that roots lead to as text, while updates go on. In a view, the roots are
 * written and what they lead to is marked; then the marked objects are written in the order in
 * which they lie. So memory depends on the size of the pool only, a bit per 16 bytes, and nothing
 * is written twice.
 *
 * <p>What the view sees is not freed before it ends, so bitmaps tell of each of its objects that it
 * is there, however they change meanwhile.
 */
public final class PoolDump {
  private static final int NEXT = 0;
  private static final int NAME = 1;
  private static final int VALUE = 2;

  private final ObjectSpace space;
  private final Allocator allocator;
  private final Appendable out;
  private long roots;
  private long objects;

  /**
   * Prepares a dump.
   *
   * @param space the pool's objects
   * @param allocator knows where objects lie
   * @param out takes the text
   */
  public PoolDump(ObjectSpace space, Allocator allocator, Appendable out) {
    this.space = space;
    this.allocator = allocator;
    this.out = out;
  }

  /**
   * Writes the text.
   *
   * @return how many damaged places it reports
   * @throws IOException if it cannot be written
   */
  public long run() throws IOException {
    Heap heap = space.transactions().heap();
    try (View view = space.transactions().openView();
        Arena arena = Arena.ofConfined()) {
      ObjectText text = new ObjectText(space, allocator, view, out);
      Marks marks = new Marks(heap, arena);
      out.append("pool ").append(space.name()).append('\n');
      writeRoots(
          heap.heapOffset() + PoolHeaderFormat.ROOT_DIRECTORY,
          text,
          new Reachability(marks, text::forEachReference));
      marks.forEach(object -> writeEntry(text, object));
      out.append(
          "\nroots: %d, objects: %d, damaged places: %d\n"
              .formatted(roots, objects, text.damages()));
      return text.damages();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private void writeEntry(ObjectText text, long object) {
    try {
      if (text.isEntry(object)) {
        objects++;
        text.entry(object);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void writeRoots(long directory, ObjectText text, Reachability reachability)
      throws IOException {
    for (int bucket = 0; bucket < PoolHeaderFormat.ROOT_BUCKETS; bucket++) {
      int chain = bucket;
      long damages = text.damages();
      text.attempt(() -> writeChain(text.slot(directory, chain), text, reachability));
      if (text.damages() > damages) {
        out.append('\n');
      }
    }
  }

  private void writeChain(long first, ObjectText text, Reachability reachability)
      throws IOException {
    Set<Long> seen = new HashSet<>();
    for (long entry = first; entry != 0; entry = text.slot(entry, NEXT)) {
      text.check(entry);
      if (!seen.add(entry)) {
        throw new CorruptPoolException("the roots behind %d lead back to it".formatted(entry));
      }
      long name = text.slot(entry, NAME);
      if (SlotFormat.tag(name) != SlotFormat.SMALL) { // the index of weak references has a number
        writeRoot(name, text.slot(entry, VALUE), text, reachability);
      }
    }
  }

  private void writeRoot(long name, long value, ObjectText text, Reachability reachability)
      throws IOException {
    roots++;
    out.append("root ");
    text.value(name);
    out.append(" = ");
    text.value(value);
    out.append('\n');
    if (text.isThere(value)) {
      reachability.mark(value);
    }
  }
}
