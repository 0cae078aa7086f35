package dev.basalt.bench;

import dev.basalt.annotation.Persistent;

/** A value of {@link MapRates} in a pool. */
@Persistent
final class Customer {
  private final long number;
  private int visits;
  private final String text;

  Customer(int number) {
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
