package dev.basalt.object;

import org.jspecify.annotations.Nullable;

/**
 * A class whose objects Basalt lays out by hand, such as a collection. It implements {@link
 * PersistentObject} in its source and says itself which fields its objects have.
 */
public interface PersistentStructure extends PersistentObject {
  /**
   * The fields of the class's objects.
   *
   * @return the layout; the same for all instances of the class
   */
  Layout $basalt$layout();

  /**
   * Whether the calling thread is to work on a structure's plain state: it is plain, or another
   * thread's update is only about to store it.
   *
   * @param structure the structure
   * @return {@code false} if its state is in the pool
   */
  static boolean isPlain(PersistentStructure structure) {
    @Nullable ObjectSpace space = structure.$basalt$space();
    return space == null || !space.sees(structure);
  }

  /**
   * The space of a structure that is known to be a handle.
   *
   * @param structure the structure
   * @return its space
   */
  static ObjectSpace space(PersistentStructure structure) {
    @Nullable ObjectSpace space = structure.$basalt$space();
    if (space == null) {
      throw new IllegalStateException("a plain object has no space");
    }
    return space;
  }
}
