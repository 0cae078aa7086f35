package dev.basalt.collections;

import dev.basalt.object.PersistentStructure;
import java.util.Comparator;
import java.util.Iterator;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Spliterators of collections whose size another thread may change while they are gone through:
 * they have none, because a stream that is told a size insists on it.
 */
final class Spliteration {
  private Spliteration() {}

  /** Whether only the calling thread can change a collection: it is plain, or in a transaction. */
  static boolean isStill(PersistentStructure collection) {
    return PersistentStructure.isPlain(collection)
        || PersistentStructure.space(collection).transaction() != null;
  }

  /** The elements of an iterator, without a size. */
  static <E extends @Nullable Object> Spliterator<E> unsized(
      Iterator<E> elements, int characteristics) {
    return new Unsized<>(elements, characteristics, null);
  }

  /** The same of distinct elements in the order of a comparator, or null for the natural one. */
  static <E extends @Nullable Object> Spliterator<E> sorted(
      Iterator<E> elements, @Nullable Comparator<? super E> order) {
    int characteristics = Spliterator.DISTINCT | Spliterator.SORTED | Spliterator.ORDERED;
    return new Unsized<>(elements, characteristics, order);
  }

  private static final class Unsized<E extends @Nullable Object>
      extends Spliterators.AbstractSpliterator<E> {
    private final Iterator<E> elements;
    private final @Nullable Comparator<? super E> order;

    Unsized(Iterator<E> elements, int characteristics, @Nullable Comparator<? super E> order) {
      super(Long.MAX_VALUE, characteristics);
      this.elements = elements;
      this.order = order;
    }

    @Override
    public boolean tryAdvance(Consumer<? super E> action) {
      boolean hasNext = elements.hasNext();
      if (hasNext) {
        action.accept(elements.next());
      }
      return hasNext;
    }

    @Override
    public @Nullable Comparator<? super E> getComparator() {
      if (!hasCharacteristics(SORTED)) {
        throw new IllegalStateException("the elements are not sorted");
      }
      return order;
    }
  }
}
