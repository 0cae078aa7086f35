package dev.basalt.error;

import org.jspecify.annotations.Nullable;

/**
 * The medium cannot read, write or sync a range; the message names the file, the offset and the
 * length.
 */
public final class MediaErrorException extends BasaltException {
  private static final long serialVersionUID = 1L;
  private static final long UNKNOWN = -1;

  private final long offset;
  private final long length;

  /**
   * Creates the exception.
   *
   * @param message what, where, expected and found
   */
  public MediaErrorException(String message) {
    this(message, null);
  }

  /**
   * Creates the exception.
   *
   * @param message what, where, expected and found
   * @param cause what led to it, or {@code null}
   */
  public MediaErrorException(String message, @Nullable Throwable cause) {
    super(message, cause);
    this.offset = UNKNOWN;
    this.length = UNKNOWN;
  }

  /**
   * Creates the exception for a range.
   *
   * @param message what, where, expected and found
   * @param offset where the range starts, in bytes from the pool's start
   * @param length its length in bytes
   * @param cause what led to it, or {@code null}
   */
  public MediaErrorException(String message, long offset, long length, @Nullable Throwable cause) {
    super(message, cause);
    this.offset = offset;
    this.length = length;
  }

  /**
   * Where the range starts.
   *
   * @return bytes from the pool's start, or -1 if no range is known
   */
  public long offset() {
    return offset;
  }

  /**
   * The length of the range.
   *
   * @return bytes, or -1 if no range is known
   */
  public long length() {
    return length;
  }
}
