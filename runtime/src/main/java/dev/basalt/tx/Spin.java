package dev.basalt.tx;

/**
 * Waiting for a commit that is being copied into place: a moment, unless its thread was stopped.
 */
final class Spin {
  private static final int SPINS = 200;

  private Spin() {}

  /**
   * Waits a little.
   *
   * @param round how often the caller has waited already
   */
  @SuppressWarnings("ThreadPriorityCheck") // the thread waited for may need this processor
  static void once(int round) {
    if (round < SPINS) {
      Thread.onSpinWait();
    } else {
      Thread.yield();
    }
  }
}
