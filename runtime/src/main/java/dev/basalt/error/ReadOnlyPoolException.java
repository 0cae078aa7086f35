package dev.basalt.error;

import org.jspecify.annotations.Nullable;

/** An update was tried on a pool that is open for reading only, or inside a view. */
public final class ReadOnlyPoolException extends BasaltException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what, where, expected and found
   */
  public ReadOnlyPoolException(String message) {
    super(message, null);
  }

  /**
   * Creates the exception.
   *
   * @param message what, where, expected and found
   * @param cause what led to it, or {@code null}
   */
  public ReadOnlyPoolException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
