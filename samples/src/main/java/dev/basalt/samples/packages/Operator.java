package dev.basalt.samples.packages;

import org.jspecify.annotations.Nullable;

/** How a relation limits the version of its target. */
enum Operator {
  ANY(0, ""),
  EARLIER(1, "<<"),
  EARLIER_OR_EQUAL(2, "<="),
  EQUAL(3, "="),
  LATER_OR_EQUAL(4, ">="),
  LATER(5, ">>");

  private static final Operator[] ALL = values();

  private final byte code;
  private final String symbol;

  Operator(int code, String symbol) {
    this.code = (byte) code;
    this.symbol = symbol;
  }

  /** What stands for this operator in a pool. */
  byte code() {
    return code;
  }

  String symbol() {
    return symbol;
  }

  static Operator of(byte code) {
    return ALL[code];
  }

  /** The operator that is written this way, or {@code null}. */
  static @Nullable Operator ofSymbol(String symbol) {
    return switch (symbol) {
      case "<<" -> EARLIER;
      case "<=", "<" -> EARLIER_OR_EQUAL; // the single signs are obsolete and mean this
      case "=" -> EQUAL;
      case ">=", ">" -> LATER_OR_EQUAL;
      case ">>" -> LATER;
      default -> null;
    };
  }
}
