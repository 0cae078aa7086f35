package dev.basalt.collections;

import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A list that is a deque too.
 *
 * @param <E> the type of elements
 */
public interface ListDeque<E extends @Nullable Object> extends List<E>, Deque<E> {
  @Override
  void addFirst(E element);

  @Override
  void addLast(E element);

  @Override
  E getFirst();

  @Override
  E getLast();

  @Override
  E removeFirst();

  @Override
  E removeLast();

  /**
   * A view of this list in the opposite order.
   *
   * @return the view; changes go through in both directions
   */
  @Override
  ListDeque<E> reversed();
}
