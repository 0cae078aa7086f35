package dev.basalt.bench;

import dev.basalt.annotation.Persistent;
import org.jspecify.annotations.Nullable;

/** A small object of two fields that refers to another. */
@Persistent
final class Link {
  private final long number;
  private @Nullable Link next;

  Link(long number, @Nullable Link next) {
    this.number = number;
    this.next = next;
  }

  long number() {
    return number;
  }

  @Nullable Link next() {
    return next;
  }

  void setNext(@Nullable Link newNext) {
    next = newNext;
  }
}
