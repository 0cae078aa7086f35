package dev.basalt.error;

import org.jspecify.annotations.Nullable;

/** A transaction was used after its end or by another thread than the one that began it. */
public final class StaleTransactionException extends BasaltException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what, where, expected and found
   */
  public StaleTransactionException(String message) {
    super(message, null);
  }

  /**
   * Creates the exception.
   *
   * @param message what, where, expected and found
   * @param cause what led to it, or {@code null}
   */
  public StaleTransactionException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
