package dev.basalt.samples.packages;

import java.util.Locale;

/** How important a package is for a system. */
enum Priority {
  REQUIRED(1),
  IMPORTANT(2),
  STANDARD(3),
  OPTIONAL(4),
  EXTRA(5),
  UNKNOWN(6);

  private static final Priority[] ALL = values();

  private final byte code;

  Priority(int code) {
    this.code = (byte) code;
  }

  /** What stands for this priority in a pool. */
  byte code() {
    return code;
  }

  /** Whether an ordinary installation of the system has such packages without being asked. */
  boolean isBase() {
    return this == REQUIRED || this == IMPORTANT || this == STANDARD;
  }

  static Priority of(byte code) {
    return ALL[code - 1];
  }

  static Priority ofName(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "required" -> REQUIRED;
      case "important" -> IMPORTANT;
      case "standard" -> STANDARD;
      case "optional" -> OPTIONAL;
      case "extra" -> EXTRA;
      default -> UNKNOWN;
    };
  }
}
