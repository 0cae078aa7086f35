package dev.basalt.medium;

import dev.basalt.error.BasaltException;
import dev.basalt.error.MediaErrorException;

/**
 * Translates the JVM's answer to a fault in mapped memory. A load from a page that the medium can
 * no longer supply (the file was cut off while open, or the device cannot read) is a SIGBUS, which
 * the JVM turns into an {@link InternalError}.
 */
public final class MappingFault {
  private static final String FAULT_TEXT = "unsafe memory access";

  private MappingFault() {}

  /**
   * Whether an error came out of an access to mapped memory.
   *
   * @param error the error
   * @return {@code false} if it is something else
   */
  public static boolean isFault(InternalError error) {
    String message = error.getMessage();
    return message != null && message.contains(FAULT_TEXT);
  }

  /**
   * What to throw for an error that came out of an access to mapped memory.
   *
   * @param medium the medium
   * @param error the error
   * @return the exception that says what happened
   * @throws InternalError the error itself, if it is something else
   */
  public static RuntimeException translate(Medium medium, InternalError error) {
    if (!isFault(error)) {
      throw error;
    }
    try {
      medium.checkIntact();
    } catch (BasaltException e) {
      e.addSuppressed(error);
      return e;
    }
    return new MediaErrorException(
        "%s cannot be read somewhere in its %d bytes".formatted(medium.name(), medium.size()),
        error);
  }
}
