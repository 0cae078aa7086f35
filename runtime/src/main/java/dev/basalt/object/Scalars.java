package dev.basalt.object;

import dev.basalt.error.CorruptPoolException;
import dev.basalt.format.ClassIds;
import dev.basalt.format.NumberFormat;
import dev.basalt.format.SlotFormat;
import dev.basalt.tx.Update;

/** Boxed primitives in slots and, where 8 bytes do not suffice, in objects of their own. */
final class Scalars {
  private static final int TYPE_SHIFT = 4;
  private static final int LONG_SHIFT = 4;

  private static final int TYPE_BOOLEAN = 0;
  private static final int TYPE_BYTE = 1;
  private static final int TYPE_SHORT = 2;
  private static final int TYPE_CHARACTER = 3;
  private static final int TYPE_INTEGER = 4;
  private static final int TYPE_FLOAT = 5;

  private Scalars() {}

  /** The slot of a boxed value that needs no object; 0 if it needs one or is something else. */
  static long inSlot(Object value) {
    return switch (value) {
      case Integer i -> small(TYPE_INTEGER, i);
      case Long l when ((l << LONG_SHIFT) >> LONG_SHIFT) == l ->
          (l << LONG_SHIFT) | SlotFormat.LONG;
      case Boolean b -> small(TYPE_BOOLEAN, b ? 1 : 0);
      case Byte b -> small(TYPE_BYTE, b);
      case Short s -> small(TYPE_SHORT, s);
      case Character c -> small(TYPE_CHARACTER, c);
      case Float f -> small(TYPE_FLOAT, Float.floatToRawIntBits(f));
      default -> 0;
    };
  }

  private static long small(int type, int bits) {
    return ((long) bits << Integer.SIZE) | ((long) type << TYPE_SHIFT) | SlotFormat.SMALL;
  }

  /** The slot of any boxed value; 0 if it is something else. */
  static long encode(Update update, Object value) {
    return switch (value) {
      case Double d -> number(update, ClassIds.DOUBLE, Double.doubleToRawLongBits(d));
      case Long l when inSlot(l) == 0 -> number(update, ClassIds.LONG, l);
      default -> inSlot(value);
    };
  }

  private static long number(Update update, int classId, long bits) {
    return NewObject.create(update, classId, NumberFormat.SIZE)
        .putLong(NumberFormat.VALUE, bits)
        .offset();
  }

  /** Whether a slot that is tagged {@link SlotFormat#SMALL} holds an {@code Integer}. */
  static boolean isInteger(long slot) {
    return ((int) (slot >>> TYPE_SHIFT) & 0xF) == TYPE_INTEGER;
  }

  /** The value in a slot that is tagged {@link SlotFormat#SMALL} or {@link SlotFormat#LONG}. */
  static Object fromSlot(long slot) {
    if (SlotFormat.tag(slot) == SlotFormat.LONG) {
      return slot >> LONG_SHIFT;
    }
    int bits = (int) (slot >>> Integer.SIZE);
    int type = (int) (slot >>> TYPE_SHIFT) & 0xF;
    return switch (type) {
      case TYPE_BOOLEAN -> bits != 0;
      case TYPE_BYTE -> (byte) bits;
      case TYPE_SHORT -> (short) bits;
      case TYPE_CHARACTER -> (char) bits;
      case TYPE_INTEGER -> bits;
      case TYPE_FLOAT -> Float.intBitsToFloat(bits);
      default -> throw new CorruptPoolException("a slot holds a value of unknown type " + type);
    };
  }
}
