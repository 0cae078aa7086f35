package dev.basalt.object;

import java.io.IOException;
import java.util.HexFormat;
import java.util.function.IntUnaryOperator;

/** Text as a line of a dump shows it: what cannot be seen, or would end the line, is escaped. */
final class Quoted {
  private static final HexFormat HEX = HexFormat.of();

  private Quoted() {}

  /** Writes characters between quotation marks, in the manner of Java's literals. */
  static void write(Appendable out, char quote, int length, IntUnaryOperator charAt)
      throws IOException {
    out.append(quote);
    for (int i = 0; i < length; i++) {
      char c = (char) charAt.applyAsInt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < length
          && Character.isLowSurrogate((char) charAt.applyAsInt(i + 1))) {
        out.append(c).append((char) charAt.applyAsInt(++i));
      } else if (c == quote || c == '\\') {
        out.append('\\').append(c);
      } else {
        escape(out, c);
      }
    }
    out.append(quote);
  }

  /** Writes a name, or another text that needs no quotation marks. */
  static void plain(Appendable out, String text) throws IOException {
    for (int i = 0; i < text.length(); i++) {
      escape(out, text.charAt(i));
    }
  }

  private static void escape(Appendable out, char c) throws IOException {
    switch (c) {
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      default -> {
        if (isVisible(c)) {
          out.append(c);
        } else {
          out.append("\\u").append(HEX.toHexDigits(c));
        }
      }
    }
  }

  private static boolean isVisible(char c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.UNASSIGNED ->
          false;
      default -> true;
    };
  }
}
