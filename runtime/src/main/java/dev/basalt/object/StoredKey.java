package dev.basalt.object;

import dev.basalt.format.BytesFormat;
import dev.basalt.format.ClassIds;
import dev.basalt.format.NumberFormat;
import dev.basalt.format.ObjectFormat;
import dev.basalt.format.SlotFormat;
import dev.basalt.format.ValueFormat;
import dev.basalt.tx.Tx;

/** The bytes of a key that is stored, read as they are asked for. */
record StoredKey(Tx tx, long slot, int kind) implements KeyBytes {
  /** Reads what a slot holds. */
  static StoredKey of(Tx tx, long slot) {
    return new StoredKey(tx, slot, kind(tx, slot));
  }

  static int kind(Tx tx, long slot) {
    return switch (SlotFormat.tag(slot)) {
      case SlotFormat.POINTER -> slot == 0 ? NONE : kindOfObject(tx, slot);
      case SlotFormat.STRING -> LATIN1;
      case SlotFormat.SMALL -> Scalars.isInteger(slot) ? INTEGER : NONE;
      case SlotFormat.LONG -> LONG;
      case SlotFormat.DIRECT -> DirectValues.isLocalDate(slot) ? LOCAL_DATE : NONE;
      default -> NONE;
    };
  }

  private static int kindOfObject(Tx tx, long object) {
    return switch ((int) tx.constantWord(object, ObjectFormat.CLASS_ID)) {
      case ClassIds.STRING_LATIN1 -> LATIN1;
      case ClassIds.LONG -> LONG;
      case ClassIds.DOUBLE -> DOUBLE;
      case ClassIds.VALUE ->
          switch ((int) tx.constantWord(object, ValueFormat.KIND)) {
            case ValueFormat.UUID -> UUID;
            case ValueFormat.INSTANT -> INSTANT;
            default -> NONE;
          };
      default -> NONE;
    };
  }

  @Override
  public int length() {
    return switch (kind) {
      case NONE -> 0;
      case LATIN1 ->
          SlotFormat.isPointer(slot)
              ? (int) tx.constantWord(slot, BytesFormat.LENGTH)
              : Strings.length(slot);
      case UUID -> 2 * Long.BYTES;
      case INSTANT -> Long.BYTES + Integer.BYTES;
      default -> Long.BYTES;
    };
  }

  @Override
  public long word(int at) {
    return switch (kind) {
      case LATIN1 ->
          SlotFormat.isPointer(slot) ? characters(at) : part(Strings.firstWord(slot), 0, at);
      case UUID -> part(signed(data(0)), signed(data(Long.BYTES)), at);
      case LONG, INTEGER -> part(signed(number()), 0, at);
      case DOUBLE -> part(ofDouble(Double.longBitsToDouble(number())), 0, at);
      case LOCAL_DATE -> part(signed(DirectValues.epochDay(slot)), 0, at);
      case INSTANT -> part(signed(data(0)), data(Long.BYTES) << Integer.SIZE, at);
      default -> 0;
    };
  }

  /** Behind the last character a string is filled up with 0 to a whole word. */
  private long characters(int at) {
    int length = length();
    if (at >= length) {
      return 0;
    }
    int whole = at & -Long.BYTES;
    long next = whole + Long.BYTES < length && whole != at ? wordOfString(whole + Long.BYTES) : 0;
    return part(wordOfString(whole), next, at - whole);
  }

  private long wordOfString(int at) {
    return Long.reverseBytes(tx.constantWord(slot, BytesFormat.DATA + at));
  }

  private long data(int at) {
    return tx.constantWord(slot, ValueFormat.DATA + at);
  }

  private long number() {
    return SlotFormat.isPointer(slot)
        ? tx.constantWord(slot, NumberFormat.VALUE)
        : ((Number) Scalars.fromSlot(slot)).longValue();
  }

  static long signed(long value) {
    return value ^ Long.MIN_VALUE;
  }

  /** The order of {@link Double#compareTo}, to which every NaN is the same. */
  static long ofDouble(double value) {
    long bits = Double.doubleToLongBits(value);
    return bits < 0 ? ~bits : bits ^ Long.MIN_VALUE;
  }

  /** Eight of sixteen bytes. */
  static long part(long high, long low, int at) {
    int shift = at * Byte.SIZE;
    if (at == 0) {
      return high;
    } else if (at < Long.BYTES) {
      return high << shift | low >>> (Long.SIZE - shift);
    }
    return at < 2 * Long.BYTES ? low << (shift - Long.SIZE) : 0;
  }
}
