package dev.basalt.error;

import org.jspecify.annotations.Nullable;

/**
 * A persistent class was loaded without having been rewritten by the agent, so its fields cannot
 * live in a pool.
 */
public final class NotEnhancedException extends BasaltException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what, where, expected and found
   */
  public NotEnhancedException(String message) {
    super(message, null);
  }

  /**
   * Creates the exception.
   *
   * @param message what, where, expected and found
   * @param cause what led to it, or {@code null}
   */
  public NotEnhancedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
