package dev.basalt.samples.packages;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Walks objects that are linked by a field of their own. The model uses such links instead of
 * collections where an object is in exactly one list: most lists have a few elements, and a link
 * costs eight bytes.
 */
final class Links {
  private Links() {}

  static <T> Iterable<T> walk(@Nullable T first, Function<T, @Nullable T> next) {
    return () ->
        new Iterator<>() {
          private @Nullable T upcoming = first;

          @Override
          public boolean hasNext() {
            return upcoming != null;
          }

          @Override
          public T next() {
            T current = upcoming;
            if (current == null) {
              throw new NoSuchElementException();
            }
            upcoming = next.apply(current);
            return current;
          }
        };
  }
}
