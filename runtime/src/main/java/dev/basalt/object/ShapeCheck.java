package dev.basalt.object;

import dev.basalt.error.SchemaException;
import java.util.ArrayList;
import java.util.List;

/** Compares a class with the shape in which the pool has stored its objects. */
final class ShapeCheck {
  private ShapeCheck() {}

  static void check(Layout stored, Layout now) {
    if (stored.equals(now)) {
      return;
    }
    List<String> differences = new ArrayList<>();
    for (Layout.Field field : stored.fields()) {
      if (!now.fields().contains(field)) {
        differences.add("stored: " + describe(field));
      }
    }
    for (Layout.Field field : now.fields()) {
      if (!stored.fields().contains(field)) {
        differences.add("class: " + describe(field));
      }
    }
    if (differences.isEmpty()) {
      differences.add(
          "stored superclass: %s, class: %s".formatted(stored.superName(), now.superName()));
    }
    throw new SchemaException(
        "%s has changed since its objects were stored: %s"
            .formatted(now.name(), String.join("; ", differences)));
  }

  private static String describe(Layout.Field field) {
    return "%s %s at %d".formatted(field.type(), field.name(), field.offset());
  }
}
