package dev.basalt.error;

import org.jspecify.annotations.Nullable;

/** The pool has been closed. */
public final class PoolClosedException extends BasaltException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what, where, expected and found
   */
  public PoolClosedException(String message) {
    super(message, null);
  }

  /**
   * Creates the exception.
   *
   * @param message what, where, expected and found
   * @param cause what led to it, or {@code null}
   */
  public PoolClosedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
