package dev.basalt.samples.packages;

/** The demo cannot do what it was asked to do. The message says why and what to do about it. */
public class DemoException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DemoException(String message) {
    super(message);
  }

  DemoException(String message, Throwable cause) {
    super(message, cause);
  }
}
