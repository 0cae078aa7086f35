package dev.basalt.bridge;

import dev.basalt.object.Layout;
import dev.basalt.object.Layouts;
import dev.basalt.object.ObjectSpace;
import dev.basalt.object.PersistentObject;
import java.lang.invoke.MethodHandles;
import org.jspecify.annotations.Nullable;

/**
 * The static methods that stand in for {@code getfield} and {@code putfield} in rewritten code when
 * the object is a handle. Each takes the handle, its space and based pointer, and the field's
 * place. A primitive field is read by {@link ObjectSpace#word} and found in that word by a method
 * of this class: one call less between a program's loop and the memory, of which the compiler
 * inlines a limited number.
 *
 * <p>Inside a transaction of the object's pool an access is part of it; outside, a read sees the
 * latest committed state and a write is an update of its own. All throw what the transaction layer
 * throws: {@link dev.basalt.error.PoolClosedException}, {@link
 * dev.basalt.error.CorruptPoolException}, for writes also {@link
 * dev.basalt.error.ReadOnlyPoolException}, {@link dev.basalt.error.PoolFailedException} and {@link
 * dev.basalt.error.PoolFullException}. Safe for use by any number of threads.
 */
public final class Bridge {
  private Bridge() {}

  /**
   * The place of a field; the bootstrap method of the constants that rewritten accessors load.
   *
   * @param lookup looks from the class that declares the field
   * @param name the field's name
   * @param type {@code int.class}
   * @return bytes from the object's start
   */
  public static int fieldOffset(MethodHandles.Lookup lookup, String name, Class<?> type) {
    Layout layout = Layouts.of(lookup.lookupClass());
    return layout.offsetOf(name);
  }

  /** The bits of a field, moved to the low end of the word that holds it. */
  private static long bits(long word, int fieldOffset) {
    return word >>> ((fieldOffset & 7) << 3);
  }

  /**
   * The value of a {@code boolean} field.
   *
   * @param word the word that holds it
   * @param fieldOffset the field's place
   * @return the value
   */
  public static boolean toBoolean(long word, int fieldOffset) {
    return (bits(word, fieldOffset) & 1) != 0;
  }

  /**
   * Writes a {@code boolean} field.
   *
   * @param self the handle
   * @param space its space, as the caller has read it
   * @param object its based pointer, read after the space
   * @param fieldOffset the field's place
   * @param value the value
   */
  public static void putBoolean(
      PersistentObject self, ObjectSpace space, long object, int fieldOffset, boolean value) {
    space.putBits(self, object, fieldOffset, Byte.BYTES, value ? 1 : 0);
  }

  /**
   * The value of a {@code byte} field.
   *
   * @param word the word that holds it
   * @param fieldOffset the field's place
   * @return the value
   */
  public static byte toByte(long word, int fieldOffset) {
    return (byte) bits(word, fieldOffset);
  }

  /**
   * Writes a {@code byte} field.
   *
   * @param self the handle
   * @param space its space, as the caller has read it
   * @param object its based pointer, read after the space
   * @param fieldOffset the field's place
   * @param value the value
   */
  public static void putByte(
      PersistentObject self, ObjectSpace space, long object, int fieldOffset, byte value) {
    space.putBits(self, object, fieldOffset, Byte.BYTES, value);
  }

  /**
   * The value of a {@code char} field.
   *
   * @param word the word that holds it
   * @param fieldOffset the field's place
   * @return the value
   */
  public static char toChar(long word, int fieldOffset) {
    return (char) bits(word, fieldOffset);
  }

  /**
   * Writes a {@code char} field.
   *
   * @param self the handle
   * @param space its space, as the caller has read it
   * @param object its based pointer, read after the space
   * @param fieldOffset the field's place
   * @param value the value
   */
  public static void putChar(
      PersistentObject self, ObjectSpace space, long object, int fieldOffset, char value) {
    space.putBits(self, object, fieldOffset, Character.BYTES, value);
  }

  /**
   * The value of a {@code short} field.
   *
   * @param word the word that holds it
   * @param fieldOffset the field's place
   * @return the value
   */
  public static short toShort(long word, int fieldOffset) {
    return (short) bits(word, fieldOffset);
  }

  /**
   * Writes a {@code short} field.
   *
   * @param self the handle
   * @param space its space, as the caller has read it
   * @param object its based pointer, read after the space
   * @param fieldOffset the field's place
   * @param value the value
   */
  public static void putShort(
      PersistentObject self, ObjectSpace space, long object, int fieldOffset, short value) {
    space.putBits(self, object, fieldOffset, Short.BYTES, value);
  }

