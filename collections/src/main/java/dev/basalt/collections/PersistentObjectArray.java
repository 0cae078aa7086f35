package dev.basalt.collections;

import dev.basalt.object.FieldKind;
import dev.basalt.object.FieldWriter;
import dev.basalt.object.Layout;
import dev.basalt.object.ObjectSpace;
import dev.basalt.object.PersistentObject;
import dev.basalt.object.PersistentStructure;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An array of objects. Plain until an update stores it into something persistent; then its elements
 * live in the pool.
 *
 * <p>The length is fixed, and {@code null} is an element. Every operation is atomic; inside a
 * transaction it is part of that. Like arrays of Java, one equals only itself.
 *
 * <p>Safe for use by any number of threads while in a pool; not while plain.
 *
 * @param <E> the type of elements: whatever a field may hold
 */
public final class PersistentObjectArray<E> implements PersistentStructure {
  private static final Layout LAYOUT =
      Layout.of(
          PersistentObjectArray.class.getName(),
          null,
          List.of(
              new Layout.Declaration("length", FieldKind.INT, "int"),
              new Layout.Declaration("directory", FieldKind.REFERENCE, "slots")));
  private static final int LENGTH = LAYOUT.offsetOf("length");
  private static final int DIRECTORY = LAYOUT.offsetOf("directory");

  private transient @Nullable ObjectSpace space;
  private transient long offset;
  private transient @Nullable Object @Nullable [] plain;

  /** Creates a plain array without elements. */
  public PersistentObjectArray() {
    this(0);
  }

  /**
   * Creates a plain array of {@code null}.
   *
   * @param length the number of elements
   * @throws NegativeArraySizeException if that is negative
   */
  public PersistentObjectArray(int length) {
    this.plain = new @Nullable Object[length];
  }

  /**
   * Creates a plain array.
   *
   * @param elements the elements; the array is copied
   */
  public PersistentObjectArray(@Nullable E[] elements) {
    this.plain = Arrays.copyOf(elements, elements.length, Object[].class);
  }

  /** The plain state, or null if this is a handle. Read before the check: a handle has none. */
  private @Nullable Object @Nullable [] plain() {
    @Nullable Object[] state = plain;
    VarHandle.loadLoadFence();
    return PersistentStructure.isPlain(this) ? state : null;
  }

  private Slots slots(ObjectSpace in) {
    return new Slots(in.structures(), in.place(this), DIRECTORY);
  }

  private <R extends @Nullable Object> R reading(Supplier<R> body) {
    return plain() != null ? body.get() : PersistentStructure.space(this).read(body);
  }

  private <R extends @Nullable Object> R changing(Supplier<R> body) {
    return plain() != null ? body.get() : PersistentStructure.space(this).write(body);
  }

  /**
   * The number of elements.
   *
   * @return the length
   */
  public int length() {
    @Nullable Object[] local = plain();
    if (local != null) {
      return local.length;
    }
    ObjectSpace in = PersistentStructure.space(this);
    return in.structures().getInt(in.place(this), LENGTH);
  }

  /**
   * Reads an element.
   *
   * @param index its index
   * @return the element
   */
  @SuppressWarnings("unchecked") // only elements are stored
  public @Nullable E get(int index) {
    int checked = Objects.checkIndex(index, length());
    @Nullable Object[] local = plain();
    if (local != null) {
      return (@Nullable E) local[checked];
    }
    ObjectSpace in = PersistentStructure.space(this);
    return in.read(
        () ->
            (@Nullable E)
                in.structures().getReference(slots(in).leaf(checked), Slots.place(checked)));
  }

  /**
   * Writes an element.
   *
   * @param index its index
   * @param element the element
   */
  public void set(int index, @Nullable E element) {
    fill(index, Objects.checkIndex(index, length()) + 1, element);
  }

  /**
   * Sets all elements, in one update.
   *
   * @param element what each becomes
   */
  public void fill(@Nullable E element) {
    fill(0, length(), element);
  }

  /**
   * Sets the elements of a range, in one update.
   *
   * @param from the first one
   * @param to the one after the last
   * @param element what each becomes
   */
  public void fill(int from, int to, @Nullable E element) {
    int _ = Objects.checkFromToIndex(from, to, length());
    @Nullable Object[] local = plain();
    if (local != null) {
      Arrays.fill(local, from, to, element);
      return;
    }
    ObjectSpace in = PersistentStructure.space(this);
    boolean _ =
        in.write(
            () -> {
              Slots slots = slots(in);
              for (int i = from; i < to; i++) {
                in.structures().putReference(slots.leaf(i), Slots.place(i), element);
              }
              return true;
            });
  }

  /**
   * Replaces an element by what a function makes of it, in one update.
   *
   * @param index its index
   * @param function the function; runs again after a conflict
   * @return the new element
   */
  public @Nullable E updateAndGet(int index, UnaryOperator<@Nullable E> function) {
    return changing(
        () -> {
          set(index, function.apply(get(index)));
          return get(index);
        });
  }

  /**
   * All elements, in one state.
   *
   * @return a new array
   */
  public @Nullable Object[] toArray() {
    return reading(
        () -> {
          @Nullable Object[] elements = new @Nullable Object[length()];
          for (int i = 0; i < elements.length; i++) {
            elements[i] = get(i);
          }
          return elements;
        });
  }

  /** The elements as {@link Arrays#toString} shows them, in one state. */
  @Override
  public String toString() {
    return reading(() -> Arrays.toString(toArray()));
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
  public void $basalt$store(FieldWriter writer) {
    ObjectSpace in = PersistentStructure.space(this);
    @Nullable Object[] elements = Objects.requireNonNull(plain);
    in.structures().putInt(in.place(this), LENGTH, elements.length);
    Slots slots = slots(in);
    for (int i = 0; i < elements.length; i++) {
      slots.ensure(i);
      in.structures().putReference(slots.leaf(i), Slots.place(i), elements[i]);
    }
  }

  @Override
  public void $basalt$clear() {
    plain = null;
  }

  @Override
  public PersistentObject $basalt$handle(ObjectSpace in, long at) {
    PersistentObjectArray<E> handle = new PersistentObjectArray<>();
    handle.plain = null;
    handle.$basalt$bind(in, at);
    return handle;
  }
}
