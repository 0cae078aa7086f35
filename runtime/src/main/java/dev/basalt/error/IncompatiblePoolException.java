package dev.basalt.error;

import org.jspecify.annotations.Nullable;

/**
 * The pool is sound but not for this version of Basalt or this machine (format version, byte
 * order).
 */
public final class IncompatiblePoolException extends BasaltException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what, where, expected and found
   */
  public IncompatiblePoolException(String message) {
    super(message, null);
  }

  /**
   * Creates the exception.
   *
   * @param message what, where, expected and found
   * @param cause what led to it, or {@code null}
   */
  public IncompatiblePoolException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
