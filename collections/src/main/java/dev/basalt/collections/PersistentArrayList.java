package dev.basalt.collections;

import dev.basalt.object.FieldKind;
import dev.basalt.object.FieldWriter;
import dev.basalt.object.Layout;
import dev.basalt.object.ObjectSpace;
import dev.basalt.object.PersistentObject;
import dev.basalt.object.PersistentStructure;
import java.lang.invoke.VarHandle;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.ListIterator;
import java.util.Objects;
import java.util.RandomAccess;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A list of which any element is reached in constant time. Plain until an update stores it into
 * something persistent; then its elements live in the pool.
 *
 * <p>Behaves like {@link ArrayList}: {@code null} is an element, and the cost of operations is the
 * same. Every operation is atomic, bulk operations too; inside a transaction it is part of that. In
 * a pool, iterators are weakly consistent: they never throw {@link
 * java.util.ConcurrentModificationException}, and outside a transaction each step sees the latest
 * committed state.
 *
 * <p>Elements lie in leaves of 256 under a directory, so appending copies little and setting an
 * element logs 8 bytes. Safe for use by any number of threads while in a pool; not while plain.
 *
 * @param <E> the type of elements: persistent classes, strings, boxed primitives, collections of
 *     Basalt
 */
public final class PersistentArrayList<E extends @Nullable Object> extends AbstractList<E>
    implements List<E>, RandomAccess, PersistentStructure {
  private static final Layout LAYOUT =
      Layout.of(
          PersistentArrayList.class.getName(),
          null,
          List.of(
              new Layout.Declaration("size", FieldKind.INT, "int"),
              new Layout.Declaration("directory", FieldKind.REFERENCE, "slots")));
  private static final int SIZE = LAYOUT.offsetOf("size");
  private static final int DIRECTORY = LAYOUT.offsetOf("directory");

  private transient @Nullable ObjectSpace space;
  private transient long offset;
  private transient @Nullable List<E> plain;

  /** Creates an empty plain list. */
  public PersistentArrayList() {
    this.plain = new ArrayList<>();
  }

  /**
   * Creates a plain list of elements.
   *
   * @param elements the elements, in the order of their iterator
   */
  public PersistentArrayList(Collection<? extends E> elements) {
    this.plain = new ArrayList<>(elements);
  }

  /** The plain state, or null if this is a handle. Read before the check: a handle has none. */
  private @Nullable List<E> plain() {
    List<E> state = plain;
    VarHandle.loadLoadFence();
    return PersistentStructure.isPlain(this) ? state : null;
  }

  private Slots slots(ObjectSpace in) {
    return new Slots(in, in.place(this), DIRECTORY);
  }

  private int size(ObjectSpace in) {
    return in.getInt(in.place(this), SIZE);
  }

  private void setSize(ObjectSpace in, int size) {
    in.putInt(in.place(this), SIZE, size);
  }

  @SuppressWarnings({"unchecked", "NullAway"}) // the list's type is not stored
  private E element(ObjectSpace in, Slots slots, int index) {
    return (E) in.getReference(slots.leaf(index), Slots.place(index));
  }

  @Override
  public int size() {
    List<E> local = plain();
    return local != null ? local.size() : size(PersistentStructure.space(this));
  }

  @Override
  public E get(int index) {
    List<E> local = plain();
    if (local != null) {
      return local.get(index);
    }
    ObjectSpace in = PersistentStructure.space(this);
    return in.read(
        () -> {
          Objects.checkIndex(index, size(in));
          return element(in, slots(in), index);
        });
  }

  @Override
  public E set(int index, E element) {
    List<E> local = plain();
    if (local != null) {
      return local.set(index, element);
    }
    ObjectSpace in = PersistentStructure.space(this);
    return in.write(
        () -> {
          Objects.checkIndex(index, size(in));
          Slots slots = slots(in);
          E old = element(in, slots, index);
          in.putReference(slots.leaf(index), Slots.place(index), element);
          return old;
        });
  }

  @Override
  public boolean add(E element) {
    List<E> local = plain();
    if (local != null) {
      return local.add(element);
    }
    ObjectSpace in = PersistentStructure.space(this);
    in.write(
        () -> {
          append(in, element);
          return true;
        });
    return true;
  }

  private void append(ObjectSpace in, E element) {
    int size = size(in);
    if (size == Integer.MAX_VALUE) {
      throw new IllegalStateException("the list has the most elements that a list can have");
    }
    Slots slots = slots(in);
    slots.ensure(size);
    in.putReference(slots.leaf(size), Slots.place(size), element);
    setSize(in, size + 1);
  }

  @Override
  public void add(int index, E element) {
    List<E> local = plain();
    if (local != null) {
      local.add(index, element);
      return;
    }
    ObjectSpace in = PersistentStructure.space(this);
    in.write(
        () -> {
          int size = size(in);
          Objects.checkIndex(index, size + 1);
          append(in, element); // what can fail has been done when the others move
          Slots slots = slots(in);
          long added = slots.get(size);
          for (int i = size; i > index; i--) {
            slots.put(i, slots.get(i - 1));
          }
          slots.put(index, added);
          return true;
        });
  }

  @Override
  public E remove(int index) {
    List<E> local = plain();
    if (local != null) {
      return local.remove(index);
    }
    ObjectSpace in = PersistentStructure.space(this);
    return in.write(
        () -> {
          int size = size(in);
          Objects.checkIndex(index, size);
          Slots slots = slots(in);
          E removed = element(in, slots, index);
          for (int i = index; i < size - 1; i++) {
            slots.put(i, slots.get(i + 1));
          }
          truncate(in, slots, size, size - 1);
          return removed;
        });
  }

  private void truncate(ObjectSpace in, Slots slots, int size, int newSize) {
    for (int i = newSize; i < size; i++) {
      slots.put(i, 0);
    }
    setSize(in, newSize);
  }

  @Override
  public void clear() {
    List<E> local = plain();
    if (local != null) {
      local.clear();
      return;
    }
    ObjectSpace in = PersistentStructure.space(this);
    in.write(
        () -> {
          slots(in).clear();
          setSize(in, 0);
          return true;
        });
  }

  @Override
  public boolean addAll(Collection<? extends E> elements) {
    return addAll(size(), elements);
  }

  @Override
  @SuppressWarnings("unchecked") // a collection's array holds its elements
  public boolean addAll(int index, Collection<? extends E> elements) {
    List<E> local = plain();
    if (local != null) {
      return local.addAll(index, elements);
    }
    ObjectSpace in = PersistentStructure.space(this);
    E[] added = (E[]) elements.toArray();
    return in.write(
        () -> {
          int size = size(in);
          Objects.checkIndex(index, size + 1);
          for (E element : added) {
            append(in, element);
          }
          rotate(in, index, size, added.length);
          return added.length > 0;
        });
  }

  /** Moves what was appended behind {@code size} to where it belongs. */
  private void rotate(ObjectSpace in, int index, int size, int count) {
    if (index == size || count == 0) {
      return;
    }
    Slots slots = slots(in);
    long[] moved = IntStream.range(index, size).mapToLong(slots::get).toArray();
    for (int i = 0; i < count; i++) {
      slots.put(index + i, slots.get(size + i));
    }
    for (int i = 0; i < moved.length; i++) {
      slots.put(index + count + i, moved[i]);
    }
  }

  @Override
  public boolean removeIf(Predicate<? super E> filter) {
    Objects.requireNonNull(filter, "filter");
    List<E> local = plain();
    if (local != null) {
      return local.removeIf(filter);
    }
    ObjectSpace in = PersistentStructure.space(this);
    return in.write(
        () -> {
          int size = size(in);
          Slots slots = slots(in);
          BitSet removed = new BitSet(size);
          for (int i = 0; i < size; i++) {
            removed.set(i, filter.test(element(in, slots, i)));
          }
          int kept = 0;
          for (int i = 0; i < size; i++) {
            if (!removed.get(i)) {
              slots.put(kept++, slots.get(i));
            }
          }
          truncate(in, slots, size, kept);
          return kept < size;
        });
  }

  @Override
  public boolean removeAll(Collection<?> elements) {
    Objects.requireNonNull(elements, "elements");
    return removeIf(elements::contains);
  }

  @Override
  public boolean retainAll(Collection<?> elements) {
    Objects.requireNonNull(elements, "elements");
    return removeIf(element -> !elements.contains(element));
  }

  @Override
  public boolean remove(@Nullable Object element) {
    return changing(
        () -> {
          int index = indexOf(element);
          if (index >= 0) {
            E _ = remove(index);
          }
          return index >= 0;
        });
  }

  @Override
  protected void removeRange(int fromIndex, int toIndex) {
    boolean _ =
        changing(
            () -> {
              for (int i = toIndex - 1; i >= fromIndex; i--) {
                E _ = remove(i);
              }
              return true;
            });
  }

  @Override
  public void replaceAll(UnaryOperator<E> operator) {
    Objects.requireNonNull(operator, "operator");
    boolean _ =
        changing(
            () -> {
              for (int i = 0; i < size(); i++) {
                E _ = set(i, operator.apply(get(i)));
              }
              return true;
            });
  }

  @Override
  @SuppressWarnings("unchecked") // a list's array holds its elements
  public void sort(@Nullable Comparator<? super E> comparator) {
    boolean _ =
        changing(
            () -> {
              List<E> sorted = new ArrayList<>(this);
              sorted.sort(comparator);
              for (int i = 0; i < sorted.size(); i++) {
                E _ = set(i, sorted.get(i));
              }
              return true;
            });
  }

  @Override
  public void forEach(Consumer<? super E> action) {
    Objects.requireNonNull(action, "action");
    boolean _ =
        reading(
            () -> {
              int size = size();
              for (int i = 0; i < size; i++) {
                action.accept(get(i));
              }
              return true;
            });
  }

  @Override
  public boolean contains(@Nullable Object element) {
    return indexOf(element) >= 0;
  }

  @Override
  public int indexOf(@Nullable Object element) {
    List<E> local = plain();
    if (local != null) {
      return local.indexOf(element);
    }
    ObjectSpace in = PersistentStructure.space(this);
    return in.read(
        () -> {
          int size = size(in);
          Slots slots = slots(in);
          for (int i = 0; i < size; i++) {
            if (in.holds(slots.get(i), element)) {
              return i;
            }
          }
          return -1;
        });
  }

  @Override
  public int lastIndexOf(@Nullable Object element) {
    List<E> local = plain();
    if (local != null) {
      return local.lastIndexOf(element);
    }
    ObjectSpace in = PersistentStructure.space(this);
    return in.read(
        () -> {
          Slots slots = slots(in);
          for (int i = size(in) - 1; i >= 0; i--) {
            if (in.holds(slots.get(i), element)) {
              return i;
            }
          }
          return -1;
        });
  }

  @Override
  @SuppressWarnings("NullAway") // the elements may be null, which the JDK's signature does not say
  public Object[] toArray() {
    List<E> local = plain();
    if (local != null) {
      return local.toArray();
    }
    ObjectSpace in = PersistentStructure.space(this);
    return in.read(
        () -> {
          Object[] elements = new Object[size(in)];
          Slots slots = slots(in);
          for (int i = 0; i < elements.length; i++) {
            elements[i] = element(in, slots, i);
          }
          return elements;
        });
  }

  @Override
  public <T extends @Nullable Object> T[] toArray(T[] target) {
    return reading(() -> super.toArray(target));
  }

  @Override
  public Iterator<E> iterator() {
    List<E> local = plain();
    return local != null ? local.iterator() : super.iterator();
  }

  @Override
  public ListIterator<E> listIterator(int index) {
    List<E> local = plain();
    return local != null ? local.listIterator(index) : super.listIterator(index);
  }

  @Override
  public List<E> subList(int fromIndex, int toIndex) {
    List<E> local = plain();
    return local != null ? local.subList(fromIndex, toIndex) : super.subList(fromIndex, toIndex);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return reading(() -> super.equals(other));
  }

  @Override
  public int hashCode() {
    return reading(super::hashCode);
  }

  @Override
  public String toString() {
    return reading(super::toString);
  }

  private <R extends @Nullable Object> R reading(Supplier<R> body) {
    ObjectSpace in = space;
    return in == null ? body.get() : in.read(body);
  }

  private <R extends @Nullable Object> R changing(Supplier<R> body) {
    ObjectSpace in = space;
    return in == null ? body.get() : in.write(body);
  }

  @Override
  public Layout $basalt$layout() {
    return LAYOUT;
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
    if (newSpace != null) {
      offset = newOffset;
      VarHandle.releaseFence(); // whoever sees the space sees the offset
    }
    space = newSpace;
  }

  @Override
  @SuppressWarnings("NullAway") // the elements may be null
  public void $basalt$store(FieldWriter writer) {
    ObjectSpace in = PersistentStructure.space(this);
    for (E element : Objects.requireNonNull(plain)) {
      append(in, element);
    }
  }

  @Override
  public void $basalt$clear() {
    plain = null;
  }

  @Override
  public PersistentObject $basalt$handle(ObjectSpace in, long at) {
    PersistentArrayList<E> handle = new PersistentArrayList<>();
    handle.plain = null;
    handle.$basalt$bind(in, at);
    return handle;
  }
}
