package dev.basalt.object;

import dev.basalt.error.CrossPoolReferenceException;
import dev.basalt.error.NotEnhancedException;
import dev.basalt.error.UnsupportedTypeException;
import dev.basalt.tx.Tx;
import dev.basalt.tx.Update;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes references of objects, and counts those that come and go; inside an update. */
final class References {
  private final ObjectSpace space;

  References(ObjectSpace space) {
    this.space = space;
  }

  void put(Update update, long object, int fieldOffset, @Nullable Object value) {
    if (value != null
        && value.getClass().isArray()
        && LoadedArrays.of(update).isLoaded(update.word(object, fieldOffset), value)) {
      return; // the array is this field's; its changes are found at the commit
    }
    try {
      long slot =
          space.types().anyWeak() && isWeak(update, object, fieldOffset)
              ? space.weakReferences().encode(update, value)
              : space.values().encode(update, value, 0);
      if (value instanceof Collection || value instanceof Map) {
        checkFits(update, object, fieldOffset, value);
      }
      putSlot(update, object, fieldOffset, slot);
    } catch (UnsupportedTypeException | NotEnhancedException | CrossPoolReferenceException e) {
      throw Refusal.in(place(update, object, fieldOffset), e);
    }
  }

  private boolean isWeak(Tx tx, long object, int fieldOffset) {
    Type type = space.types().find(ObjectSpace.classId(tx, object));
    return type != null && type.isWeak(fieldOffset);
  }

  /** A persistent collection does not implement all that the JDK's does, whose place it takes. */
  private void checkFits(Update update, long object, int fieldOffset, Object value) {
    PersistentObject made = Promotion.of(space, update).converted(value);
    if (made == null) {
      return; // a program's own collection, or one with a codec
    }
    Layout.Field field = fieldAt(update, object, fieldOffset);
    Class<?> type = field == null ? null : space.names().find(field.type());
    if (type != null && !type.isInstance(made)) {
      throw new UnsupportedTypeException(
          "a %s cannot be stored here: it becomes a %s, which is no %s; declare the field as a List,"
                  .formatted(value.getClass().getName(), made.getClass().getName(), type.getName())
              + " Set, Map or another of their interfaces");
    }
  }

  /** The field at a place of an object, or null if the object has no fields of a program. */
  private Layout.@Nullable Field fieldAt(Tx tx, long object, int fieldOffset) {
    Type type = space.types().find(ObjectSpace.classId(tx, object));
    if (type != null && type.shape() instanceof Shape.ClassShape(Layout layout)) {
      for (Layout.Field field : layout.fields()) {
        if (field.offset() == fieldOffset) {
          return field;
        }
      }
    }
    return null;
  }

  /** What a program calls the place of a reference. */
  private String place(Tx tx, long object, int fieldOffset) {
    Layout.Field field = fieldAt(tx, object, fieldOffset);
    return field == null
        ? "an element of a collection, or a root"
        : field.declaringClass() + "." + field.name();
  }

  /** Sets a slot and counts the references that come and go. */
  void putSlot(Update update, long object, int fieldOffset, long slot) {
    long old = update.word(object, fieldOffset);
    update.putWord(object, fieldOffset, slot);
    Values.count(update, slot, 1);
    Values.count(update, old, -1);
  }
}
