package dev.basalt.object;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.basalt.error.CorruptPoolException;
import dev.basalt.error.UnsupportedTypeException;
import dev.basalt.format.BytesFormat;
import dev.basalt.format.ClassIds;
import dev.basalt.format.SlotFormat;
import dev.basalt.tx.Tx;
import dev.basalt.tx.Update;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * Strings in slots and in objects of their own. Every {@code char} sequence can be stored, unpaired
 * surrogates too.
 */
final class Strings {
  private static final char LATIN1_MAX = 0xFF;
  private static final int LENGTH_SHIFT = 4;
  private static final int CHARS_SHIFT = 8;

  /** The most bytes of a string: it is read into one array. */
  private static final int LENGTH_MAX = Integer.MAX_VALUE - 64;

  private Strings() {}

  /** The slot for a string; creates an object if it does not fit into the slot. */
  static long encode(Update update, String string) {
    boolean latin1 = isLatin1(string);
    if (latin1 && string.length() <= SlotFormat.STRING_MAX) {
      return inSlot(string);
    }
    long length = latin1 ? string.length() : 2L * string.length();
    if (length > LENGTH_MAX) {
      throw new UnsupportedTypeException(
          "a string of %d characters cannot be stored: it would take %d bytes, and the most is %d"
              .formatted(string.length(), length, LENGTH_MAX));
    }
    byte[] bytes = latin1 ? string.getBytes(ISO_8859_1) : utf16(string);
    return NewObject.create(
            update,
            latin1 ? ClassIds.STRING_LATIN1 : ClassIds.STRING_UTF16,
            BytesFormat.size(bytes.length))
        .putInt(BytesFormat.LENGTH, bytes.length)
        .putInt(BytesFormat.HASH, string.hashCode())
        .putBytes(BytesFormat.DATA, bytes)
        .offset();
  }

  private static long inSlot(String string) {
    long slot = SlotFormat.STRING | ((long) string.length() << LENGTH_SHIFT);
    for (int i = 0; i < string.length(); i++) {
      slot |= (long) string.charAt(i) << (CHARS_SHIFT + Byte.SIZE * i);
    }
    return slot;
  }

  /** The characters in such a slot, the first in the highest byte. */
  static long firstWord(long slot) {
    return Long.reverseBytes(slot >>> CHARS_SHIFT);
  }

  /** How many characters such a slot holds. */
  static int length(long slot) {
    return (int) (slot >>> LENGTH_SHIFT) & 0xF;
  }

  /** The string in a slot that has the tag {@link SlotFormat#STRING}. */
  static String fromSlot(long slot) {
    int length = length(slot);
    if (length > SlotFormat.STRING_MAX) {
      throw new CorruptPoolException("a slot holds a string of %d characters".formatted(length));
    }
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (slot >>> (CHARS_SHIFT + Byte.SIZE * i));
    }
    return new String(bytes, ISO_8859_1);
  }

  /** The string in an object of class {@code classId}. */
  static String read(Tx tx, long object, int classId) {
    byte[] bytes =
        tx.constantBytes(object, BytesFormat.DATA, length(tx, object))
            .toArray(ValueLayout.JAVA_BYTE);
    return classId == ClassIds.STRING_LATIN1 ? new String(bytes, ISO_8859_1) : fromUtf16(bytes);
  }

  /** Compares a string object with a string, without making one. */
  static boolean matches(Tx tx, long object, int classId, String string) {
    long word = tx.constantWord(object, BytesFormat.LENGTH);
    int length = (int) word;
    int hash = (int) (word >>> Integer.SIZE);
    if (hash != string.hashCode()
        || length != string.length() * (classId == ClassIds.STRING_LATIN1 ? 1 : 2)) {
      return false;
    }
    if (classId == ClassIds.STRING_UTF16) {
      MemorySegment bytes = tx.constantBytes(object, BytesFormat.DATA, length);
      return Arrays.equals(bytes.toArray(ValueLayout.JAVA_BYTE), utf16(string));
    }
    for (int i = 0; i < length; i += Long.BYTES) {
      if (!isAt(tx.constantWord(object, BytesFormat.DATA + i), string, i)) {
        return false;
      }
    }
    return true;
  }

  /** Whether a string has the characters of a word from an index on, as far as it goes. */
  private static boolean isAt(long word, String string, int from) {
    int end = Math.min(from + Long.BYTES, string.length());
    long left = word;
    for (int i = from; i < end; i++) {
      if ((left & LATIN1_MAX) != string.charAt(i)) {
        return false;
      }
      left >>>= Byte.SIZE;
    }
    return true;
  }

  private static int length(Tx tx, long object) {
    int length = (int) tx.constantWord(object, BytesFormat.LENGTH);
    if (length < 0) {
      throw new CorruptPoolException(
          "the string at %d has a length of %d".formatted(object, length));
    }
    return length;
  }

  private static boolean isLatin1(String string) {
    for (int i = 0; i < string.length(); i++) {
      if (string.charAt(i) > LATIN1_MAX) {
        return false;
      }
    }
    return true;
  }

  /** Little-endian; unlike a charset's encoder this keeps unpaired surrogates. */
  private static byte[] utf16(String string) {
    byte[] bytes = new byte[string.length() * 2];
    for (int i = 0; i < string.length(); i++) {
      bytes[2 * i] = (byte) string.charAt(i);
      bytes[2 * i + 1] = (byte) (string.charAt(i) >>> Byte.SIZE);
    }
    return bytes;
  }

  private static String fromUtf16(byte[] bytes) {
    char[] chars = new char[bytes.length / 2];
    for (int i = 0; i < chars.length; i++) {
      chars[i] = (char) ((bytes[2 * i] & 0xFF) | (bytes[2 * i + 1] << Byte.SIZE));
    }
    return new String(chars);
  }
}
