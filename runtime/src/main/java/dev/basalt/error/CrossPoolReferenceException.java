package dev.basalt.error;

import org.jspecify.annotations.Nullable;

/** An object of one pool was to be stored in another. */
public final class CrossPoolReferenceException extends BasaltException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what, where, expected and found
   */
  public CrossPoolReferenceException(String message) {
    super(message, null);
  }

  /**
   * Creates the exception.
   *
   * @param message what, where, expected and found
   * @param cause what led to it, or {@code null}
   */
  public CrossPoolReferenceException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
