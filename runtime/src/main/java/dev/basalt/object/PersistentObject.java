package dev.basalt.object;

import org.jspecify.annotations.Nullable;

/**
 * What every rewritten class implements. An instance is <em>plain</em> (its Java fields hold its
 * state) or a <em>handle</em> (its state is the object at {@link #$basalt$offset()} in a pool). The
 * agent writes the methods; programs never call them.
 */
public interface PersistentObject {
  /**
   * The space this handle belongs to.
   *
   * @return the space, or {@code null} if this object is plain
   */
  @Nullable ObjectSpace $basalt$space();

  /**
   * The based pointer of a handle.
   *
   * @return the offset in bytes from the pool's start; meaningless for a plain object
   */
  long $basalt$offset();

  /**
   * Makes this object a handle, or plain again.
   *
   * @param space the space to belong to, or {@code null} to become plain
   * @param offset the based pointer
   */
  void $basalt$bind(@Nullable ObjectSpace space, long offset);

  /**
   * Writes the plain value of every stored field, the superclass's first.
   *
   * @param writer takes the values
   */
  void $basalt$store(FieldWriter writer);

  /**
   * Sets the plain reference fields to {@code null}, so that a handle keeps no plain object alive.
   */
  void $basalt$clear();

  /**
   * Makes another handle of exactly this class without running the class's own constructors.
   *
   * @param space the space that it belongs to
   * @param offset the based pointer
   * @return the handle
   */
  PersistentObject $basalt$handle(ObjectSpace space, long offset);

  /**
   * Calls the methods that set up a handle, the superclass's first. See {@link
   * dev.basalt.annotation.OnHandle}.
   */
  default void $basalt$onHandle() {}
}
