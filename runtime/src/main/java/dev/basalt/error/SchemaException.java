package dev.basalt.error;

import org.jspecify.annotations.Nullable;

/** A class and its stored shape do not fit. */
public final class SchemaException extends BasaltException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what, where, expected and found
   */
  public SchemaException(String message) {
    super(message, null);
  }

  /**
   * Creates the exception.
   *
   * @param message what, where, expected and found
   * @param cause what led to it, or {@code null}
   */
  public SchemaException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
