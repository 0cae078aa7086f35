package dev.basalt.object;

import dev.basalt.annotation.Weak;
import dev.basalt.error.UnsupportedTypeException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The layouts of rewritten classes, from their declared fields. */
public final class Layouts {
  /** Names of what the agent adds begin with this. */
  static final String ADDED_PREFIX = "$basalt$";

  private static final ClassValue<Layout> LAYOUTS =
      new ClassValue<>() {
        @Override
        protected Layout computeValue(Class<?> type) {
          Prototypes.checkEnhanced(type);
          return Layout.of(type.getName(), ofSuperclass(type), declared(type));
        }
      };

  private Layouts() {}

  /**
   * The layout of a rewritten class.
   *
   * @param type the class
   * @return its layout
   */
  public static Layout of(Class<?> type) {
    return LAYOUTS.get(type);
  }

  private static @Nullable Layout ofSuperclass(Class<?> type) {
    Class<?> superclass = type.getSuperclass();
    return superclass != null && PersistentObject.class.isAssignableFrom(superclass)
        ? of(superclass)
        : null;
  }

  private static List<Layout.Declaration> declared(Class<?> type) {
    List<Layout.Declaration> declared = new ArrayList<>();
    for (Field field : type.getDeclaredFields()) {
      if (!Modifier.isStatic(field.getModifiers())
          && !Modifier.isTransient(field.getModifiers())
          && !field.getName().startsWith(ADDED_PREFIX)) {
        declared.add(
            field.isAnnotationPresent(Weak.class)
                ? weak(type, field)
                : declaration(field.getName(), field.getType()));
      }
    }
    return declared;
  }

  private static Layout.Declaration weak(Class<?> type, Field field) {
    if (FieldKind.of(field.getType()) != FieldKind.REFERENCE) {
      throw new UnsupportedTypeException(
          "%s.%s is @Weak, but a %s refers to no object"
              .formatted(type.getName(), field.getName(), field.getType().getName()));
    }
    return new Layout.Declaration(field.getName(), FieldKind.WEAK, field.getType().getName());
  }

  static Layout.Declaration declaration(String name, Class<?> type) {
    return new Layout.Declaration(name, FieldKind.of(type), type.getName());
  }
}
