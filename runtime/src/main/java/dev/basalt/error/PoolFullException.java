package dev.basalt.error;

import org.jspecify.annotations.Nullable;

/** There is no space left: the pool's maximum size, the file system, or the log is full. */
public final class PoolFullException extends BasaltException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what, where, expected and found
   */
  public PoolFullException(String message) {
    super(message, null);
  }

  /**
   * Creates the exception.
   *
   * @param message what, where, expected and found
   * @param cause what led to it, or {@code null}
   */
  public PoolFullException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
