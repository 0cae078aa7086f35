package dev.basalt.error;

import org.jspecify.annotations.Nullable;

/** Another process, or another {@code Pool} of this process, has the pool open. */
public final class PoolInUseException extends BasaltException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what, where, expected and found
   */
  public PoolInUseException(String message) {
    super(message, null);
  }

  /**
   * Creates the exception.
   *
   * @param message what, where, expected and found
   * @param cause what led to it, or {@code null}
   */
  public PoolInUseException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
