package dev.basalt;

/**
 * The body of a transaction that has no result.
 *
 * @param <X> what it may throw
 */
@FunctionalInterface
public interface ThrowingRunnable<X extends Throwable> {
  /**
   * Runs the body.
   *
   * @throws X what the body throws
   */
  void run() throws X;
}
