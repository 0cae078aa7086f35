package dev.basalt.object;

import dev.basalt.format.Structure;
import dev.basalt.tx.Update;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The bytes of an object that an update creates, while they are filled in. */
record NewObject(long offset, MemorySegment bytes) {
  static NewObject create(Update update, int classId, long size) {
    long object = update.create(classId, size);
    long[] words = update.ownWords(object);
    if (words == null) {
      throw new AssertionError("a new object has words");
    }
    return new NewObject(object, MemorySegment.ofArray(words));
  }

  /** The bytes that an object is to have. */
  static NewObject of(long object, long[] words) {
    return new NewObject(object, MemorySegment.ofArray(words));
  }

  NewObject putInt(int fieldOffset, int value) {
    bytes.set(Structure.U32, fieldOffset, value);
    return this;
  }

  NewObject putLong(int fieldOffset, long value) {
    bytes.set(Structure.U64, fieldOffset, value);
    return this;
  }

  /** Sets a primitive field. */
  void putBits(Layout.Field field, long value) {
    switch (field.kind().bytes()) {
      case Long.BYTES -> bytes.set(Structure.U64, field.offset(), value);
      case Integer.BYTES -> bytes.set(Structure.U32, field.offset(), (int) value);
      case Short.BYTES -> {
        bytes.set(ValueLayout.JAVA_BYTE, field.offset(), (byte) value);
        bytes.set(ValueLayout.JAVA_BYTE, field.offset() + 1, (byte) (value >>> Byte.SIZE));
      }
      default -> bytes.set(ValueLayout.JAVA_BYTE, field.offset(), (byte) value);
    }
  }

  NewObject putBytes(int fieldOffset, byte[] value) {
    MemorySegment.copy(value, 0, bytes, ValueLayout.JAVA_BYTE, fieldOffset, value.length);
    return this;
  }
}
