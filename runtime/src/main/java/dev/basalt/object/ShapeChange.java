package dev.basalt.object;

import dev.basalt.annotation.RenamedFrom;
import dev.basalt.error.SchemaException;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How objects of a stored shape become objects of the class as it is now. A field's value comes
 * from the stored field of the same name and class; else from one that the field or its class was
 * called by {@link RenamedFrom}; else from the only one of the same name in another class of the
 * hierarchy (the field was pulled up or pushed down). A field that comes from none is new and has
 * its default value.
 */
final class ShapeChange {
  private final Layout stored;
  private final Layout now;
  private final Class<?> type;
  private final ClassNames names;

  /** What a field of today comes from. */
  private final Map<Layout.Field, Layout.Field> sources = new LinkedHashMap<>();

  private final Set<Layout.Field> unused = new HashSet<>();
  private final List<String> conflicts = new ArrayList<>();

  private ShapeChange(Layout stored, Layout now, Class<?> type, ClassNames names) {
    this.stored = stored;
    this.now = now;
    this.type = type;
    this.names = names;
    unused.addAll(stored.fields());
    now.fields().forEach(field -> match(field, sameName(field)));
    now.fields().forEach(field -> match(field, earlierName(field)));
    now.fields().forEach(field -> match(field, inOtherClass(field)));
    sources.forEach(this::compare);
  }

  static ShapeChange of(Layout stored, Layout now, Class<?> type, ClassNames names) {
    return new ShapeChange(stored, now, type, names);
  }

  /**
   * Throws unless a class can use objects of a stored shape as they lie in the pool.
   *
   * @throws SchemaException with everything that differs
   */
  static void check(Layout stored, Layout now, Class<?> type, ClassNames names) {
    if (!stored.equals(now)) {
      ShapeChange change = of(stored, now, type, names);
      if (!change.conflicts.isEmpty()) {
        throw change.refusal();
      }
      if (!change.isInPlace()) {
        throw notMigrated(stored, now);
      }
    }
  }

  /** Whether every stored value has a place in the class of today, or has none there at all. */
  boolean isPossible() {
    return conflicts.isEmpty();
  }

  /** Whether the bytes of an object mean the same in both shapes. */
  boolean isInPlace() {
    return stored.size() == now.size()
        && unused.isEmpty()
        && sources.size() == now.fields().size()
        && sources.entrySet().stream()
            .allMatch(
                e ->
                    e.getKey().offset() == e.getValue().offset()
                        && e.getKey().kind() == e.getValue().kind());
  }

  /** What each field of today comes from; new ones are missing. */
  Map<Layout.Field, Layout.Field> sources() {
    return sources;
  }

  /** Stored fields that the class no longer has. */
  Set<Layout.Field> removed() {
    return unused;
  }

  SchemaException refusal() {
    return new SchemaException(
        ("%s has changed since its objects were stored in a way that they cannot follow: %s; undo"
                + " that, or use a new field")
            .formatted(now.name(), String.join("; ", conflicts)));
  }

  /** The refusal of a class whose objects have not been brought to its present shape. */
  static SchemaException notMigrated(Layout stored, Layout now) {
    List<String> differences = new ArrayList<>();
    for (Layout.Field field : stored.fields()) {
      if (!now.fields().contains(field)) {
        differences.add("stored: " + describe(field));
      }
    }
    for (Layout.Field field : now.fields()) {
      if (!stored.fields().contains(field)) {
        differences.add("class: " + describe(field));
      }
    }
    if (!Objects.equals(stored.superName(), now.superName())) {
      differences.add(
          "stored superclass: %s, class: %s".formatted(stored.superName(), now.superName()));
    }
    return new SchemaException(
        ("%s has changed since its objects were stored: %s; objects are brought to a new shape when"
                + " the pool is opened for writing and its loader finds the class")
            .formatted(now.name(), String.join("; ", differences)));
  }

  private static String describe(Layout.Field field) {
    return "%s %s at %d".formatted(field.type(), field.name(), field.offset());
  }

  // ---- which stored field is which

  private void match(Layout.Field field, Layout.@Nullable Field source) {
    if (source != null && !sources.containsKey(field) && unused.remove(source)) {
      sources.put(field, source);
    }
  }

  private Layout.@Nullable Field sameName(Layout.Field field) {
    return find(field, List.of(field.name()));
  }

  private Layout.@Nullable Field earlierName(Layout.Field field) {
    Field declared = declared(field);
    RenamedFrom earlier = declared == null ? null : declared.getAnnotation(RenamedFrom.class);
    return earlier == null ? null : find(field, Arrays.asList(earlier.value()));
  }

  private Layout.@Nullable Field find(Layout.Field field, List<String> fieldNames) {
    Class<?> declaring = classNamed(field.declaringClass());
    List<String> classNames = new ArrayList<>(List.of(field.declaringClass()));
    if (declaring != null) {
      classNames.addAll(earlierNames(declaring));
    }
    for (String name : fieldNames) {
      for (String className : classNames) {
        Layout.Field found = stored.find(className, name).orElse(null);
        if (found != null && unused.contains(found)) {
          return found;
        }
      }
    }
    return null;
  }

  private Layout.@Nullable Field inOtherClass(Layout.Field field) {
    List<Layout.Field> candidates =
        unused.stream().filter(f -> f.name().equals(field.name())).toList();
    boolean isOnlyOne =
        now.fields().stream()
                .filter(f -> f.name().equals(field.name()) && !sources.containsKey(f))
                .count()
            == 1;
    return isOnlyOne && candidates.size() == 1 ? candidates.getFirst() : null;
  }

  /** What a class was called, by its own annotation or that of a class around it. */
  private static List<String> earlierNames(Class<?> type) {
    List<String> earlier = new ArrayList<>();
    for (Class<?> outer = type; outer != null; outer = outer.getEnclosingClass()) {
      RenamedFrom renamed = outer.getAnnotation(RenamedFrom.class);
      if (renamed != null) {
        String rest = type.getName().substring(outer.getName().length());
        for (String name : renamed.value()) {
          earlier.add(name + rest);
        }
      }
    }
    return earlier;
  }

  private @Nullable Class<?> classNamed(String name) {
    for (Class<?> at = type; at != null; at = at.getSuperclass()) {
      if (at.getName().equals(name)) {
        return at;
      }
    }
    return null;
  }

  private @Nullable Field declared(Layout.Field field) {
    Class<?> declaring = classNamed(field.declaringClass());
    try {
      return declaring == null ? null : declaring.getDeclaredField(field.name());
    } catch (NoSuchFieldException e) {
      return null; // a layout made by hand
    }
  }

  // ---- whether its values fit

  private void compare(Layout.Field field, Layout.Field source) {
    boolean fits =
        (field.kind().isSlot() && source.kind().isSlot())
            ? referenceFits(field, source)
            : FieldBits.isWidening(source.kind(), field.kind());
    if (!fits) {
      conflicts.add("%s was %s and is %s".formatted(field.name(), source.type(), field.type()));
    }
  }

  /** A field may get a supertype, or another interface. */
  private boolean referenceFits(Layout.Field field, Layout.Field source) {
    if (field.type().equals(source.type())) {
      return true;
    }
    Field declared = declared(field);
    if (declared == null) {
      return false;
    }
    Class<?> was = names.find(source.type());
    Class<?> is = declared.getType();
    return was == null
        ? is.isInterface() || is == Object.class
        : is.isAssignableFrom(was) || (is.isInterface() && was.isInterface());
  }
}
