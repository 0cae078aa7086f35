package dev.basalt.samples.packages;

/**
 * The input cannot be read or is not what it should be. The message names the file and the line.
 */
final class InputException extends DemoException {
  private static final long serialVersionUID = 1L;

  InputException(String message) {
    super(message);
  }

  InputException(String message, Throwable cause) {
    super(message, cause);
  }
}
