package dev.basalt.object;

import org.jspecify.annotations.Nullable;

/**
 * Takes the plain field values of an object on its way into a pool; offsets count from its start.
 */
public interface FieldWriter {
  /**
   * Stores a {@code boolean} field.
   *
   * @param fieldOffset the field's offset in bytes from the object's start
   * @param value the value
   */
  void putBoolean(int fieldOffset, boolean value);

  /**
   * Stores a {@code byte} field.
   *
   * @param fieldOffset the field's offset in bytes from the object's start
   * @param value the value
   */
  void putByte(int fieldOffset, byte value);

  /**
   * Stores a {@code char} field.
   *
   * @param fieldOffset the field's offset in bytes from the object's start
   * @param value the value
   */
  void putChar(int fieldOffset, char value);

  /**
   * Stores a {@code short} field.
   *
   * @param fieldOffset the field's offset in bytes from the object's start
   * @param value the value
   */
  void putShort(int fieldOffset, short value);

  /**
   * Stores a {@code int} field.
   *
   * @param fieldOffset the field's offset in bytes from the object's start
   * @param value the value
   */
  void putInt(int fieldOffset, int value);

  /**
   * Stores a {@code long} field.
   *
   * @param fieldOffset the field's offset in bytes from the object's start
   * @param value the value
   */
  void putLong(int fieldOffset, long value);

  /**
   * Stores a {@code float} field.
   *
   * @param fieldOffset the field's offset in bytes from the object's start
   * @param value the value
   */
  void putFloat(int fieldOffset, float value);

  /**
   * Stores a {@code double} field.
   *
   * @param fieldOffset the field's offset in bytes from the object's start
   * @param value the value
   */
  void putDouble(int fieldOffset, double value);

  /**
   * Stores a reference field; a plain object that it leads to is stored as well.
   *
   * @param fieldOffset the field's offset in bytes from the object's start
   * @param value the value
   */
  void putReference(int fieldOffset, @Nullable Object value);
}
