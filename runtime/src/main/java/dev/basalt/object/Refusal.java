package dev.basalt.object;

import dev.basalt.error.CrossPoolReferenceException;
import dev.basalt.error.NotEnhancedException;
import dev.basalt.error.UnsupportedTypeException;

/** Says of a value that was refused where it was to go: class and field, or element. */
final class Refusal {
  private Refusal() {}

  /** The same refusal with the place in front of its message; other exceptions as they are. */
  static RuntimeException in(String place, RuntimeException refusal) {
    String message = place + ": " + refusal.getMessage();
    return switch (refusal) {
      case UnsupportedTypeException e -> new UnsupportedTypeException(message, e);
      case NotEnhancedException e -> new NotEnhancedException(message, e);
      case CrossPoolReferenceException e -> new CrossPoolReferenceException(message, e);
      default -> refusal;
    };
  }
}
