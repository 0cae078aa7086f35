package dev.basalt.object;

import dev.basalt.error.CorruptPoolException;
import dev.basalt.format.ObjectFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A layout as text, as type records hold it. First line: {@code name size superclass}, {@code -}
 * for none; then a line {@code offset kind name type declaringClass} per field.
 */
final class LayoutText {
  private static final String NO_SUPERCLASS = "-";

  private LayoutText() {}

  static String write(Layout layout) {
    StringBuilder text = new StringBuilder();
    String superName = layout.superName();
    text.append(layout.name())
        .append(' ')
        .append(layout.size())
        .append(' ')
        .append(superName == null ? NO_SUPERCLASS : superName)
        .append('\n');
    for (Layout.Field field : layout.fields()) {
      text.append(field.offset())
          .append(' ')
          .append(field.kind())
          .append(' ')
          .append(field.name())
          .append(' ')
          .append(field.type())
          .append(' ')
          .append(field.declaringClass())
          .append('\n');
    }
    return text.toString();
  }

  static Layout read(String pool, String text) {
    try {
      String[] lines = text.split("\n");
      String[] head = lines[0].split(" ");
      List<Layout.Field> fields = new ArrayList<>();
      for (int i = 1; i < lines.length; i++) {
        String[] words = lines[i].split(" ");
        fields.add(
            new Layout.Field(
                words[2],
                FieldKind.valueOf(words[1].toUpperCase(Locale.ROOT)),
                words[3],
                Integer.parseInt(words[0]),
                words[4]));
      }
      Layout layout =
          new Layout(
              head[0],
              head[2].equals(NO_SUPERCLASS) ? null : head[2],
              List.copyOf(fields),
              Integer.parseInt(head[1]));
      if (!isSound(layout)) {
        throw new IllegalArgumentException("fields that are not aligned or lie outside the object");
      }
      return layout;
    } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
      throw new CorruptPoolException(
          pool + ": a type record cannot be understood: " + text.replace('\n', '|'), e);
    }
  }

  private static boolean isSound(Layout layout) {
    return layout.size() >= ObjectFormat.SIZE
        && layout.size() % Long.BYTES == 0
        && layout.fields().stream()
            .allMatch(
                field ->
                    field.offset() >= ObjectFormat.SIZE
                        && field.offset() % field.kind().bytes() == 0
                        && field.offset() <= layout.size() - field.kind().bytes());
  }
}
