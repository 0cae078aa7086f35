package dev.basalt.bridge;

import dev.basalt.object.PersistentObject;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/**
 * What rewritten code calls beside, or instead of, the JDK's reflection on fields. A stored field
 * of a handle is reached through its accessors; what can only reach the Java field is refused. Safe
 * for use by any number of threads.
 */
public final class Reflection {
  private Reflection() {}

  /**
   * Whether the value of an object's field is in a pool.
   *
   * @param field the field
   * @param object the object
   * @return whether the object is a handle and the field a stored one of its class
   */
  public static boolean isStored(Field field, @Nullable Object object) {
    return object instanceof PersistentObject handle
        && handle.$basalt$space() != null
        && FieldAccessors.of(field) != null;
  }

  /** The value in the pool, boxed if it is primitive. */
  private static @Nullable Object stored(Field field, @Nullable Object object) {
    FieldAccessors accessors = FieldAccessors.of(field);
    if (accessors == null) {
      throw new IllegalArgumentException(field + " is not stored");
    }
    return call(accessors.getter(), object);
  }

  /** Calls an accessor, which throws unchecked exceptions only. */
  private static @Nullable Object call(Method accessor, @Nullable Object... arguments) {
    try {
      return accessor.invoke(null, arguments);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(accessor + " should have been accessible", e);
    } catch (InvocationTargetException e) {
      switch (e.getCause()) {
        case RuntimeException exception -> throw exception;
        case Error error -> throw error;
        case null, default -> throw new IllegalStateException(e);
      }
    }
  }

  /** A stored number or character, to be widened. */
  private static Number number(Field field, @Nullable Object object) {
    Object value = stored(field, object);
    return value instanceof Character character ? (int) character : (Number) nonNull(field, value);
  }

  private static Object nonNull(Field field, @Nullable Object value) {
    if (value == null) {
      throw new IllegalArgumentException(field + " is not primitive");
    }
    return value;
  }

  /**
   * The value of a field.
   *
   * @param field the field
   * @param object the object
   * @param plain what the JDK read
   * @return the value in the pool if it is there, else the JDK's
   */
  public static @Nullable Object get(Field field, @Nullable Object object, @Nullable Object plain) {
    return isStored(field, object) ? stored(field, object) : plain;
  }

  /**
   * The value of a {@code boolean} field.
   *
   * @param field the field
   * @param object the object
   * @param plain what the JDK read
   * @return the value in the pool if it is there, else the JDK's
   */
  public static boolean getBoolean(Field field, @Nullable Object object, boolean plain) {
    return isStored(field, object) ? (Boolean) nonNull(field, stored(field, object)) : plain;
  }

  /**
   * The value of a {@code byte} field.
   *
   * @param field the field
   * @param object the object
   * @param plain what the JDK read
   * @return the value in the pool if it is there, else the JDK's
   */
  public static byte getByte(Field field, @Nullable Object object, byte plain) {
    return isStored(field, object) ? number(field, object).byteValue() : plain;
  }

  /**
   * The value of a {@code char} field.
   *
   * @param field the field
   * @param object the object
   * @param plain what the JDK read
   * @return the value in the pool if it is there, else the JDK's
   */
  public static char getChar(Field field, @Nullable Object object, char plain) {
    return isStored(field, object) ? (char) number(field, object).intValue() : plain;
  }

  /**
   * The value of a {@code short} field, or of one that can be widened to it.
   *
   * @param field the field
   * @param object the object
   * @param plain what the JDK read
   * @return the value in the pool if it is there, else the JDK's
   */
  public static short getShort(Field field, @Nullable Object object, short plain) {
    return isStored(field, object) ? number(field, object).shortValue() : plain;
  }

  /**
   * The value of an {@code int} field, or of one that can be widened to it.
   *
   * @param field the field
   * @param object the object
   * @param plain what the JDK read
   * @return the value in the pool if it is there, else the JDK's
   */
  public static int getInt(Field field, @Nullable Object object, int plain) {
    return isStored(field, object) ? number(field, object).intValue() : plain;
  }

