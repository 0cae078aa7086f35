package dev.basalt.check;

import dev.basalt.error.CorruptPoolException;
import dev.basalt.error.MediaErrorException;
import dev.basalt.format.SlotFormat;
import dev.basalt.object.ObjectShapes;
import java.util.Arrays;

/**
 * Counts the references to the blocks of one window of numbers. A pool with more blocks than a
 * window has room for is gone through once per window, so memory is bounded.
 */
public final class CountPass {
  private final BlockMap blocks;
  private final ObjectShapes shapes;
  private final int[] counts;
  private long from;
  private long to;

  /**
   * Creates a pass.
   *
   * @param blocks the pool's blocks
   * @param shapes what objects consist of
   * @param windowMax the blocks whose references are counted at a time
   */
  public CountPass(BlockMap blocks, ObjectShapes shapes, int windowMax) {
    this.blocks = blocks;
    this.shapes = shapes;
    this.counts = new int[(int) Math.min(windowMax, Math.max(1, blocks.blockCount()))];
  }

  /**
   * Begins with the next window.
   *
   * @return whether there is one
   */
  public boolean next() {
    from = to;
    to = Math.min(blocks.blockCount(), from + counts.length);
    Arrays.fill(counts, 0);
    return from < to;
  }

  /**
   * The first number of the window.
   *
   * @return the number
   */
  public long from() {
    return from;
  }

  /**
   * The number behind the window's last.
   *
   * @return the number
   */
  public long to() {
    return to;
  }

  /**
   * Counts the references in an object.
   *
   * @param object an object of sound size
   */
  public void countFrom(long object) {
    try {
      shapes.forEachSlot(
          object,
          (_, slot) -> {
            if (SlotFormat.isPointer(slot)) {
              count(slot);
            }
          });
    } catch (CorruptPoolException | MediaErrorException e) {
      // An object without a sound class: the pass over all objects reports it.
    }
  }

  /**
   * Counts a reference.
   *
   * @param target where it leads
   */
  public void count(long target) {
    long number = blocks.numberOf(target);
    if (number >= from && number < to) {
      int i = (int) (number - from);
      counts[i] = Math.min(counts[i], Integer.MAX_VALUE - 1) + 1;
    }
  }

  /**
   * The references to a block.
   *
   * @param number the block's number, in the window
   * @return how many were counted
   */
  public int references(long number) {
    return counts[(int) (number - from)];
  }
}
