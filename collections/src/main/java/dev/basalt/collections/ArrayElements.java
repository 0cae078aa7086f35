package dev.basalt.collections;

import dev.basalt.object.FieldKind;
import dev.basalt.object.Layout;
import dev.basalt.object.Structures;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The elements of an array list in the pool. All methods are called inside a transaction.
 *
 * <ol>
 *   <li>The elements lie in the slots from 0 to {@code size} - 1; the slots behind are empty.
 *   <li>What can fail, storing an element, comes before any other element moves.
 *   <li>Leaves that an end has left behind by half a leaf are given back.
 * </ol>
 */
final class ArrayElements<E extends @Nullable Object> {
  /** The layout of the list's own object. */
  static final Layout LIST =
      Layout.of(
          PersistentArrayList.class.getName(),
          null,
          List.of(
              new Layout.Declaration("size", FieldKind.INT, "int"),
              new Layout.Declaration("directory", FieldKind.REFERENCE, "slots")));

  private static final int SIZE = LIST.offsetOf("size");
  private static final int DIRECTORY = LIST.offsetOf("directory");

  private final Structures structures;
  private final long list;
  private final Slots slots;

  ArrayElements(Structures structures, long list) {
    this.structures = structures;
    this.list = list;
    this.slots = new Slots(structures, list, DIRECTORY);
  }

  int size() {
    return structures.getInt(list, SIZE);
  }

  private void setSize(int size) {
    structures.putInt(list, SIZE, size);
  }

  // ---- one element

  @SuppressWarnings({"unchecked", "NullAway"}) // the list's type is not stored
  private E element(int index) {
    return (E) structures.getReference(slots.leaf(index), Slots.place(index));
  }

  private void setElement(int index, E element) {
    structures.putReference(slots.leaf(index), Slots.place(index), element);
  }

  long slot(int index) {
    return slots.get(index);
  }

  E get(int index) {
    return element(Objects.checkIndex(index, size()));
  }

  E set(int index, E element) {
    E old = get(index);
    setElement(index, element);
    return old;
  }

  void add(E element) {
    int size = size();
    if (size == Integer.MAX_VALUE) {
      throw new IllegalStateException("the list has the most elements that a list can have");
    }
    slots.ensure(size);
    setElement(size, element);
    setSize(size + 1);
  }

  void add(int index, E element) {
    int size = size();
    int _ = Objects.checkIndex(index, size + 1);
    add(element);
    long added = slots.get(size);
    for (int i = size; i > index; i--) {
      slots.put(i, slots.get(i - 1));
    }
    slots.put(index, added);
  }

  E remove(int index) {
    int size = size();
    E removed = element(Objects.checkIndex(index, size));
    for (int i = index; i < size - 1; i++) {
      slots.put(i, slots.get(i + 1));
    }
    truncate(size - 1);
    return removed;
  }

  // ---- many

  boolean addAll(int index, E[] added) {
    int size = size();
    int _ = Objects.checkIndex(index, size + 1);
    for (E element : added) {
      add(element);
    }
    rotate(index, size, added.length);
    return added.length > 0;
  }

  /** Moves what was appended behind {@code size} to where it belongs. */
  private void rotate(int index, int size, int count) {
    if (index == size || count == 0) {
      return;
    }
    long[] moved = IntStream.range(index, size).mapToLong(slots::get).toArray();
    for (int i = 0; i < count; i++) {
      slots.put(index + i, slots.get(size + i));
    }
    for (int i = 0; i < moved.length; i++) {
      slots.put(index + count + i, moved[i]);
    }
  }

  boolean removeIf(Predicate<? super E> filter) {
    int size = size();
    BitSet removed = new BitSet();
    for (int i = 0; i < size; i++) {
      removed.set(i, filter.test(element(i)));
    }
    int kept = removed.isEmpty() ? size : removed.nextSetBit(0);
    for (int i = kept; i < size; i++) {
      if (!removed.get(i)) {
        slots.put(kept++, slots.get(i));
      }
    }
    truncate(kept);
    return kept < size;
  }

  void removeRange(int fromIndex, int toIndex) {
    int size = size();
    int kept = Objects.checkFromToIndex(fromIndex, toIndex, size);
    for (int i = toIndex; i < size; i++) {
      slots.put(kept++, slots.get(i));
    }
    truncate(kept);
  }

  private void truncate(int newSize) {
    int size = size();
    if (newSize < size) {
      slots.release(newSize, size);
      setSize(newSize);
    }
  }

  void replaceAll(UnaryOperator<E> operator) {
    int size = size();
    for (int i = 0; i < size; i++) {
      setElement(i, operator.apply(element(i)));
    }
  }

  void clear() {
    slots.clear();
    setSize(0);
  }

  // ---- reading

  int indexOf(@Nullable Object element) {
    int size = size();
    for (int i = 0; i < size; i++) {
      if (structures.holds(slots.get(i), element)) {
        return i;
      }
    }
    return -1;
  }

  int lastIndexOf(@Nullable Object element) {
    for (int i = size() - 1; i >= 0; i--) {
      if (structures.holds(slots.get(i), element)) {
        return i;
      }
    }
    return -1;
  }

  @Nullable Object[] toArray() {
    @Nullable Object[] elements = new @Nullable Object[size()];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = element(i);
    }
    return elements;
  }
}
