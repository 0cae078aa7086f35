package dev.basalt.object;

import dev.basalt.format.ObjectFormat;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where the fields of a class lie in its objects: the superclass's first, then its own by falling
 * size and, among equals, by name. So the layout follows from the class alone, and a subclass keeps
 * the offsets of its superclass.
 *
 * @param name the binary name of the class
 * @param superName the name of the nearest persistent superclass, or {@code null}
 * @param fields all fields, inherited ones first
 * @param size bytes of an object with its header, a multiple of 8
 */
public record Layout(String name, @Nullable String superName, List<Field> fields, int size) {
  /**
   * A stored field.
   *
   * @param name its name
   * @param kind its kind
   * @param type the declared type's name, for messages
   * @param offset bytes from the object's start
   * @param declaringClass the name of the class that declares it
   */
  public record Field(
      String name, FieldKind kind, String type, int offset, String declaringClass) {}

  /**
   * A field without a place.
   *
   * @param name its name
   * @param kind its kind
   * @param type the declared type's name
   */
  public record Declaration(String name, FieldKind kind, String type) {}

  /**
   * Lays out a class.
   *
   * @param name the binary name of the class
   * @param base the layout of its persistent superclass, or {@code null}
   * @param declared its own fields, in any order
   * @return the layout
   */
  public static Layout of(String name, @Nullable Layout base, List<Declaration> declared) {
    List<Field> fields = new ArrayList<>(base == null ? List.of() : base.fields);
    List<Declaration> ordered = new ArrayList<>(declared);
    ordered.sort(
        Comparator.comparingInt((Declaration d) -> -d.kind.bytes())
            .thenComparing(Declaration::name));
    int end =
        fields.stream().mapToInt(f -> f.offset + f.kind.bytes()).max().orElse(ObjectFormat.SIZE);
    for (Declaration declaration : ordered) {
      int offset = roundUp(end, declaration.kind.bytes());
      fields.add(new Field(declaration.name, declaration.kind, declaration.type, offset, name));
      end = offset + declaration.kind.bytes();
    }
    return new Layout(
        name, base == null ? null : base.name, List.copyOf(fields), roundUp(end, Long.BYTES));
  }

  private static int roundUp(int offset, int multiple) {
    return (offset + multiple - 1) / multiple * multiple;
  }

  /**
   * Finds a field by its name and declaring class.
   *
   * @param declaringClass the binary name of the class that declares it
   * @param field its name
   * @return the field, if there is one
   */
  public Optional<Field> find(String declaringClass, String field) {
    return fields.stream()
        .filter(f -> f.name.equals(field) && f.declaringClass.equals(declaringClass))
        .findFirst();
  }

  /**
   * The place of one of this class's own fields.
   *
   * @param field its name
   * @return bytes from the object's start
   */
  public int offsetOf(String field) {
    return find(name, field)
        .orElseThrow(() -> new IllegalArgumentException(name + " has no field " + field))
        .offset;
  }

  /**
   * The places of the fields that hold references.
   *
   * @return offsets in ascending order
   */
  public int[] referenceOffsets() {
    return fields.stream().filter(f -> f.kind.isSlot()).mapToInt(Field::offset).sorted().toArray();
  }

  /** The places of the fields that hold weak references. */
  int[] weakOffsets() {
    return offsetsOf(FieldKind.WEAK);
  }

  /** The places of the fields that lead back. */
  int[] backOffsets() {
    return offsetsOf(FieldKind.BACK);
  }

  private int[] offsetsOf(FieldKind kind) {
    return fields.stream().filter(f -> f.kind == kind).mapToInt(Field::offset).sorted().toArray();
  }
}
