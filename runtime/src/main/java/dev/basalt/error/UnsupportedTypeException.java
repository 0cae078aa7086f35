package dev.basalt.error;

import org.jspecify.annotations.Nullable;

/** A value of this type cannot be stored in a pool. */
public final class UnsupportedTypeException extends BasaltException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what, where, expected and found
   */
  public UnsupportedTypeException(String message) {
    super(message, null);
  }

  /**
   * Creates the exception.
   *
   * @param message what, where, expected and found
   * @param cause what led to it, or {@code null}
   */
  public UnsupportedTypeException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
