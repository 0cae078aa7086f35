package dev.basalt.object;

import dev.basalt.tx.Tx;

/** The value of a primitive field as bits, and as another primitive type that can hold it. */
final class FieldBits {
  private FieldBits() {}

  /** Reads a field; the bits of a small one are extended by its sign, if its type has one. */
  static long read(Tx tx, long object, Layout.Field field) {
    return read(tx, object, field.offset(), field.kind());
  }

  /** Reads a field, or an element of an array. */
  static long read(Tx tx, long object, int offset, FieldKind kind) {
    int inWord = offset & (Long.BYTES - 1);
    long word = tx.word(object, offset - inWord);
    return extend(kind, word >>> (inWord * Byte.SIZE));
  }

  private static long extend(FieldKind kind, long bits) {
    return switch (kind) {
      case LONG, DOUBLE, REFERENCE, WEAK, BACK -> bits;
      case INT, FLOAT -> (int) bits;
      case CHAR -> (char) bits;
      case SHORT -> (short) bits;
      case BYTE -> (byte) bits;
      case BOOLEAN -> bits & 1;
    };
  }

  /** Whether a field of one kind can take every value of another. */
  static boolean isWidening(FieldKind from, FieldKind to) {
    return from == to
        || switch (from) {
          case BYTE ->
              to == FieldKind.SHORT
                  || to == FieldKind.INT
                  || to == FieldKind.LONG
                  || isFloating(to);
          case SHORT, CHAR -> to == FieldKind.INT || to == FieldKind.LONG || isFloating(to);
          case INT -> to == FieldKind.LONG || isFloating(to);
          case LONG -> isFloating(to);
          case FLOAT -> to == FieldKind.DOUBLE;
          case DOUBLE, BOOLEAN, REFERENCE, WEAK, BACK -> false;
        };
  }

  private static boolean isFloating(FieldKind kind) {
    return kind == FieldKind.FLOAT || kind == FieldKind.DOUBLE;
  }

  /** Converts bits as Java's widening primitive conversions do. */
  static long widen(FieldKind from, FieldKind to, long bits) {
    if (from == to || !isFloating(to)) {
      return bits;
    }
    if (to == FieldKind.FLOAT) {
      return Float.floatToRawIntBits((float) bits);
    }
    double value = from == FieldKind.FLOAT ? Float.intBitsToFloat((int) bits) : (double) bits;
    return Double.doubleToRawLongBits(value);
  }

  /** The boxed value of bits. */
  static Object box(FieldKind kind, long bits) {
    return switch (kind) {
      case LONG -> bits;
      case DOUBLE -> Double.longBitsToDouble(bits);
      case INT -> (int) bits;
      case FLOAT -> Float.intBitsToFloat((int) bits);
      case CHAR -> (char) bits;
      case SHORT -> (short) bits;
      case BYTE -> (byte) bits;
      case BOOLEAN -> bits != 0;
      case REFERENCE, WEAK, BACK ->
          throw new IllegalArgumentException("a reference is no primitive");
    };
  }

  /** The bits of a boxed value. */
  static long unbox(Object value) {
    return switch (value) {
      case Double d -> Double.doubleToRawLongBits(d);
      case Float f -> Float.floatToRawIntBits(f);
      case Character c -> c;
      case Boolean b -> b ? 1 : 0;
      case Number n -> n.longValue();
      default -> throw new IllegalArgumentException(value.getClass() + " is no boxed primitive");
    };
  }
}
