package dev.basalt.collections;

import dev.basalt.error.SchemaException;
import dev.basalt.object.ObjectSpace;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * A comparator without state, as it is stored: its class tells all that it does, and is made again
 * by its constructor without parameters.
 *
 * @param name the class's name
 */
record OrderClass(String name) {
  /** Why a class cannot be stored by its name; {@code null} if it can. */
  static @Nullable String obstacle(Class<?> type) {
    if (type.isHidden() || type.isAnonymousClass() || type.isLocalClass()) {
      return "it is a lambda, or a class that has no name";
    }
    for (Class<?> at = type; at != null; at = at.getSuperclass()) {
      for (Field field : at.getDeclaredFields()) {
        if (!Modifier.isStatic(field.getModifiers())) {
          return "it has the field " + field.getName();
        }
      }
    }
    return constructor(type) == null ? "it has no constructor without parameters to call" : null;
  }

  private static @Nullable Constructor<?> constructor(Class<?> type) {
    try {
      Constructor<?> found = type.getDeclaredConstructor();
      found.setAccessible(true);
      return Modifier.isAbstract(type.getModifiers()) ? null : found;
    } catch (NoSuchMethodException | InaccessibleObjectException e) {
      return null;
    }
  }

  /** Makes the comparator. */
  @SuppressWarnings("unchecked") // what it compares are keys
  Comparator<Object> make(ObjectSpace space) {
    Class<?> type = space.classNamed(name);
    Constructor<?> constructor = constructor(type);
    if (constructor == null || obstacle(type) != null || !Comparator.class.isAssignableFrom(type)) {
      throw new SchemaException(
          ("the pool holds a collection in the order of the class %s, which was a comparator"
                  + " without fields and with a constructor without parameters; it must stay one")
              .formatted(name));
    }
    try {
      return (Comparator<Object>) constructor.newInstance();
    } catch (ReflectiveOperationException e) {
      throw new SchemaException(
          "the comparator of class %s, the order of a collection, cannot be made: %s"
              .formatted(name, e.getCause() == null ? e : e.getCause()));
    }
  }
}
