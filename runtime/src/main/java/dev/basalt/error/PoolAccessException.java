package dev.basalt.error;

import org.jspecify.annotations.Nullable;

/**
 * A pool cannot be opened or created: there is no such file, it is not a pool, or permission is
 * missing.
 */
public final class PoolAccessException extends BasaltException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what, where, expected and found
   */
  public PoolAccessException(String message) {
    super(message, null);
  }

  /**
   * Creates the exception.
   *
   * @param message what, where, expected and found
   * @param cause what led to it, or {@code null}
   */
  public PoolAccessException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
