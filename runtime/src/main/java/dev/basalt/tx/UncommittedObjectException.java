package dev.basalt.tx;

/**
 * Control flow between the layers: a thread has looked at an object that another thread's running
 * update is about to store. The object layer answers with the state that the object still has as a
 * plain one.
 */
public final class UncommittedObjectException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final long object;

  UncommittedObjectException(long object) {
    super("the object is not committed yet", null, false, false);
    this.object = object;
  }

  /** Where it was looked for. */
  long object() {
    return object;
  }
}
