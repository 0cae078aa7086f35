package dev.basalt.error;

/**
 * Another update has changed what this one has read or written. {@code Pool.update} runs its body
 * again by itself; a transaction from {@code Pool.begin} is aborted, and the program runs it again.
 */
public final class ConflictException extends BasaltException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception. It has no stack trace: conflicts are part of normal work.
   *
   * @param message what has changed, and what to do
   */
  public ConflictException(String message) {
    super(message, false);
  }
}
