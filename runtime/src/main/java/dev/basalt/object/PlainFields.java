package dev.basalt.object;

import org.jspecify.annotations.Nullable;

/** Reads one field of an object's plain state. */
final class PlainFields implements FieldWriter {
  private final int wanted;
  private long bits;
  private @Nullable Object reference;

  private PlainFields(int wanted) {
    this.wanted = wanted;
  }

  static PlainFields read(PersistentObject object, int fieldOffset) {
    PlainFields fields = new PlainFields(fieldOffset);
    object.$basalt$store(fields);
    return fields;
  }

  long bits() {
    return bits;
  }

  @Nullable Object reference() {
    return reference;
  }

  private void put(int fieldOffset, long value) {
    if (fieldOffset == wanted) {
      bits = value;
    }
  }

  @Override
  public void putBoolean(int fieldOffset, boolean value) {
    put(fieldOffset, value ? 1 : 0);
  }

  @Override
  public void putByte(int fieldOffset, byte value) {
    put(fieldOffset, value);
  }

  @Override
  public void putChar(int fieldOffset, char value) {
    put(fieldOffset, value);
  }

  @Override
  public void putShort(int fieldOffset, short value) {
    put(fieldOffset, value);
  }

  @Override
  public void putInt(int fieldOffset, int value) {
    put(fieldOffset, value);
  }

  @Override
  public void putLong(int fieldOffset, long value) {
    put(fieldOffset, value);
  }

  @Override
  public void putFloat(int fieldOffset, float value) {
    put(fieldOffset, Float.floatToRawIntBits(value));
  }

  @Override
  public void putDouble(int fieldOffset, double value) {
    put(fieldOffset, Double.doubleToRawLongBits(value));
  }

  @Override
  public void putReference(int fieldOffset, @Nullable Object value) {
    if (fieldOffset == wanted) {
      reference = value;
    }
  }
}
