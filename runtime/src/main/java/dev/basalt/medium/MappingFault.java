package dev.basalt.medium;

import dev.basalt.error.CorruptPoolException;
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
   * What to throw for an error that came out of an access to mapped memory.
   *
   * @param medium the medium
   * @param expectedSize the size that it should have, in bytes
   * @param error the error
   * @return the exception that says what happened
   * @throws InternalError the error itself, if it is something else
   */
  public static RuntimeException translate(Medium medium, long expectedSize, InternalError error) {
    String message = error.getMessage();
    if (message == null || !message.contains(FAULT_TEXT)) {
      throw error;
    }
    long size = medium.size();
    return size < expectedSize
        ? new CorruptPoolException(
            "%s was cut off while it was open: it should have %d bytes but has %d"
                .formatted(medium.name(), expectedSize, size),
            error)
        : new MediaErrorException(
            "%s cannot be read somewhere in its %d bytes".formatted(medium.name(), size), error);
  }
}
