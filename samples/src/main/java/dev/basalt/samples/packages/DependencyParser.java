package dev.basalt.samples.packages;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Parses the value of a field such as {@code Depends}: clauses separated by commas, each with
 * alternatives separated by bars, each a package's name with an optional architecture qualifier
 * ({@code :any}), version ({@code (>= 1.2)}), list of architectures ({@code [amd64 !i386]}) and
 * build profiles ({@code <!nocheck>}, which mean nothing for a package that is built and are
 * skipped).
 */
final class DependencyParser {
  /**
   * One package that can satisfy a clause.
   *
   * @param name the name, with its qualifier unless that is {@code any}
   * @param anyArchitecture whether a package of any architecture will do
   * @param operator how the version is limited
   * @param version the limit, or {@code null} if any version will do
   * @param architectures where this alternative counts; empty means everywhere
   */
  record Alternative(
      String name,
      boolean anyArchitecture,
      Operator operator,
      @Nullable String version,
      List<String> architectures) {

    /** Whether this alternative counts for a package of an architecture. */
    boolean appliesTo(String architecture) {
      if (architectures.isEmpty() || architecture.equals("all")) {
        return true;
      }
      boolean negative = architectures.getFirst().startsWith("!");
      return negative != architectures.contains((negative ? "!" : "") + architecture);
    }
  }

  private final String text;
  private int position;

  private DependencyParser(String text) {
    this.text = text;
  }

  /**
   * Parses a field.
   *
   * @param text the field's value
   * @return the clauses, each a list of alternatives
   * @throws IllegalArgumentException if the text is not in the format; the message says where and
   *     why
   */
  static List<List<Alternative>> parse(String text) {
    return new DependencyParser(text).clauses();
  }

  private List<List<Alternative>> clauses() {
    List<List<Alternative>> clauses = new ArrayList<>();
    skipSpace();
    while (position < text.length()) {
      if (!take(',')) { // empty clauses and a comma at the end are common
        clauses.add(clause());
      }
      skipSpace();
    }
    return clauses;
  }

  private List<Alternative> clause() {
    List<Alternative> alternatives = new ArrayList<>();
    do {
      alternatives.add(alternative());
      skipSpace();
    } while (take('|'));
    if (position < text.length() && !take(',')) {
      throw error("',' or '|' expected");
    }
    return List.copyOf(alternatives);
  }

  private Alternative alternative() {
    skipSpace();
    String name = word("package name");
    boolean anyArchitecture = false;
    if (take(':')) {
      String qualifier = word("architecture");
      anyArchitecture = qualifier.equals("any");
      if (!anyArchitecture) {
        name += ":" + qualifier;
      }
    }
    skipSpace();
    Operator operator = Operator.ANY;
    String version = null;
    if (take('(')) {
      operator = operator();
      skipSpace();
      version = until(')', "version");
      skipSpace();
    }
    List<String> architectures = take('[') ? words(until(']', "architecture")) : List.of();
    skipSpace();
    while (take('<')) {
      until('>', "build profile");
      skipSpace();
    }
    return new Alternative(name, anyArchitecture, operator, version, architectures);
  }

  private Operator operator() {
    skipSpace();
    int start = position;
    while (position < text.length() && "<=>".indexOf(text.charAt(position)) >= 0) {
      position++;
    }
    Operator operator = Operator.ofSymbol(text.substring(start, position));
    if (operator == null) {
      position = start;
      throw error("one of << <= = >= >> expected");
    }
    return operator;
  }

  private String word(String what) {
    int start = position;
    while (position < text.length() && isWord(text.charAt(position))) {
      position++;
    }
    if (position == start) {
      throw error(what + " expected");
    }
    return text.substring(start, position);
  }

  private static boolean isWord(char c) {
    return c > ' ' && c < 0x7F && ",|:()[]<>".indexOf(c) < 0;
  }

  private String until(char end, String what) {
    int stop = text.indexOf(end, position);
    if (stop < 0) {
      throw error("'" + end + "' is missing");
    }
    String found = text.substring(position, stop).strip();
    if (found.isEmpty()) {
      throw error(what + " expected");
    }
    position = stop + 1;
    return found;
  }

  private static List<String> words(String found) {
    return List.of(found.split("\\s+", -1));
  }

  private boolean take(char c) {
    if (position < text.length() && text.charAt(position) == c) {
      position++;
      return true;
    }
    return false;
  }

  private void skipSpace() {
    while (position < text.length() && Character.isWhitespace(text.charAt(position))) {
      position++;
    }
  }

  private IllegalArgumentException error(String expected) {
    int end = Math.min(text.length(), position + 20);
    return new IllegalArgumentException(
        position == text.length()
            ? expected + " at the end of the field"
            : "%s at column %d, before '%s'"
                .formatted(expected, position + 1, text.substring(position, end).strip()));
  }
}
