package dev.basalt.object;

import dev.basalt.error.CorruptPoolException;
import dev.basalt.format.BytesFormat;
import dev.basalt.format.ClassIds;
import dev.basalt.format.ForwardFormat;
import dev.basalt.format.LimboNodeFormat;
import dev.basalt.format.NumberFormat;
import dev.basalt.format.ObjectFormat;
import dev.basalt.format.SlotsFormat;
import dev.basalt.format.TypeRecordFormat;
import dev.basalt.format.ValueFormat;
import dev.basalt.format.WeakProxyFormat;
import dev.basalt.tx.Tx;

/**
 * What an object consists of, by its class id: its size, and the slots that may hold references.
 */
final class Contents {
  private final String pool;
  private final TypeTable types;

  Contents(String pool, TypeTable types) {
    this.pool = pool;
    this.types = types;
  }

  /** The bytes of an object. */
  long sizeOf(Tx tx, long object) {
    int classId = (int) tx.constantWord(object, ObjectFormat.CLASS_ID);
    return switch (classId) {
      case ClassIds.STRING_LATIN1, ClassIds.STRING_UTF16 ->
          BytesFormat.size(tx.constantWord(object, BytesFormat.LENGTH) & 0xFFFF_FFFFL);
      case ClassIds.LONG, ClassIds.DOUBLE -> NumberFormat.SIZE;
      case ClassIds.SLOTS, ClassIds.OPTIONAL -> slotsSize(tx, object);
      case ClassIds.VALUE -> valueSize(tx, object);
      case ClassIds.ARRAY -> PrimitiveArrays.size(tx, object);
      case ClassIds.FORWARD -> ForwardFormat.SIZE;
      case ClassIds.WEAK_PROXY -> WeakProxyFormat.SIZE;
      case ClassIds.TYPE_RECORD ->
          TypeRecordFormat.TEXT
              + (tx.constantWord(object, TypeRecordFormat.DESCRIBED_ID) >>> Integer.SIZE);
      case ClassIds.LIMBO_NODE -> LimboNodeFormat.SIZE;
      default ->
          switch (types.byId(classId, object).shape()) {
            case Shape.ClassShape(Layout layout) -> layout.size();
            case Shape.RecordShape(Layout layout) -> layout.size();
            case Shape.ArrayShape _ -> slotsSize(tx, object);
            case Shape.CodecShape _ -> valueSize(tx, object);
            case Shape.EnumShape shape ->
                throw new CorruptPoolException(
                    "%s: the object at %d claims to be a constant of the enum %s"
                        .formatted(pool, object, shape.name()));
          };
    };
  }

  private static long slotsSize(Tx tx, long object) {
    return SlotsFormat.size((int) tx.constantWord(object, SlotsFormat.LENGTH));
  }

  private static long valueSize(Tx tx, long object) {
    return ValueFormat.size(tx.constantWord(object, ValueFormat.KIND) >>> Integer.SIZE);
  }

  /** Whether objects with a class id may have slots; others may not even have a version. */
  static boolean hasSlots(int classId) {
    return classId == ClassIds.SLOTS
        || classId == ClassIds.OPTIONAL
        || classId == ClassIds.FORWARD
        || classId >= ClassIds.FIRST_TYPE;
  }

  /** Takes a slot of an object and where it lies. */
  interface SlotVisitor {
    void visit(int fieldOffset, long slot);
  }

  /** Visits the slots of an object that may hold counted references. */
  void forEachSlot(Tx tx, long object, SlotVisitor visitor) {
    int _ = forEachSlot(tx, object, 0, Integer.MAX_VALUE, visitor);
  }

  /**
   * Visits some slots of an array, or all slots of another object.
   *
   * @param from the number of the first slot
   * @param max how many slots to visit of an array
   * @return the number of the slot to go on with, or -1 if there is none
   */
  int forEachSlot(Tx tx, long object, int from, int max, SlotVisitor visitor) {
    int classId = (int) tx.constantWord(object, ObjectFormat.CLASS_ID);
    if (!hasSlots(classId)) {
      return -1;
    }
    tx.verify(object, sizeOf(tx, object));
    switch (classId) {
      case ClassIds.SLOTS, ClassIds.OPTIONAL -> {
        return forEachElement(tx, object, from, max, visitor);
      }
      case ClassIds.FORWARD ->
          visitor.visit(ForwardFormat.TARGET, tx.word(object, ForwardFormat.TARGET));
      default -> {
        Type type = types.byId(classId, object);
        if (type.shape() instanceof Shape.ArrayShape) {
          return forEachElement(tx, object, from, max, visitor);
        }
        for (int offset : type.referenceOffsets()) {
          visitor.visit(offset, tx.word(object, offset));
        }
      }
    }
    return -1;
  }

  /**
   * Visits the slots of an object that is not needed any more; those of one that consists of slots
   * only from its end on, and not all at once.
   *
   * @param max the most slots to visit if others can be left
   * @return the slots that are left
   */
  int forEachLastSlot(Tx tx, long object, int max, SlotVisitor visitor) {
    int classId = (int) tx.constantWord(object, ObjectFormat.CLASS_ID);
    boolean isSlots =
        classId == ClassIds.SLOTS
            || (classId >= ClassIds.FIRST_TYPE
                && types.byId(classId, object).shape() instanceof Shape.ArrayShape);
    if (!isSlots) {
      forEachSlot(tx, object, visitor);
      return 0;
    }
    int length = (int) tx.constantWord(object, SlotsFormat.LENGTH);
    int left = Math.max(0, length - max);
    if (left < length) {
      tx.verify(object + SlotsFormat.slot(left), (long) (length - left) * Long.BYTES);
    }
    for (int i = length - 1; i >= left; i--) {
      int offset = SlotsFormat.slot(i);
      visitor.visit(offset, tx.word(object, offset));
    }
    return left;
  }

  /** Visits the fields of an object that lead back, if they lead anywhere. */
  void forEachBack(Tx tx, long object, SlotVisitor visitor) {
    int classId = (int) tx.constantWord(object, ObjectFormat.CLASS_ID);
    if (classId < ClassIds.FIRST_TYPE) {
      return;
    }
    for (int offset : types.byId(classId, object).backOffsets()) {
      long target = tx.word(object, offset);
      if (target != 0) {
        visitor.visit(offset, target);
      }
    }
  }

  private static int forEachElement(Tx tx, long object, int from, int max, SlotVisitor visitor) {
    int length = (int) tx.constantWord(object, SlotsFormat.LENGTH);
    int to = max < length - from ? from + max : length;
    for (int i = from; i < to; i++) {
      int offset = SlotsFormat.slot(i);
      visitor.visit(offset, tx.word(object, offset));
    }
    return to < length ? to : -1;
  }
}
