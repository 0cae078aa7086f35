package dev.basalt.samples.packages;

import java.util.Locale;

/** Numbers as people read them. */
final class Text {
  private static final String[] BINARY_UNITS = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

  private Text() {}

  /** A number with separators of thousands. */
  static String number(long n) {
    return String.format(Locale.ROOT, "%,d", n);
  }

  /** A number with the thing that is counted. */
  static String count(long n, String one, String many) {
    return number(n) + " " + (n == 1 ? one : many);
  }

  /** A size in the unit that fits. */
  static String bytes(long bytes) {
    double size = bytes;
    int unit = 0;
    while (size >= 1024 && unit < BINARY_UNITS.length - 1) {
      size /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", size, BINARY_UNITS[unit]);
  }

  /** A time in milliseconds, from ten seconds on in seconds. */
  static String nanos(long nanos) {
    return nanos >= 10_000_000_000L
        ? String.format(Locale.ROOT, "%.1f s", nanos / 1e9)
        : String.format(Locale.ROOT, "%.1f ms", nanos / 1e6);
  }

  /** The beginning of a text. */
  static String shorten(String text, int lengthMax) {
    return text.length() <= lengthMax ? text : text.substring(0, lengthMax - 3) + "...";
  }
}
