package dev.basalt.collections;

import dev.basalt.object.FieldWriter;
import dev.basalt.object.Layout;
import dev.basalt.object.ObjectSpace;
import dev.basalt.object.PersistentObject;
import dev.basalt.object.PersistentStructure;
import org.jspecify.annotations.Nullable;

/**
 * The handle of a node of a linked list. An iterator outside transactions holds one, so that the
 * node is not reclaimed before the iterator has gone on.
 */
final class LinkedNode implements PersistentStructure {
  private @Nullable ObjectSpace space;
  private long offset;

  /** Called by the runtime. */
  LinkedNode() {}

  @Override
  public Layout $basalt$layout() {
    return LinkedNodes.NODE;
  }

  @Override
  public @Nullable ObjectSpace $basalt$space() {
    return space;
  }

  @Override
  public long $basalt$offset() {
    return offset;
  }

  @Override
  public void $basalt$bind(@Nullable ObjectSpace newSpace, long newOffset) {
    offset = newOffset;
    space = newSpace;
  }

  /** Nodes are made in the pool and never plain. */
  @Override
  public void $basalt$store(FieldWriter writer) {
    throw new IllegalStateException("a node is stored by its list");
  }

  @Override
  public void $basalt$clear() {}

  @Override
  public PersistentObject $basalt$handle(ObjectSpace in, long at) {
    LinkedNode handle = new LinkedNode();
    handle.$basalt$bind(in, at);
    return handle;
  }
}
