package dev.basalt.bridge;

/** A {@link TransactionalBody} without a result. */
@FunctionalInterface
public interface TransactionalAction {
  /**
   * Runs the body.
   *
   * @throws Throwable what the body throws
   */
  void run() throws Throwable;
}
