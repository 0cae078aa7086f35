package dev.basalt.check;

import dev.basalt.error.CorruptPoolException;
import dev.basalt.error.MediaErrorException;
import dev.basalt.format.SlotFormat;
import dev.basalt.object.ObjectShapes;
import java.util.Arrays;
import java.util.function.LongConsumer;

/**
 * Marks what can be reached. The stack is bounded: if it overflows, what did not fit is found again
 * by going through the marked objects, so memory does not depend on the shape of the graph.
 */
public final class Reachability {
  private static final int STACK_MAX = 1 << 20;

  private final Marks marks;
  private final Targets targets;
  private final LongConsumer marker = this::markTarget;
  private long[] stack = new long[1 << 10];
  private int depth;
  private boolean overflowed;
  private long marked;

  /** What objects refer to. */
  public interface Targets {
    /**
     * Visits the objects that one refers to.
     *
     * @param object the object
     * @param visitor takes them, the same one perhaps more than once
     */
    void forEach(long object, LongConsumer visitor);
  }

  /**
   * Creates a traversal.
   *
   * @param marks takes the marks
   * @param targets what objects refer to
   */
  public Reachability(Marks marks, Targets targets) {
    this.marks = marks;
    this.targets = targets;
  }

  /**
   * Creates a traversal of a pool that may be damaged: what makes no sense leads nowhere.
   *
   * @param blocks the pool's blocks
   * @param shapes what objects consist of
   * @param marks takes the marks
   * @return the traversal
   */
  public static Reachability of(BlockMap blocks, ObjectShapes shapes, Marks marks) {
    return new Reachability(
        marks,
        (object, visitor) -> {
          try {
            shapes.forEachSlot(
                object,
                (_, slot) -> {
                  if (SlotFormat.isPointer(slot) && blocks.numberOf(slot) >= 0) {
                    visitor.accept(slot);
                  }
                });
          } catch (CorruptPoolException | MediaErrorException e) {
            // An object without a sound class: the pass over all objects reports it.
          }
        });
  }

  /**
   * Marks everything that an object refers to, directly or not.
   *
   * @param object an object, itself not marked by this
   */
  public void markFrom(long object) {
    push(object);
    while (overflowed) {
      overflowed = false;
      marks.forEach(
          marked -> {
            targets.forEach(marked, marker);
            drain();
          });
    }
  }

  /**
   * Marks an object and everything that it refers to.
   *
   * @param object an allocated block
   */
  public void mark(long object) {
    if (marks.set(object)) {
      marked++;
      markFrom(object);
    }
  }

  private void push(long object) {
    add(object);
    drain();
  }

  private void add(long object) {
    if (depth == stack.length) {
      if (depth >= STACK_MAX) {
        overflowed = true;
        return;
      }
      stack = Arrays.copyOf(stack, depth * 2);
    }
    stack[depth++] = object;
  }

  private void drain() {
    while (depth > 0) {
      targets.forEach(stack[--depth], marker);
    }
  }

  private void markTarget(long object) {
    if (marks.set(object)) {
      marked++;
      add(object);
    }
  }

  /**
   * The objects marked.
   *
   * @return how many
   */
  public long marked() {
    return marked;
  }
}
