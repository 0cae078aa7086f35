package dev.basalt.object;

import dev.basalt.annotation.Persistent;
import dev.basalt.error.NotEnhancedException;
import dev.basalt.error.SchemaException;
import dev.basalt.error.UnsupportedTypeException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;

/** Plain instances of persistent classes, made without running the classes' own constructors. */
final class Prototypes {
  private Prototypes() {}

  static PersistentObject make(Class<?> type) {
    if (!PersistentObject.class.isAssignableFrom(type)) {
      throw notStorable(type);
    }
    try {
      Constructor<?> constructor =
          PersistentStructure.class.isAssignableFrom(type)
              ? type.getDeclaredConstructor()
              : type.getDeclaredConstructor(HandleMarker.class);
      constructor.setAccessible(true);
      Object[] arguments = new Object[constructor.getParameterCount()];
      return (PersistentObject) constructor.newInstance(arguments);
    } catch (NoSuchMethodException | InstantiationException | IllegalAccessException e) {
      throw new SchemaException(
          "%s cannot be made: it is abstract or not completely rewritten".formatted(type), e);
    } catch (InvocationTargetException e) {
      throw new SchemaException("%s cannot be made".formatted(type), e.getCause());
    }
  }

  /** Whether a class, or a superclass, has a method to be called for each handle. */
  static boolean setsUpHandles(Class<?> type) {
    try {
      return !type.getMethod("$basalt$onHandle").getDeclaringClass().equals(PersistentObject.class);
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException(e);
    }
  }

  static Layout layoutOf(PersistentObject object) {
    return object instanceof PersistentStructure structure
        ? structure.$basalt$layout()
        : Layouts.of(object.getClass());
  }

  /** Why objects of a class cannot be stored. */
  static RuntimeException notStorable(Class<?> type) {
    if (isAnnotated(type)) {
      return notEnhanced(type);
    }
    return new UnsupportedTypeException(
        type.getName()
            + " cannot be stored: annotate it with @Persistent, register a codec for it, or use one"
            + " of the value types (strings, boxed primitives, enums, records, arrays, java.time,"
            + " BigDecimal and the like) or a collection");
  }

  private static boolean isAnnotated(Class<?> type) {
    for (Class<?> at = type; at != null; at = at.getSuperclass()) {
      if (at.isAnnotationPresent(Persistent.class)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Checks that a class has been rewritten itself, and has not just inherited from one that was.
   */
  static void checkEnhanced(Class<?> type) {
    try {
      Constructor<?> _ = type.getDeclaredConstructor(HandleMarker.class);
    } catch (NoSuchMethodException e) {
      throw notEnhanced(type);
    }
  }

  private static NotEnhancedException notEnhanced(Class<?> type) {
    return new NotEnhancedException(
        type.getName()
            + " is @Persistent but was loaded without having been rewritten; start the program"
            + " with -javaagent:basalt-agent.jar, and load no persistent class before the agent, or"
            + " rewrite it at build time with the basalt-maven-plugin");
  }
}
