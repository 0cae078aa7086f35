package dev.basalt.object;

import dev.basalt.annotation.RenamedFrom;
import dev.basalt.error.SchemaException;
import dev.basalt.tx.Tx;
import dev.basalt.tx.Update;
import java.lang.reflect.Field;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Records by value: an object per record, with its components as fields, never changed. A record of
 * an earlier shape is translated when it is read: components are found by name, one that was added
 * has its default value, one that is gone is ignored.
 */
final class Records {
  private final Values values;
  private final TypeTable types;
  private final ClassNames names;
  private final Map<Class<?>, Type> current = new ConcurrentHashMap<>();
  private final Map<Type, Reader> readers = new ConcurrentHashMap<>();

  /** Where the components of today lie in a stored shape; {@code null} for one not stored. */
  private record Reader(RecordClass type, List<Layout.@Nullable Field> sources) {}

  Records(Values values, TypeTable types, ClassNames names) {
    this.values = values;
    this.types = types;
    this.names = names;
  }

  long encode(Update update, Promotion promotion, Record value, int depth) {
    RecordClass recordClass = RecordClass.of(value.getClass());
    Layout layout = recordClass.layout();
    Type type =
        current.computeIfAbsent(value.getClass(), _ -> types.of(new Shape.RecordShape(layout)));
    promotion.need(type);
    NewObject object = NewObject.create(update, type.id(), layout.size());
    for (int i = 0; i < recordClass.size(); i++) {
      Layout.Field field = recordClass.field(i);
      Object component = recordClass.get(value, i);
      if (field.kind() == FieldKind.REFERENCE) {
        long slot;
        try {
          slot = values.encode(update, component, depth + 1);
        } catch (RuntimeException e) {
          throw Refusal.in(layout.name() + "." + field.name(), e);
        }
        object.putLong(field.offset(), slot);
        Values.count(update, slot, 1);
      } else if (component != null) {
        object.putBits(field, FieldBits.unbox(component));
      }
    }
    return object.offset();
  }

  Object decode(Tx tx, long object, Type type, Layout stored, int depth) {
    tx.verify(object, stored.size());
    Reader reader = readers.computeIfAbsent(type, _ -> reader(stored));
    RecordClass recordClass = reader.type;
    @Nullable Object[] components = new Object[recordClass.size()];
    for (int i = 0; i < components.length; i++) {
      Layout.Field source = reader.sources.get(i);
      FieldKind kind = FieldKind.of(recordClass.component(i).getType());
      if (kind == FieldKind.REFERENCE) {
        components[i] =
            source == null ? null : values.decode(tx, tx.word(object, source.offset()), depth + 1);
      } else {
        long bits =
            source == null
                ? 0
                : FieldBits.widen(source.kind(), kind, FieldBits.read(tx, object, source));
        components[i] = FieldBits.box(kind, bits);
      }
    }
    try {
      return recordClass.make(components);
    } catch (ClassCastException e) {
      throw new SchemaException(
          "a record %s in the pool has components of other types than the class has now: %s"
              .formatted(stored.name(), e.getMessage()),
          e);
    }
  }

  private Reader reader(Layout stored) {
    Class<?> found = names.need(stored.name());
    if (!found.isRecord()) {
      throw new SchemaException(
          "the pool holds records %s, but %s is no record now"
              .formatted(stored.name(), found.getName()));
    }
    RecordClass type = RecordClass.of(found);
    List<Layout.@Nullable Field> sources = new ArrayList<>();
    List<String> differences = new ArrayList<>();
    for (RecordComponent component : found.getRecordComponents()) {
      Layout.Field source = source(stored, found, component).orElse(null);
      FieldKind kind = FieldKind.of(component.getType());
      if (source != null && !FieldBits.isWidening(source.kind(), kind)) {
        differences.add(
            "%s was %s and is %s"
                .formatted(component.getName(), source.type(), component.getType().getName()));
      }
      sources.add(source);
    }
    if (!differences.isEmpty()) {
      throw new SchemaException(
          "the record %s has changed since it was stored in a way that cannot be translated: %s"
              .formatted(found.getName(), String.join("; ", differences)));
    }
    return new Reader(type, sources);
  }

  private static Optional<Layout.Field> source(
      Layout stored, Class<?> type, RecordComponent component) {
    Optional<Layout.Field> same = stored.find(stored.name(), component.getName());
    if (same.isPresent()) {
      return same;
    }
    RenamedFrom earlier = fieldOf(type, component).getAnnotation(RenamedFrom.class);
    return earlier == null
        ? Optional.empty()
        : Arrays.stream(earlier.value())
            .flatMap(name -> stored.find(stored.name(), name).stream())
            .findFirst();
  }

  private static Field fieldOf(Class<?> type, RecordComponent component) {
    try {
      return type.getDeclaredField(component.getName());
    } catch (NoSuchFieldException e) {
      throw new AssertionError(e);
    }
  }
}
