package dev.basalt.bridge;

import java.lang.invoke.CallSite;
import java.lang.invoke.ConstantCallSite;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * Links the field accesses of code that was rewritten when nobody could know yet whether the field
 * is a stored one, because its class is not to be found before it is loaded. At the first access it
 * is. Safe for use by any number of threads.
 */
public final class LateFields {
  private LateFields() {}

  /**
   * Links a read.
   *
   * @param lookup of the class that reads
   * @param name the field's name
   * @param type from the class that the instruction names to the field's type
   * @return a read of the pool or of the Java field, as for any rewritten code
   */
  public static CallSite get(MethodHandles.Lookup lookup, String name, MethodType type) {
    try {
      return new ConstantCallSite(
          Reflection.findGetter(lookup, type.parameterType(0), name, type.returnType())
              .asType(type));
    } catch (ReflectiveOperationException e) {
      throw asOfTheInstruction(e);
    }
  }

  /**
   * Links a write.
   *
   * @param lookup of the class that writes
   * @param name the field's name
   * @param type from the class that the instruction names and the field's type to {@code void}
   * @return a write to the pool or to the Java field, as for any rewritten code
   */
  public static CallSite set(MethodHandles.Lookup lookup, String name, MethodType type) {
    try {
      return new ConstantCallSite(
          Reflection.findSetter(lookup, type.parameterType(0), name, type.parameterType(1))
              .asType(type));
    } catch (ReflectiveOperationException e) {
      throw asOfTheInstruction(e);
    }
  }

  /** What the field instruction would have thrown. */
  private static LinkageError asOfTheInstruction(ReflectiveOperationException e) {
    LinkageError error =
        e instanceof IllegalAccessException
            ? new IllegalAccessError(e.getMessage())
            : new NoSuchFieldError(e.getMessage());
    error.initCause(e);
    return error;
  }
}
