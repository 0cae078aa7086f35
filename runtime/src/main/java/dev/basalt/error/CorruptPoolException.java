package dev.basalt.error;

import org.jspecify.annotations.Nullable;

/** The bytes of a pool are not what Basalt wrote: a checksum, a header or a pointer is wrong. */
public final class CorruptPoolException extends BasaltException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what, where, expected and found
   */
  public CorruptPoolException(String message) {
    super(message, null);
  }

  /**
   * Creates the exception.
   *
   * @param message what, where, expected and found
   * @param cause what led to it, or {@code null}
   */
  public CorruptPoolException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
