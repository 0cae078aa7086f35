package dev.basalt.samples.cargo;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** A reason to pay: a sealed hierarchy of values. */
sealed interface Charge {
  /** An amount of money. */
  record Money(BigDecimal amount, String currency) {
    static final Money NOTHING = new Money(BigDecimal.ZERO, "EUR");

    public Money {
      amount = amount.setScale(2, RoundingMode.HALF_EVEN);
    }

    Money plus(Money other) {
      return new Money(amount.add(other.amount), currency);
    }

    Money times(BigDecimal factor) {
      return new Money(amount.multiply(factor), currency);
    }
  }

  record Flat(String reason, Money money) implements Charge {}

  record ByWeight(Money perTon, Cargo of) implements Charge {}

  record Percentage(Charge base, int percent) implements Charge {}

  default Money money() {
    return switch (this) {
      case Flat(_, Money money) -> money;
      case ByWeight(Money perTon, Cargo of) -> perTon.times(of.tons());
      case Percentage(Charge base, int percent) ->
          base.money().times(BigDecimal.valueOf(percent, 2));
    };
  }
}
