package dev.basalt.object;

import dev.basalt.error.CorruptPoolException;
import dev.basalt.error.CrossPoolReferenceException;
import dev.basalt.error.StaleTransactionException;
import dev.basalt.error.UnsupportedTypeException;
import dev.basalt.format.ClassIds;
import dev.basalt.format.ForwardFormat;
import dev.basalt.format.NumberFormat;
import dev.basalt.format.ObjectFormat;
import dev.basalt.format.SlotFormat;
import dev.basalt.format.SlotsFormat;
import dev.basalt.tx.Tx;
import dev.basalt.tx.UncommittedObjectException;
import dev.basalt.tx.Update;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What slots hold, as Java objects. Values are copied on their way in and made anew on their way
 * out; objects of persistent classes become handles. Each kind of value has a class of its own;
 * here it is only decided which.
 *
 * <p>Values may hold values (a record in an array in an {@code Optional}), to a limited depth: what
 * contains itself is refused instead of overflowing the stack.
 */
final class Values {
  private static final int DEPTH_MAX = 500;

  private final ObjectSpace space;
  private final TypeTable types;
  private final HandleTable handles;
  private final ClassNames names;
  private final Enums enums;
  private final Records records;
  private final ReferenceArrays arrays;
  private final Codecs codecs;
  private final JdkCollections collections;

  Values(
      ObjectSpace space,
      TypeTable types,
      HandleTable handles,
      ClassNames names,
      List<ValueCodec> codecs) {
    this.space = space;
    this.types = types;
    this.handles = handles;
    this.names = names;
    this.enums = new Enums(types, names);
    this.records = new Records(this, types, names);
    this.arrays = new ReferenceArrays(this, types, names);
    this.codecs = new Codecs(types, codecs);
    this.collections = new JdkCollections(names.loader());
  }

  ReferenceArrays arrays() {
    return arrays;
  }

  // ---- into the pool

  /** The slot of a value; stores what is not in the pool yet, but counts no reference to it. */
  long encode(Update update, @Nullable Object value, int depth) {
    return switch (value) {
      case null -> 0;
      case String string -> Strings.encode(update, string);
      case PersistentObject object -> encodeObject(update, object);
      default -> {
        long slot = Scalars.encode(update, value);
        yield slot != 0 ? slot : encodeOther(update, value, depth);
      }
    };
  }

  private long encodeOther(Update update, Object value, int depth) {
    if (depth > DEPTH_MAX) {
      throw new UnsupportedTypeException(
          "%s cannot be stored: it contains itself, or values nested more than %d deep"
              .formatted(value.getClass().getTypeName(), DEPTH_MAX));
    }
    long slot = DirectValues.inSlot(value);
    if (slot == 0) {
      slot = ByteValues.encode(update, value);
    }
    if (slot != 0) {
      return slot;
    }
    Promotion promotion = Promotion.of(space, update);
    slot = codecs.encode(update, promotion, value);
    if (slot != 0) {
      return slot;
    }
    return switch (value) {
      case Enum<?> constant -> enums.encode(promotion, constant);
      case Record record -> records.encode(update, promotion, record, depth);
      case Optional<?> optional -> encodeOptional(update, optional, depth);
      default ->
          value.getClass().isArray()
              ? encodeArray(update, promotion, value, depth)
              : encodeCollection(update, promotion, value);
    };
  }

  private long encodeOptional(Update update, Optional<?> optional, int depth) {
    NewObject object = NewObject.create(update, ClassIds.OPTIONAL, SlotsFormat.size(1));
    long slot = encode(update, optional.orElse(null), depth + 1);
    object.putInt(SlotsFormat.LENGTH, 1).putLong(SlotsFormat.slot(0), slot);
    count(update, slot, 1);
    return object.offset();
  }

  private long encodeArray(Update update, Promotion promotion, Object array, int depth) {
    long object =
        array instanceof Object[] elements
            ? arrays.encode(update, promotion, elements, depth)
            : PrimitiveArrays.encode(update, array);
    LoadedArrays.of(update).add(object, array);
    return object;
  }

  private long encodeCollection(Update update, Promotion promotion, Object value) {
    PersistentObject made = promotion.converted(value);
    if (made == null) {
      made = collections.convert(value);
      if (made == null) {
        throw Prototypes.notStorable(value.getClass());
      }
      promotion.convert(value, made);
    }
    return encodeObject(update, made);
  }

  private long encodeObject(Update update, PersistentObject object) {
    ObjectSpace owner = object.$basalt$space();
    if (owner == space) {
      return space.referable(update, object);
    }
    if (owner != null) {
      throw new CrossPoolReferenceException(
          "an object of class %s in %s cannot be referred to from %s; copy it"
              .formatted(object.getClass().getName(), owner.name(), space.name()));
    }
    return Promotion.of(space, update).promote(object);
  }

  /** Counts a reference that comes or goes, if a slot is one. */
  static void count(Update update, long slot, int delta) {
    if (SlotFormat.isPointer(slot)) {
      update.changeCount(slot, delta);
    }
  }

  // ---- out of the pool

