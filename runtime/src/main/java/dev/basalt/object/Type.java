package dev.basalt.object;

import dev.basalt.error.SchemaException;
import org.jspecify.annotations.Nullable;

/**
 * A class as one pool knows it: its id, its stored layout and, once needed, a plain instance from
 * which handles are made.
 */
final class Type {
  private final int id;
  private final Layout layout;
  private final int[] referenceOffsets;

  /** Whether the type has a record in the pool. Guarded by the type table's lock. */
  private boolean recorded;

  private volatile @Nullable PersistentObject prototype;

  /** Whether handles need to be set up. Written before the prototype. */
  private boolean setsUpHandles;

  Type(int id, Layout layout, boolean recorded) {
    this.id = id;
    this.layout = layout;
    this.referenceOffsets = layout.referenceOffsets();
    this.recorded = recorded;
  }

  int id() {
    return id;
  }

  Layout layout() {
    return layout;
  }

  int[] referenceOffsets() {
    return referenceOffsets;
  }

  boolean isRecorded() {
    return recorded;
  }

  void setRecorded() {
    recorded = true;
  }

  /** A plain instance of the class, checked against the stored layout. */
  PersistentObject prototype(ClassLoader loader) {
    PersistentObject known = prototype;
    if (known == null) {
      known = makePrototype(loader);
      setsUpHandles = Prototypes.setsUpHandles(known.getClass());
      prototype = known;
    }
    return known;
  }

  /** Whether the class has a method that sets up handles; known once there is a prototype. */
  boolean setsUpHandles() {
    return setsUpHandles;
  }

  private PersistentObject makePrototype(ClassLoader loader) {
    Class<?> type;
    try {
      type = Class.forName(layout.name(), true, loader);
    } catch (ClassNotFoundException e) {
      throw new SchemaException(
          "the pool holds objects of class %s, which is not on the class path"
              .formatted(layout.name()),
          e);
    }
    PersistentObject made = Prototypes.make(type);
    ShapeCheck.check(layout, Prototypes.layoutOf(made));
    return made;
  }
}
