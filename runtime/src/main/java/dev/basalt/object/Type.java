package dev.basalt.object;

import org.jspecify.annotations.Nullable;

/** A type as one pool knows it: its id and its stored shape. */
final class Type {
  private static final int[] NONE = {};

  private final int id;
  private final Shape shape;
  private final int[] referenceOffsets;
  private final int[] backOffsets;
  private final int[] weakOffsets;

  /** Whether the type has a record in the pool. Guarded by the type table's lock. */
  private boolean recorded;

  /** An equal layout that was compared last. */
  private volatile @Nullable Layout matched;

  private volatile @Nullable PersistentObject prototype;

  /** Whether handles need to be set up. Written before the prototype. */
  private boolean setsUpHandles;

  Type(int id, Shape shape, boolean recorded) {
    this.id = id;
    this.shape = shape;
    this.referenceOffsets =
        switch (shape) {
          case Shape.ClassShape(Layout layout) -> layout.referenceOffsets();
          case Shape.RecordShape(Layout layout) -> layout.referenceOffsets();
          case Shape.EnumShape _, Shape.ArrayShape _, Shape.CodecShape _ -> NONE;
        };
    this.backOffsets =
        shape instanceof Shape.ClassShape(Layout layout) ? layout.backOffsets() : NONE;
    this.weakOffsets =
        shape instanceof Shape.ClassShape(Layout layout) ? layout.weakOffsets() : NONE;
    this.recorded = recorded;
  }

  int id() {
    return id;
  }

  Shape shape() {
    return shape;
  }

  /** Where the references of a class or a record lie. */
  int[] referenceOffsets() {
    return referenceOffsets;
  }

  /** Where the fields of a structure lie that lead back. */
  int[] backOffsets() {
    return backOffsets;
  }

  boolean hasWeak() {
    return weakOffsets.length > 0;
  }

  /** Whether a field holds weak references. */
  boolean isWeak(int fieldOffset) {
    for (int offset : weakOffsets) {
      if (offset == fieldOffset) {
        return true;
      }
    }
    return false;
  }

  boolean isRecorded() {
    return recorded;
  }

  void setRecorded() {
    recorded = true;
  }

  /** Whether this is the type of a class that has this layout now. */
  @SuppressWarnings("ReferenceEquality") // the same instance needs no comparison
  boolean isOf(Layout layout) {
    if (layout == matched) {
      return true;
    }
    if (shape instanceof Shape.ClassShape(Layout stored) && stored.equals(layout)) {
      matched = layout;
      return true;
    }
    return false;
  }

  /** A plain instance from which handles are made; {@code null} until there is one. */
  @Nullable PersistentObject prototype() {
    return prototype;
  }

  /** Whether the class has a method that sets up handles; known once there is a prototype. */
  boolean setsUpHandles() {
    return setsUpHandles;
  }

  void setPrototype(PersistentObject made) {
    setsUpHandles = Prototypes.setsUpHandles(made.getClass());
    prototype = made;
  }
}
