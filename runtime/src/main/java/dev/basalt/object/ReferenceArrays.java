package dev.basalt.object;

import dev.basalt.error.CorruptPoolException;
import dev.basalt.error.SchemaException;
import dev.basalt.format.SlotsFormat;
import dev.basalt.tx.Tx;
import dev.basalt.tx.Update;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Array;
import org.jspecify.annotations.Nullable;

/** Arrays of references and values: slots in an object whose type names the array's class. */
final class ReferenceArrays {
  private final Values values;
  private final TypeTable types;
  private final ClassNames names;

  ReferenceArrays(Values values, TypeTable types, ClassNames names) {
    this.values = values;
    this.types = types;
    this.names = names;
  }

  /** Stores a copy of an array. */
  long encode(Update update, Promotion promotion, @Nullable Object[] array, int depth) {
    Type type = types.of(new Shape.ArrayShape(array.getClass().getName()));
    promotion.need(type);
    NewObject object = NewObject.create(update, type.id(), SlotsFormat.size(array.length));
    object.putInt(SlotsFormat.LENGTH, array.length);
    for (int i = 0; i < array.length; i++) {
      long slot = encodeElement(update, array, i, depth);
      object.putLong(SlotsFormat.slot(i), slot);
      Values.count(update, slot, 1);
    }
    return object.offset();
  }

  private long encodeElement(Update update, @Nullable Object[] array, int i, int depth) {
    try {
      return values.encode(update, array[i], depth + 1);
    } catch (RuntimeException e) {
      throw Refusal.in("element %d of a %s".formatted(i, array.getClass().getTypeName()), e);
    }
  }

  /** A Java array with the elements of a stored one. */
  @Nullable Object[] decode(Tx tx, long object, String className, int depth) {
    int length = (int) tx.constantWord(object, SlotsFormat.LENGTH);
    if (length < 0) {
      throw new CorruptPoolException(
          "the array at %d has a length of %d".formatted(object, length));
    }
    // A damaged length shows before it takes memory.
    MemorySegment _ =
        tx.constantBytes(object, SlotsFormat.FIRST, SlotsFormat.size(length) - SlotsFormat.FIRST);
    Class<?> type = names.need(className);
    @Nullable Object[] array = (Object[]) Array.newInstance(type.componentType(), length);
    for (int i = 0; i < length; i++) {
      Object element = values.decode(tx, tx.word(object, SlotsFormat.slot(i)), depth + 1);
      if (element != null && !type.componentType().isInstance(element)) {
        throw new SchemaException(
            "element %d of a %s in the pool is a %s, which the array cannot hold any more"
                .formatted(i, type.getTypeName(), element.getClass().getName()));
      }
      array[i] = element;
    }
    return array;
  }

  /** Writes the elements that were replaced in a Java array since it had those of another. */
  @SuppressWarnings("ReferenceEquality") // values are immutable: the same one has not changed
  void storeChanges(
      ObjectSpace space,
      Update update,
      long object,
      @Nullable Object[] array,
      @Nullable Object[] before) {
    for (int i = 0; i < array.length; i++) {
      if (array[i] != before[i]) {
        long slot = encodeElement(update, array, i, 0);
        space.references().putSlot(update, object, SlotsFormat.slot(i), slot);
        before[i] = array[i];
      }
    }
  }
}
