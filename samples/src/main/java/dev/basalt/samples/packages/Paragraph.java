package dev.basalt.samples.packages;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One paragraph of a control file: the fields that describe one package. */
final class Paragraph {
  private record Field(int line, String value) {}

  private final String source;
  private final int line;
  private final Map<String, Field> fields = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

  /**
   * Starts a paragraph without fields.
   *
   * @param source the file, for messages
   * @param line the number of its first line
   */
  Paragraph(String source, int line) {
    this.source = source;
    this.line = line;
  }

  /** Adds a field. Refuses one that is there already: which of the two would count? */
  void add(int fieldLine, String name, String value) {
    Field earlier = fields.putIfAbsent(name, new Field(fieldLine, value));
    if (earlier != null) {
      throw new InputException(
          "%s: line %d: the field %s is there already in line %d"
              .formatted(source, fieldLine, name, earlier.line));
    }
  }

  /**
   * The value of a field, its lines joined by newlines.
   *
   * @param name the field's name; case does not matter
   * @return the value, or {@code null} if there is no such field
   */
  @Nullable String get(String name) {
    Field field = fields.get(name);
    return field == null ? null : field.value;
  }

  /** The value of a field, or another one if there is no such field or it is empty. */
  String get(String name, String otherwise) {
    String value = get(name);
    return value == null || value.isEmpty() ? otherwise : value;
  }

  /** The value of a field that has to be there. */
  String require(String name) {
    String value = get(name);
    if (value == null || value.isEmpty()) {
      throw new InputException(
          "%s: line %d: this paragraph has no field %s".formatted(source, line, name));
    }
    return value;
  }

  /** An exception about the value of a field. */
  InputException error(String name, String what) {
    Field field = fields.get(name);
    return new InputException(
        "%s: line %d: %s: %s".formatted(source, field == null ? line : field.line, name, what));
  }
}
