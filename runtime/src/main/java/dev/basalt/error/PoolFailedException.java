package dev.basalt.error;

import org.jspecify.annotations.Nullable;

/**
 * The pool refuses updates because writing failed earlier; the cause is the first failure. Views go
 * on. Reopen the pool to continue.
 */
public final class PoolFailedException extends BasaltException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what, where, expected and found
   */
  public PoolFailedException(String message) {
    super(message, null);
  }

  /**
   * Creates the exception.
   *
   * @param message what, where, expected and found
   * @param cause what led to it, or {@code null}
   */
  public PoolFailedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
