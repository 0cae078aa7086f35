package dev.basalt.object;

import dev.basalt.format.BytesFormat;
import dev.basalt.format.ClassIds;
import dev.basalt.format.NumberFormat;
import dev.basalt.format.ObjectFormat;
import dev.basalt.format.SlotFormat;
import dev.basalt.tx.Tx;
import dev.basalt.tx.UncommittedObjectException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A key with which stored ones are compared in their natural order. No object is made of a stored
 * string of Latin-1 characters, a {@code UUID} or a {@code long}; strings are compared in words of
 * 8 characters. To be used in the transaction in which it was made.
 */
public final class NaturalOrder {
  private static final char LATIN1_MAX = 0xFF;

  private final ObjectSpace space;
  private final Tx tx;
  private final Object key;

  /** A Latin-1 key's characters, the first in the highest byte, filled up with 0; else empty. */
  private final long[] words;

  NaturalOrder(ObjectSpace space, Tx tx, Object key) {
    this.space = space;
    this.tx = tx;
    this.key = key;
    this.words = key instanceof String string ? words(string) : new long[0];
  }

  private static long[] words(String string) {
    long[] words = new long[Math.max(1, (string.length() + Long.BYTES - 1) / Long.BYTES)];
    for (int i = 0; i < string.length(); i++) {
      char c = string.charAt(i);
      if (c > LATIN1_MAX) {
        return new long[0];
      }
      words[i / Long.BYTES] |= (long) c << (Long.SIZE - Byte.SIZE - i % Long.BYTES * Byte.SIZE);
    }
    return words;
  }

  /**
   * Compares what a slot holds with the key.
   *
   * @param slot the slot
   * @return negative, 0 or positive, as what it holds is less, equal or greater
   * @throws ClassCastException if the two cannot be compared
   */
  public int compareStored(long slot) {
    try {
      return switch (key) {
        case String string when words.length > 0 -> compareString(slot, string);
        case UUID uuid when isOf(slot, ClassIds.VALUE) && ByteValues.isUuid(tx, slot) ->
            ByteValues.uuid(tx, slot).compareTo(uuid);
        case Long number when isOf(slot, ClassIds.LONG) ->
            Long.compare(tx.constantWord(slot, NumberFormat.VALUE), number);
        default -> compareObject(slot);
      };
    } catch (UncommittedObjectException e) {
      throw space.nothingAt(slot, e);
    }
  }

  private boolean isOf(long slot, int classId) {
    return SlotFormat.isPointer(slot) && classId(slot) == classId;
  }

  private int classId(long object) {
    return (int) tx.constantWord(object, ObjectFormat.CLASS_ID);
  }

  private int compareString(long slot, String string) {
    if (SlotFormat.tag(slot) == SlotFormat.STRING) {
      int order = Long.compareUnsigned(Strings.firstWord(slot), words[0]);
      return order != 0 ? order : Strings.length(slot) - string.length();
    }
    if (!isOf(slot, ClassIds.STRING_LATIN1)) {
      return compareObject(slot);
    }
    int length = (int) tx.constantWord(slot, BytesFormat.LENGTH);
    // Behind the last character a string is filled up with 0, which is less than any other.
    for (int i = 0; i < words.length && i * Long.BYTES < length; i++) {
      long word = Long.reverseBytes(tx.constantWord(slot, BytesFormat.DATA + i * Long.BYTES));
      if (word != words[i]) {
        return Long.compareUnsigned(word, words[i]);
      }
    }
    return Integer.compare(length, string.length());
  }

  @SuppressWarnings({"unchecked", "NullAway"}) // what is not comparable is refused by the cast
  private int compareObject(long slot) {
    @Nullable Object stored = space.value(slot);
    return ((Comparable<Object>) stored).compareTo(key);
  }
}
