package dev.basalt.bridge;

import dev.basalt.object.PersistentObject;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The accessors that the agent has added for a stored field.
 *
 * @param getter the static method that reads it
 * @param setter the static method that writes it
 */
record FieldAccessors(Method getter, Method setter) {
  private static final String GETTER = "$basalt$get$";
  private static final String SETTER = "$basalt$set$";

  /** Those of a class's own fields, by the fields' names. */
  private static final ClassValue<Map<String, FieldAccessors>> OF_CLASS =
      new ClassValue<>() {
        @Override
        protected Map<String, FieldAccessors> computeValue(Class<?> type) {
          return PersistentObject.class.isAssignableFrom(type) ? read(type) : Map.of();
        }
      };

  private static Map<String, FieldAccessors> read(Class<?> type) {
    Map<String, FieldAccessors> found = new HashMap<>();
    for (Field field : type.getDeclaredFields()) {
      Method getter = method(type, GETTER + field.getName(), type);
      Method setter = method(type, SETTER + field.getName(), type, field.getType());
      if (getter != null && setter != null) {
        found.put(field.getName(), new FieldAccessors(getter, setter));
      }
    }
    return Map.copyOf(found);
  }

  private static @Nullable Method method(Class<?> type, String name, Class<?>... parameters) {
    try {
      Method method = type.getDeclaredMethod(name, parameters);
      method.setAccessible(true);
      return method;
    } catch (NoSuchMethodException e) {
      return null;
    }
  }

  /** The accessors of a field, or null if it is not stored. */
  static @Nullable FieldAccessors of(Field field) {
    return Modifier.isStatic(field.getModifiers())
        ? null
        : OF_CLASS.get(field.getDeclaringClass()).get(field.getName());
  }

  /** The accessors of what a class calls by a name, or null if that is not a stored field. */
  static @Nullable FieldAccessors find(Class<?> owner, String name, @Nullable Class<?> type) {
    for (Class<?> at = owner; at != null; at = at.getSuperclass()) {
      for (Field field : at.getDeclaredFields()) {
        if (field.getName().equals(name) && (type == null || field.getType().equals(type))) {
          return of(field);
        }
      }
    }
    return null;
  }
}
