package dev.basalt.object;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.basalt.error.CorruptPoolException;
import dev.basalt.format.ObjectFormat;
import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Shapes as text; {@link dev.basalt.format.TypeRecordFormat} says how. */
final class TypeText {
  private static final String NO_SUPERCLASS = "-";

  private static final String CLASS = "class";
  private static final String RECORD = "record";
  private static final String ENUM = "enum";
  private static final String ARRAY = "array";
  private static final String CODEC = "codec";

  private TypeText() {}

  static String write(Shape shape) {
    StringBuilder text = new StringBuilder();
    switch (shape) {
      case Shape.ClassShape(Layout layout) -> layout(text, CLASS, layout);
      case Shape.RecordShape(Layout layout) -> layout(text, RECORD, layout);
      case Shape.EnumShape(String name, List<String> constants) -> {
        line(text, ENUM, name);
        constants.forEach(constant -> line(text, constant));
      }
      case Shape.ArrayShape(String name) -> line(text, ARRAY, name);
      case Shape.CodecShape(String name, String codec, int version) ->
          line(text, CODEC, name, codec, Integer.toString(version));
    }
    return text.toString();
  }

  private static void layout(StringBuilder text, String kind, Layout layout) {
    String superName = layout.superName();
    line(
        text,
        kind,
        layout.name(),
        Integer.toString(layout.size()),
        superName == null ? NO_SUPERCLASS : superName);
    for (Layout.Field field : layout.fields()) {
      line(
          text,
          Integer.toString(field.offset()),
          field.kind().toString(),
          field.name(),
          field.type(),
          field.declaringClass());
    }
  }

  private static void line(StringBuilder text, String... words) {
    for (int i = 0; i < words.length; i++) {
      text.append(i == 0 ? "" : " ").append(escape(words[i]));
    }
    text.append('\n');
  }

  private static String escape(String word) {
    StringBuilder escaped = new StringBuilder();
    word.codePoints()
        .forEach(
            c -> {
              if (c == '%' || Character.isWhitespace(c)) {
                for (byte b : Character.toString(c).getBytes(UTF_8)) {
                  escaped.append('%').append("%02X".formatted(b & 0xFF));
                }
              } else {
                escaped.appendCodePoint(c);
              }
            });
    return escaped.toString();
  }

  private static String unescape(String word) {
    return word.indexOf('%') < 0 ? word : URLDecoder.decode(word.replace("+", "%2B"), UTF_8);
  }

  static Shape read(String pool, String text) {
    try {
      List<String[]> lines = new ArrayList<>();
      for (String line : text.split("\n")) {
        lines.add(Arrays.stream(line.split(" ")).map(TypeText::unescape).toArray(String[]::new));
      }
      String[] head = lines.getFirst();
      List<String[]> rest = lines.subList(1, lines.size());
      return switch (head[0]) {
        case CLASS -> new Shape.ClassShape(readLayout(head, rest));
        case RECORD -> new Shape.RecordShape(readLayout(head, rest));
        case ENUM -> new Shape.EnumShape(head[1], rest.stream().map(line -> line[0]).toList());
        case ARRAY -> new Shape.ArrayShape(head[1]);
        case CODEC -> new Shape.CodecShape(head[1], head[2], Integer.parseInt(head[3]));
        default -> throw new IllegalArgumentException("no kind of type: " + head[0]);
      };
    } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
      throw new CorruptPoolException(
          pool + ": a type record cannot be understood: " + text.replace('\n', '|'), e);
    }
  }

  private static Layout readLayout(String[] head, List<String[]> lines) {
    List<Layout.Field> fields = new ArrayList<>();
    for (String[] words : lines) {
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
            head[1],
            head[3].equals(NO_SUPERCLASS) ? null : head[3],
            List.copyOf(fields),
            Integer.parseInt(head[2]));
    if (!isSound(layout)) {
      throw new IllegalArgumentException("fields that are not aligned or lie outside the object");
    }
    return layout;
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
