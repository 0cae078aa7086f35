package dev.basalt.tx;

import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Counts how often an object has lost a reference and kept another: only by that can garbage in
 * cycles come into being. Safe for use by any number of threads.
 */
public final class LostReferences {
  private final LongAdder count = new LongAdder();
  private volatile @Nullable Runnable listener;

  LostReferences() {}

  /** Takes note that there has been at least one such loss. */
  void add() {
    count.increment();
    Runnable told = listener;
    if (told != null) {
      told.run();
    }
  }

  /**
   * The losses so far, several in one commit taken for one.
   *
   * @return how many
   */
  public long count() {
    return count.sum();
  }

  /**
   * Sets what runs after every loss; it must be short, and hold no lock.
   *
   * @param newListener what runs, in threads that commit
   */
  public void setListener(Runnable newListener) {
    listener = newListener;
  }
}
