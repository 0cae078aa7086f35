package dev.basalt.bench;

/** The same as {@link Counter} on the heap. */
final class HeapCounter {
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
