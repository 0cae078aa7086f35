package dev.basalt.bench;

import dev.basalt.annotation.Persistent;

/** A persistent object of two fields. */
@Persistent
final class Counter {
  private long count;
  private int steps;

  long count() {
    return count;
  }

  void step() {
    count += 3;
    steps++;
  }

  int steps() {
    return steps;
  }
}
