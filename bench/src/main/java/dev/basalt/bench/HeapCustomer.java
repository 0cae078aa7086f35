package dev.basalt.bench;

/** The same as {@link Customer} on the heap. */
final class HeapCustomer {
  private final long number;
  private int visits;
  private final String text;

  HeapCustomer(int number) {
    this.number = number;
    this.text = Customers.text(number);
  }

  long number() {
    return number;
  }

  void visit() {
    visits++;
  }

  int visits() {
    return visits;
  }

  String text() {
    return text;
  }
}
