package dev.basalt.error;

import org.jspecify.annotations.Nullable;

/**
 * The medium cannot read, write or sync a range; the message names the file, the offset and the
 * length.
 */
public final class MediaErrorException extends BasaltException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what, where, expected and found
   */
  public MediaErrorException(String message) {
    super(message, null);
  }

  /**
   * Creates the exception.
   *
   * @param message what, where, expected and found
   * @param cause what led to it, or {@code null}
   */
  public MediaErrorException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
