package dev.basalt.check;

import dev.basalt.error.CorruptPoolException;
import dev.basalt.format.SlotFormat;
import dev.basalt.object.ObjectShapes;
import java.util.Arrays;

/**
 * Marks what can be reached. The stack is bounded: if it overflows, what did not fit is found again
 * by going through the marked objects, so memory does not depend on the shape of the graph.
 */
public final class Reachability {
  private static final int STACK_MAX = 1 << 20;

  private final BlockMap blocks;
  private final ObjectShapes shapes;
  private final Marks marks;
  private long[] stack = new long[1 << 10];
  private int depth;
  private boolean overflowed;
  private long marked;

  /**
   * Creates a traversal.
   *
   * @param blocks the pool's blocks
   * @param shapes what objects consist of
   * @param marks takes the marks
   */
  public Reachability(BlockMap blocks, ObjectShapes shapes, Marks marks) {
    this.blocks = blocks;
    this.shapes = shapes;
    this.marks = marks;
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
      blocks.forEach(
          (block, _) -> {
            if (marks.get(block)) {
              markTargets(block);
              drain();
            }
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
      markTargets(stack[--depth]);
    }
  }

  private void markTargets(long object) {
    try {
      shapes.forEachSlot(
          object,
          (_, slot) -> {
            if (SlotFormat.isPointer(slot) && blocks.numberOf(slot) >= 0 && marks.set(slot)) {
              marked++;
              add(slot);
            }
          });
    } catch (CorruptPoolException e) {
      // An object without a sound class: the pass over all objects reports it.
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
