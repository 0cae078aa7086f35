package dev.basalt.error;

import org.jspecify.annotations.Nullable;

/**
 * There is no space left: the pool's maximum size, the file system, or the log is full. Where the
 * pool's free space was searched, {@link #space} has the numbers.
 */
public final class PoolFullException extends BasaltException {
  private static final long serialVersionUID = 1L;

  private final transient @Nullable Space space;

  /**
   * The state of a pool that had no room; all numbers are bytes.
   *
   * @param size the pool's size
   * @param free free space in whole chunks, with what is kept for emptying a full pool
   * @param largestFreeRun the largest piece of it
   * @param needed what was asked for
   * @param maxSize the size up to which the pool could grow
   */
  public record Space(long size, long free, long largestFreeRun, long needed, long maxSize) {}

  /**
   * Creates the exception.
   *
   * @param message what, where, expected and found
   */
  public PoolFullException(String message) {
    this(message, null, null);
  }

  /**
   * Creates the exception.
   *
   * @param message what, where, expected and found
   * @param cause what led to it, or {@code null}
   */
  public PoolFullException(String message, @Nullable Throwable cause) {
    this(message, null, cause);
  }

  /**
   * Creates the exception.
   *
   * @param message what, where, expected and found
   * @param space the numbers, or {@code null} if they are not known
   * @param cause what led to it, or {@code null}
   */
  public PoolFullException(String message, @Nullable Space space, @Nullable Throwable cause) {
    super(message, cause);
    this.space = space;
  }

  /**
   * The numbers.
   *
   * @return the state of the pool, or {@code null} if the pool's free space was not what ended
   */
  public @Nullable Space space() {
    return space;
  }
}
