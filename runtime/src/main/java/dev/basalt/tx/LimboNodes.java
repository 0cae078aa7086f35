package dev.basalt.tx;

import dev.basalt.format.LimboNodeFormat;
import dev.basalt.memory.Allocator;
import java.util.ArrayList;
import java.util.List;

/**
 * Blocks for further nodes of limbo, reserved before the commit lock is taken, because a
 * reservation may have to wait while the pool grows. Each is used by the first commit that needs
 * one.
 */
final class LimboNodes {
  private final Allocator allocator;
  private final List<Long> spare = new ArrayList<>();

  /** Written under the monitor, read by every commit without. */
  private volatile int size;

  LimboNodes(Allocator allocator) {
    this.allocator = allocator;
  }

  /** The nodes that so many entries can need. */
  static int nodesFor(int entries) {
    return entries == 0 ? 0 : entries / LimboNodeFormat.CAPACITY + 1;
  }

  /** Sees to it that there are so many, a moment ago. */
  void ensure(int count) {
    while (size() < count) {
      add(allocator.reserveForLimbo(LimboNodeFormat.SIZE));
    }
  }

  private synchronized void add(long node) {
    spare.add(node);
    size = spare.size();
  }

  int size() {
    return size;
  }

  /**
   * One of the spare nodes. Called under the commit lock, which keeps others from taking it; they
   * may add to the end meanwhile.
   */
  synchronized long get(int i) {
    return spare.get(i);
  }

  /** Takes away those that a commit has used. Called under the commit lock. */
  synchronized void remove(int used) {
    spare.subList(0, used).clear();
    size = spare.size();
  }
}
