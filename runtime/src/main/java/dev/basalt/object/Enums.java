package dev.basalt.object;

import dev.basalt.annotation.RenamedFrom;
import dev.basalt.error.CorruptPoolException;
import dev.basalt.error.SchemaException;
import dev.basalt.format.SlotFormat;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Enum constants in slots: the id of a type that lists the names of the enum as it was, and an
 * index into that list. So a constant is found by its name, whatever has become of the order.
 */
final class Enums {
  private static final int TYPE_SHIFT = 4;
  private static final long TYPE_MASK = 0xFFF_FFFF;

  private final TypeTable types;
  private final ClassNames names;

  /** The types of the enums as they are. */
  private final Map<Class<?>, Type> current = new ConcurrentHashMap<>();

  /** The constants of a type by index; {@code null} for one that is no more. */
  private final Map<Type, @Nullable Object[]> constants = new ConcurrentHashMap<>();

  Enums(TypeTable types, ClassNames names) {
    this.types = types;
    this.names = names;
  }

  @SuppressWarnings("EnumOrdinal") // the index in the type's list, which has the same order
  long encode(Promotion promotion, Enum<?> value) {
    Type type = current.computeIfAbsent(value.getDeclaringClass(), this::typeOf);
    promotion.need(type);
    return (long) value.ordinal() << Integer.SIZE
        | (long) type.id() << TYPE_SHIFT
        | SlotFormat.ENUM;
  }

  private Type typeOf(Class<?> type) {
    List<String> constantNames =
        Arrays.stream(type.getEnumConstants()).map(c -> ((Enum<?>) c).name()).toList();
    return types.of(new Shape.EnumShape(type.getName(), constantNames));
  }

  /** Whether a slot holds a constant; it need not be the slot that {@link #encode} gives. */
  boolean holds(long slot, Enum<?> value) {
    return SlotFormat.tag(slot) == SlotFormat.ENUM && decode(slot) == value;
  }

  /** The stored type of a constant, and its index there. */
  record Place(Type type, Shape.EnumShape shape, int index) {
    String name() {
      return shape.constants().get(index);
    }
  }

  /** Where a slot says that a constant is found. */
  static Place placeOf(TypeTable types, long slot) {
    int id = (int) (slot >>> TYPE_SHIFT & TYPE_MASK);
    int index = (int) (slot >>> Integer.SIZE);
    Type type = types.find(id);
    if (type == null
        || !(type.shape() instanceof Shape.EnumShape shape)
        || index < 0
        || index >= shape.constants().size()) {
      throw new CorruptPoolException(
          "a slot holds %016x, an enum constant of which there is no type".formatted(slot));
    }
    return new Place(type, shape, index);
  }

  Object decode(long slot) {
    Place place = placeOf(types, slot);
    Object constant = constants.computeIfAbsent(place.type, _ -> resolve(place.shape))[place.index];
    if (constant == null) {
      throw new SchemaException(
          ("the pool holds the constant %s of the enum %s, which no longer exists; restore it, or"
                  + " annotate its successor with @RenamedFrom(\"%s\")")
              .formatted(place.name(), place.shape.name(), place.name()));
    }
    return constant;
  }

  private @Nullable Object[] resolve(Shape.EnumShape shape) {
    Class<?> type = names.need(shape.name());
    if (!type.isEnum()) {
      throw new SchemaException(
          "the pool holds constants of the enum %s, but %s is none now"
              .formatted(shape.name(), type.getName()));
    }
    @Nullable Object[] found = new Object[shape.constants().size()];
    for (int i = 0; i < found.length; i++) {
      found[i] = find(type, shape.constants().get(i));
    }
    return found;
  }

  private static @Nullable Object find(Class<?> type, String name) {
    Object renamed = null;
    for (Object constant : type.getEnumConstants()) {
      String now = ((Enum<?>) constant).name();
      if (now.equals(name)) {
        return constant;
      }
      if (wasCalled(type, now, name)) {
        renamed = constant;
      }
    }
    return renamed;
  }

  private static boolean wasCalled(Class<?> type, String constant, String name) {
    try {
      RenamedFrom earlier = type.getField(constant).getAnnotation(RenamedFrom.class);
      return earlier != null && Arrays.asList(earlier.value()).contains(name);
    } catch (NoSuchFieldException e) {
      throw new AssertionError(e);
    }
  }
}