  /**
   * The value of a {@code long} field, or of one that can be widened to it.
   *
   * @param field the field
   * @param object the object
   * @param plain what the JDK read
   * @return the value in the pool if it is there, else the JDK's
   */
  public static long getLong(Field field, @Nullable Object object, long plain) {
    return isStored(field, object) ? number(field, object).longValue() : plain;
  }

  /**
   * The value of a {@code float} field, or of one that can be widened to it.
   *
   * @param field the field
   * @param object the object
   * @param plain what the JDK read
   * @return the value in the pool if it is there, else the JDK's
   */
  public static float getFloat(Field field, @Nullable Object object, float plain) {
    return isStored(field, object) ? number(field, object).floatValue() : plain;
  }

  /**
   * The value of a {@code double} field, or of one that can be widened to it.
   *
   * @param field the field
   * @param object the object
   * @param plain what the JDK read
   * @return the value in the pool if it is there, else the JDK's
   */
  public static double getDouble(Field field, @Nullable Object object, double plain) {
    return isStored(field, object) ? number(field, object).doubleValue() : plain;
  }

  /**
   * Sets a stored field.
   *
   * @param field the field
   * @param object a handle
   * @param value the value, boxed if the field is primitive
   * @throws IllegalArgumentException if the value is of another type
   */
  public static void put(Field field, Object object, @Nullable Object value) {
    FieldAccessors accessors = FieldAccessors.of(field);
    if (accessors == null) {
      throw new IllegalArgumentException(field + " is not stored");
    }
    if (value == null && field.getType().isPrimitive()) {
      throw new IllegalArgumentException(field + " is primitive and cannot be null");
    }
    Object _ = call(accessors.setter(), object, value);
  }

  /**
   * Sets a stored primitive field.
   *
   * @param field the field
   * @param object a handle
   * @param value the value, boxed
   * @throws IllegalArgumentException if the field is of another type
   */
  public static void putPrimitive(Field field, Object object, Object value) {
    if (!field.getType().isPrimitive()) {
      throw new IllegalArgumentException(field + " is not primitive");
    }
    put(field, object, value);
  }

  /**
   * Finds the getter of a field; that of a stored field reads the pool.
   *
   * @param lookup looks it up
   * @param owner the class to look in
   * @param name the field's name
   * @param type its type
   * @return the getter
   * @throws NoSuchFieldException if there is no such field
   * @throws IllegalAccessException if the lookup may not see it
   */
  public static MethodHandle findGetter(
      MethodHandles.Lookup lookup, Class<?> owner, String name, Class<?> type)
      throws NoSuchFieldException, IllegalAccessException {
    FieldAccessors accessors = FieldAccessors.find(owner, name, type);
    return accessors == null
        ? lookup.findGetter(owner, name, type)
        : find(lookup, owner, accessors.getter()).asType(MethodType.methodType(type, owner));
  }

  /**
   * Finds the setter of a field; that of a stored field writes to the pool.
   *
   * @param lookup looks it up
   * @param owner the class to look in
   * @param name the field's name
   * @param type its type
   * @return the setter
   * @throws NoSuchFieldException if there is no such field
   * @throws IllegalAccessException if the lookup may not see it
   */
  public static MethodHandle findSetter(
      MethodHandles.Lookup lookup, Class<?> owner, String name, Class<?> type)
      throws NoSuchFieldException, IllegalAccessException {
    FieldAccessors accessors = FieldAccessors.find(owner, name, type);
    return accessors == null
        ? lookup.findSetter(owner, name, type)
        : find(lookup, owner, accessors.setter())
            .asType(MethodType.methodType(void.class, owner, type));
  }

  private static MethodHandle find(MethodHandles.Lookup lookup, Class<?> owner, Method accessor)
      throws IllegalAccessException {
    MethodType type = MethodType.methodType(accessor.getReturnType(), accessor.getParameterTypes());
    try {
      return lookup.findStatic(owner, accessor.getName(), type);
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException(accessor + " should have been found", e);
    }
  }

