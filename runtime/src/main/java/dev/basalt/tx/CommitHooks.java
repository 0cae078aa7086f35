package dev.basalt.tx;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs what an update has left to do once it is durable. */
final class CommitHooks {
  private CommitHooks() {}

  /**
   * Runs all of them, whatever one of them throws: the update has happened for each.
   *
   * @throws X the first that one has thrown, with those of the others as suppressed ones
   */
  @SuppressWarnings("unchecked")
  static <X extends Throwable> void run(List<Runnable> hooks) throws X {
    @Nullable Throwable first = null;
    for (Runnable hook : hooks) {
      try {
        hook.run();
      } catch (Throwable e) {
        if (first == null) {
          first = e;
        } else if (!first.equals(e)) {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw (X) first; // a hook that declares nothing can still throw anything
    }
  }
}
