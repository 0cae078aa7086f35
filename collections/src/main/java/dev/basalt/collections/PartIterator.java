package dev.basalt.collections;

import java.util.Iterator;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** An iterator over a part of each thing that another one meets, and through which it removes. */
final class PartIterator<T extends @Nullable Object, P extends @Nullable Object>
    implements Iterator<P> {
  private final Iterator<T> wholes;
  private final Function<T, P> part;

  PartIterator(Iterator<T> wholes, Function<T, P> part) {
    this.wholes = wholes;
    this.part = part;
  }

  @Override
  public boolean hasNext() {
    return wholes.hasNext();
  }

  @Override
  public P next() {
    return part.apply(wholes.next());
  }

  @Override
  public void remove() {
    wholes.remove();
  }
}