  /**
   * Makes a getter of a field; that of a stored field reads the pool.
   *
   * @param lookup makes it
   * @param field the field
   * @return the getter
   * @throws IllegalAccessException if the lookup may not see it
   */
  public static MethodHandle unreflectGetter(MethodHandles.Lookup lookup, Field field)
      throws IllegalAccessException {
    FieldAccessors accessors = FieldAccessors.of(field);
    return accessors == null
        ? lookup.unreflectGetter(field)
        : unreflect(lookup, field, accessors.getter());
  }

  /**
   * Makes a setter of a field; that of a stored field writes to the pool.
   *
   * @param lookup makes it
   * @param field the field
   * @return the setter
   * @throws IllegalAccessException if the lookup may not see it
   */
  public static MethodHandle unreflectSetter(MethodHandles.Lookup lookup, Field field)
      throws IllegalAccessException {
    FieldAccessors accessors = FieldAccessors.of(field);
    return accessors == null
        ? lookup.unreflectSetter(field)
        : unreflect(lookup, field, accessors.setter());
  }

  /** A field that was made accessible makes its accessor so; another is looked up as it is. */
  @SuppressWarnings("deprecation") // asks the field's flag, whoever asks
  private static MethodHandle unreflect(MethodHandles.Lookup lookup, Field field, Method accessor)
      throws IllegalAccessException {
    return field.isAccessible()
        ? lookup.unreflect(accessor)
        : find(lookup, field.getDeclaringClass(), accessor);
  }

  /**
   * Finds the variable handle of a field that is not stored.
   *
   * @param lookup looks it up
   * @param owner the class to look in
   * @param name the field's name
   * @param type its type
   * @return the variable handle
   * @throws NoSuchFieldException if there is no such field
   * @throws IllegalAccessException if the lookup may not see it
   * @throws UnsupportedOperationException if the field is stored
   */
  public static VarHandle findVarHandle(
      MethodHandles.Lookup lookup, Class<?> owner, String name, Class<?> type)
      throws NoSuchFieldException, IllegalAccessException {
    if (FieldAccessors.find(owner, name, type) != null) {
      throw refusal("a VarHandle", owner.getName() + "." + name);
    }
    return lookup.findVarHandle(owner, name, type);
  }

  /**
   * Makes the variable handle of a field that is not stored.
   *
   * @param lookup makes it
   * @param field the field
   * @return the variable handle
   * @throws IllegalAccessException if the lookup may not see it
   * @throws UnsupportedOperationException if the field is stored
   */
  public static VarHandle unreflectVarHandle(MethodHandles.Lookup lookup, Field field)
      throws IllegalAccessException {
    if (FieldAccessors.of(field) != null) {
      throw refusal("a VarHandle", readable(field));
    }
    return lookup.unreflectVarHandle(field);
  }

  /**
   * Refuses an atomic updater of a stored field.
   *
   * @param owner the class to look in
   * @param name the field's name
   * @throws UnsupportedOperationException if the field is stored
   */
  public static void refuseUpdater(Class<?> owner, String name) {
    if (FieldAccessors.find(owner, name, null) != null) {
      throw refusal("an atomic updater", owner.getName() + "." + name);
    }
  }

  /**
   * Refuses to say where a stored field lies in the Java object.
   *
   * @param field the field
   * @throws UnsupportedOperationException if the field is stored
   */
  public static void refuseOffset(Field field) {
    if (FieldAccessors.of(field) != null) {
      throw refusal("Unsafe", readable(field));
    }
  }

  private static String readable(Field field) {
    return field.getDeclaringClass().getName() + "." + field.getName();
  }

  private static UnsupportedOperationException refusal(String what, String field) {
    return new UnsupportedOperationException(
        "%s would reach the Java field %s, but its value is in the pool once the object is stored;"
                .formatted(what, field)
            + " use the field itself, Field.get and set, or Lookup.findGetter and findSetter, or"
            + " make it transient");
  }
}