  /**
   * The value of a {@code int} field.
   *
   * @param word the word that holds it
   * @param fieldOffset the field's place
   * @return the value
   */
  public static int toInt(long word, int fieldOffset) {
    return (int) bits(word, fieldOffset);
  }

  /**
   * Writes a {@code int} field.
   *
   * @param self the handle
   * @param space its space, as the caller has read it
   * @param object its based pointer, read after the space
   * @param fieldOffset the field's place
   * @param value the value
   */
  public static void putInt(
      PersistentObject self, ObjectSpace space, long object, int fieldOffset, int value) {
    space.putBits(self, object, fieldOffset, Integer.BYTES, value);
  }

  /**
   * Writes a {@code long} field.
   *
   * @param self the handle
   * @param space its space, as the caller has read it
   * @param object its based pointer, read after the space
   * @param fieldOffset the field's place
   * @param value the value
   */
  public static void putLong(
      PersistentObject self, ObjectSpace space, long object, int fieldOffset, long value) {
    space.putBits(self, object, fieldOffset, Long.BYTES, value);
  }

  /**
   * The value of a {@code float} field.
   *
   * @param word the word that holds it
   * @param fieldOffset the field's place
   * @return the value
   */
  public static float toFloat(long word, int fieldOffset) {
    return Float.intBitsToFloat((int) bits(word, fieldOffset));
  }

  /**
   * Writes a {@code float} field.
   *
   * @param self the handle
   * @param space its space, as the caller has read it
   * @param object its based pointer, read after the space
   * @param fieldOffset the field's place
   * @param value the value
   */
  public static void putFloat(
      PersistentObject self, ObjectSpace space, long object, int fieldOffset, float value) {
    space.putBits(self, object, fieldOffset, Float.BYTES, Float.floatToRawIntBits(value));
  }

  /**
   * Writes a {@code double} field.
   *
   * @param self the handle
   * @param space its space, as the caller has read it
   * @param object its based pointer, read after the space
   * @param fieldOffset the field's place
   * @param value the value
   */
  public static void putDouble(
      PersistentObject self, ObjectSpace space, long object, int fieldOffset, double value) {
    space.putBits(self, object, fieldOffset, Double.BYTES, Double.doubleToRawLongBits(value));
  }

  /**
   * Reads a reference field.
   *
   * @param self the handle
   * @param space its space, as the caller has read it
   * @param object its based pointer, read after the space
   * @param fieldOffset the field's place
   * @return the value, or the handle of the object referred to
   */
  public static @Nullable Object getReference(
      PersistentObject self, ObjectSpace space, long object, int fieldOffset) {
    return space.getReference(self, object, fieldOffset);
  }

  /**
   * Writes a reference field; a plain object is stored with everything that it reaches.
   *
   * @param self the handle
   * @param space its space, as the caller has read it
   * @param object its based pointer, read after the space
   * @param fieldOffset the field's place
   * @param value the value, a handle, a plain object or {@code null}
   * @throws dev.basalt.error.UnsupportedTypeException if the value cannot be stored
   * @throws dev.basalt.error.NotEnhancedException if its class was not rewritten
   * @throws dev.basalt.error.CrossPoolReferenceException if it belongs to another pool
   */
  public static void putReference(
      PersistentObject self,
      ObjectSpace space,
      long object,
      int fieldOffset,
      @Nullable Object value) {
    space.putReference(self, object, fieldOffset, value);
  }

  /**
   * Calls a {@code @Transactional} method that has a result. The transaction is one of the
   * receiver's pool if it is a handle, else of the pool that the thread uses; it is the thread's
   * own if that is in one.
   *
   * @param receiver the object that the method is called on, or {@code null} if it is static
   * @param readOnly whether a view is enough
   * @param method what to call the method in messages
   * @param body what the method does
   * @return the body's result
   * @throws IllegalStateException if there is no pool to use
   */
  public static @Nullable Object transactional(
      @Nullable Object receiver, boolean readOnly, String method, TransactionalBody body) {
    return TransactionalCall.run(receiver, readOnly, method, body);
  }

  /**
   * Calls a {@code @Transactional} method without a result; otherwise as {@link
   * #transactional(Object, boolean, String, TransactionalBody)}.
   *
   * @param receiver the object that the method is called on, or {@code null} if it is static
   * @param readOnly whether a view is enough
   * @param method what to call the method in messages
   * @param action what the method does
   * @throws IllegalStateException if there is no pool to use
   */
  public static void transactional(
      @Nullable Object receiver, boolean readOnly, String method, TransactionalAction action) {
    Object _ =
        TransactionalCall.run(
            receiver,
            readOnly,
            method,
            () -> {
              action.run();
              return null;
            });
  }
}
