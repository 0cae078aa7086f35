package dev.basalt.object;

import dev.basalt.error.CorruptPoolException;
import dev.basalt.format.ArrayFormat;
import dev.basalt.format.ClassIds;
import dev.basalt.format.Structure;
import dev.basalt.tx.Tx;
import dev.basalt.tx.Update;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Array;

/** Arrays of primitives in objects, {@link ArrayFormat}. */
final class PrimitiveArrays {
  private PrimitiveArrays() {}

  private static int kind(Object array) {
    return switch (array) {
      case boolean[] _ -> ArrayFormat.BOOLEAN;
      case byte[] _ -> ArrayFormat.BYTE;
      case char[] _ -> ArrayFormat.CHAR;
      case short[] _ -> ArrayFormat.SHORT;
      case int[] _ -> ArrayFormat.INT;
      case long[] _ -> ArrayFormat.LONG;
      case float[] _ -> ArrayFormat.FLOAT;
      case double[] _ -> ArrayFormat.DOUBLE;
      default -> throw new IllegalArgumentException(array.getClass() + " is no primitive array");
    };
  }

  private static Object make(int kind, int length) {
    return switch (kind) {
      case ArrayFormat.BOOLEAN -> new boolean[length];
      case ArrayFormat.BYTE -> new byte[length];
      case ArrayFormat.CHAR -> new char[length];
      case ArrayFormat.SHORT -> new short[length];
      case ArrayFormat.INT -> new int[length];
      case ArrayFormat.LONG -> new long[length];
      case ArrayFormat.FLOAT -> new float[length];
      case ArrayFormat.DOUBLE -> new double[length];
      default -> throw new IllegalArgumentException("no array has the kind " + kind);
    };
  }

  /** The elements' bytes: those of the array itself, but a copy for {@code boolean[]}. */
  private static MemorySegment bytes(Object array) {
    return switch (array) {
      case boolean[] a -> {
        byte[] copy = new byte[a.length];
        for (int i = 0; i < a.length; i++) {
          copy[i] = (byte) (a[i] ? 1 : 0);
        }
        yield MemorySegment.ofArray(copy);
      }
      case byte[] a -> MemorySegment.ofArray(a);
      case char[] a -> MemorySegment.ofArray(a);
      case short[] a -> MemorySegment.ofArray(a);
      case int[] a -> MemorySegment.ofArray(a);
      case long[] a -> MemorySegment.ofArray(a);
      case float[] a -> MemorySegment.ofArray(a);
      case double[] a -> MemorySegment.ofArray(a);
      default -> throw new IllegalArgumentException(array.getClass() + " is no primitive array");
    };
  }

  /** Stores a copy of an array. */
  static long encode(Update update, Object array) {
    int kind = kind(array);
    int length = Array.getLength(array);
    NewObject object =
        NewObject.create(update, ClassIds.ARRAY, ArrayFormat.size(kind, length))
            .putInt(ArrayFormat.LENGTH, length)
            .putInt(ArrayFormat.KIND, kind);
    MemorySegment bytes = bytes(array);
    MemorySegment.copy(bytes, 0, object.bytes(), ArrayFormat.DATA, bytes.byteSize());
    return object.offset();
  }

  /** The bytes of a stored array with its header. */
  static long size(Tx tx, long object) {
    long word = tx.constantWord(object, ArrayFormat.LENGTH);
    return ArrayFormat.size((int) (word >>> Integer.SIZE), (int) word);
  }

  /** A Java array with the elements of a stored one. */
  static Object decode(Tx tx, long object) {
    long word = tx.constantWord(object, ArrayFormat.LENGTH);
    int length = (int) word;
    int kind = (int) (word >>> Integer.SIZE);
    if (length < 0 || ArrayFormat.elementBytes(kind) == 0) {
      throw new CorruptPoolException(
          "the array at %d has kind %d and length %d".formatted(object, kind, length));
    }
    long size = ArrayFormat.size(kind, length) - ArrayFormat.DATA;
    // A damaged length shows before it takes memory.
    MemorySegment _ = tx.constantBytes(object, ArrayFormat.DATA, size);
    Object array = make(kind, length);
    MemorySegment bytes = bytes(array);
    for (long at = 0; at < size; at += Long.BYTES) {
      put(bytes, at, tx.word(object, ArrayFormat.DATA + (int) at));
    }
    if (array instanceof boolean[] booleans) {
      for (int i = 0; i < length; i++) {
        booleans[i] = bytes.get(ValueLayout.JAVA_BYTE, i) != 0;
      }
    }
    return array;
  }

  /** Writes the words in which a stored array differs from a Java array. */
  static void storeChanges(ObjectSpace space, Update update, long object, Object array) {
    MemorySegment bytes = bytes(array);
    for (long at = 0; at < bytes.byteSize(); at += Long.BYTES) {
      long word = word(bytes, at);
      int place = ArrayFormat.DATA + (int) at;
      if (update.word(object, place) != word) {
        space.putBits(update, object, place, Long.BYTES, word);
      }
    }
  }

  /** Eight bytes, or, at the end, as many as there are and zeroes. */
  private static long word(MemorySegment bytes, long at) {
    if (bytes.byteSize() - at >= Long.BYTES) {
      return bytes.get(Structure.U64, at);
    }
    long word = 0;
    for (long i = bytes.byteSize() - 1; i >= at; i--) {
      word = word << Byte.SIZE | (bytes.get(ValueLayout.JAVA_BYTE, i) & 0xFF);
    }
    return word;
  }

  private static void put(MemorySegment bytes, long at, long word) {
    if (bytes.byteSize() - at >= Long.BYTES) {
      bytes.set(Structure.U64, at, word);
      return;
    }
    long rest = word;
    for (long i = at; i < bytes.byteSize(); i++) {
      bytes.set(ValueLayout.JAVA_BYTE, i, (byte) rest);
      rest >>>= Byte.SIZE;
    }
  }
}