  /** What a slot holds, as the transaction sees it. */
  @Nullable Object decode(Tx tx, long slot, int depth) {
    return switch (SlotFormat.tag(slot)) {
      case SlotFormat.POINTER -> slot == 0 ? null : decodeObject(tx, slot, depth);
      case SlotFormat.STRING -> Strings.fromSlot(slot);
      case SlotFormat.SMALL, SlotFormat.LONG -> Scalars.fromSlot(slot);
      case SlotFormat.ENUM -> enums.decode(slot);
      case SlotFormat.DIRECT -> DirectValues.fromSlot(slot);
      default ->
          throw new CorruptPoolException(
              "%s: a slot holds %016x, which has no meaning".formatted(space.name(), slot));
    };
  }

  private @Nullable Object decodeObject(Tx tx, long object, int depth) {
    if (depth > DEPTH_MAX) {
      throw new CorruptPoolException(
          "%s: the value at %d lies more than %d deep in others"
              .formatted(space.name(), object, DEPTH_MAX));
    }
    try {
      int classId = (int) tx.constantWord(object, ObjectFormat.CLASS_ID);
      return switch (classId) {
        case ClassIds.STRING_LATIN1, ClassIds.STRING_UTF16 -> Strings.read(tx, object, classId);
        case ClassIds.LONG -> verifiedWord(tx, object, NumberFormat.VALUE);
        case ClassIds.DOUBLE ->
            Double.longBitsToDouble(verifiedWord(tx, object, NumberFormat.VALUE));
        case ClassIds.VALUE -> ByteValues.decode(tx, object);
        case ClassIds.OPTIONAL ->
            Optional.ofNullable(
                decode(tx, verifiedWord(tx, object, SlotsFormat.slot(0)), depth + 1));
        case ClassIds.ARRAY -> decodeArray(tx, object, null, depth);
        case ClassIds.WEAK_PROXY -> space.weakReferences().resolve(tx, object, depth);
        case ClassIds.FORWARD ->
            decodeObject(tx, verifiedWord(tx, object, ForwardFormat.TARGET), depth + 1);
        default -> decodeTyped(tx, object, types.byId(classId, object), depth);
      };
    } catch (UncommittedObjectException | StaleTransactionException e) {
      // What a transaction sees refers only to what it sees too.
      throw new CorruptPoolException(
          "%s: a reference leads to %d, where no object is".formatted(space.name(), object), e);
    }
  }

  private static long verifiedWord(Tx tx, long object, int wordOffset) {
    tx.verify(object, (long) wordOffset + Long.BYTES);
    return tx.word(object, wordOffset);
  }

  private Object decodeTyped(Tx tx, long object, Type type, int depth) {
    return switch (type.shape()) {
      case Shape.ClassShape(Layout layout) -> {
        PersistentObject handle = handles.find(object);
        if (handle == null) {
          tx.verify(object, layout.size());
          PersistentObject made = prototype(type, layout).$basalt$handle(space, object);
          handle =
              type.setsUpHandles() ? handles.addAndSetUp(object, made) : handles.add(object, made);
        }
        yield handle;
      }
      case Shape.RecordShape(Layout layout) -> records.decode(tx, object, type, layout, depth);
      case Shape.ArrayShape(String name) -> decodeArray(tx, object, name, depth);
      case Shape.CodecShape codec -> codecs.decode(tx, object, codec);
      case Shape.EnumShape shape ->
          throw new CorruptPoolException(
              "%s: the object at %d claims to be a constant of the enum %s"
                  .formatted(space.name(), object, shape.name()));
    };
  }

  private Object decodeArray(Tx tx, long object, @Nullable String className, int depth) {
    LoadedArrays loaded = LoadedArrays.of(tx);
    Object known = loaded.find(object);
    if (known != null) {
      return known;
    }
    Object array =
        className == null
            ? PrimitiveArrays.decode(tx, object)
            : arrays.decode(tx, object, className, depth);
    loaded.add(object, array);
    if (tx instanceof Update update) {
      Promotion _ = Promotion.of(space, update); // it looks for changes before the commit
    }
    return array;
  }

  /** A plain instance of a class, checked against the stored shape. */
  private PersistentObject prototype(Type type, Layout layout) {
    PersistentObject known = type.prototype();
    if (known == null) {
      Class<?> found = names.need(layout.name());
      known = Prototypes.make(found);
      ShapeChange.check(layout, Prototypes.layoutOf(known), found, names);
      type.setPrototype(known);
    }
    return known;
  }

  /** Whether a slot holds a value that needs no object to compare it with. */
  Comparison compare(long slot, Object value) {
    if (value instanceof Enum<?> constant) {
      return enums.holds(slot, constant) ? Comparison.EQUAL : Comparison.OTHER;
    }
    // A float has several bit patterns that mean the same.
    long inSlot = value instanceof Float ? 0 : Scalars.inSlot(value);
    if (inSlot == 0) {
      inSlot = DirectValues.inSlot(value);
    }
    if (inSlot == 0) {
      return Comparison.UNKNOWN;
    }
    return slot == inSlot ? Comparison.EQUAL : Comparison.OTHER;
  }

  /** What a slot alone tells. */
  enum Comparison {
    EQUAL,
    OTHER,
    UNKNOWN
  }
}
