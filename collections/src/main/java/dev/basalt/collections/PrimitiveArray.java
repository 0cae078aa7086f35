package dev.basalt.collections;

import dev.basalt.object.FieldKind;
import dev.basalt.object.FieldWriter;
import dev.basalt.object.Layout;
import dev.basalt.object.ObjectSpace;
import dev.basalt.object.PersistentStructure;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An array of primitives. Plain until an update stores it into something persistent; then its
 * elements live in the pool.
 *
 * <p>The length is fixed. Every operation is atomic, bulk operations too; inside a transaction it
 * is part of that. A write logs the changed words of 8 bytes only, and two threads conflict if they
 * touch the same 496 bytes of elements. Parts that have always been 0 take no place in the pool.
 * Like arrays of Java, one equals only itself.
 *
 * <p>Safe for use by any number of threads while in a pool; not while plain.
 */
public abstract sealed class PrimitiveArray implements PersistentStructure
    permits PersistentByteArray, PersistentIntArray, PersistentLongArray, PersistentDoubleArray {
  private final Layout layout;
  private final int width;
  private transient @Nullable ObjectSpace space;
  private transient long offset;

  /** The array that holds the plain state. */
  private transient @Nullable MemorySegment plain;

  /** A plain array whose elements of {@code width} bytes are those of an array of Java. */
  PrimitiveArray(Layout layout, int width, MemorySegment elements) {
    this.layout = layout;
    this.width = width;
    this.plain = elements;
  }

  static Layout layout(Class<? extends PrimitiveArray> type) {
    return Layout.of(
        type.getName(),
        null,
        List.of(
            new Layout.Declaration("length", FieldKind.INT, "int"),
            new Layout.Declaration("blocks", FieldKind.REFERENCE, "slots")));
  }

  /** The plain state, or null if this is a handle. Read before the check: a handle has none. */
  private @Nullable MemorySegment plain() {
    MemorySegment state = plain;
    VarHandle.loadLoadFence();
    return PersistentStructure.isPlain(this) ? state : null;
  }

  private Words words() {
    ObjectSpace in = PersistentStructure.space(this);
    return new Words(in.structures(), in.place(this), layout.offsetOf("blocks"));
  }

  final <R extends @Nullable Object> R reading(Supplier<R> body) {
    return plain() != null ? body.get() : PersistentStructure.space(this).read(body);
  }

  final <R extends @Nullable Object> R changing(Supplier<R> body) {
    return plain() != null ? body.get() : PersistentStructure.space(this).write(body);
  }

  /**
   * The number of elements.
   *
   * @return the length
   */
  public final int length() {
    MemorySegment local = plain();
    if (local != null) {
      return (int) (local.byteSize() / width);
    }
    ObjectSpace in = PersistentStructure.space(this);
    return in.structures().getInt(in.place(this), layout.offsetOf("length"));
  }

  /**
   * Reads elements as bytes in the platform's order.
   *
   * @param index the first element
   * @param target is filled with elements
   * @throws IllegalArgumentException if the target's size is not one of whole elements
   * @throws IndexOutOfBoundsException if the array has not so many elements
   */
  public final void read(int index, MemorySegment target) {
    checkRange(index, target.byteSize());
    long at = (long) index * width;
    MemorySegment local = plain();
    if (local != null) {
      MemorySegment.copy(local, at, target, 0, target.byteSize());
      return;
    }
    boolean _ =
        reading(
            () -> {
              words().read(at, target);
              return true;
            });
  }

  /**
   * Writes elements from bytes in the platform's order, in one update.
   *
   * @param index the first element
   * @param source the elements
   * @throws IllegalArgumentException if the source's size is not one of whole elements
   * @throws IndexOutOfBoundsException if the array has not so many elements
   */
  public final void write(int index, MemorySegment source) {
    checkRange(index, source.byteSize());
    long at = (long) index * width;
    MemorySegment local = plain();
    if (local != null) {
      MemorySegment.copy(source, 0, local, at, source.byteSize());
      return;
    }
    boolean _ =
        changing(
            () -> {
              words().write(at, source);
              return true;
            });
  }

  /**
   * Reads elements as bytes in the platform's order, whatever the buffer's.
   *
   * @param index the first element
   * @param target is filled with elements from its position to its limit, which becomes its
   *     position
   * @throws IllegalArgumentException if what remains in the buffer is not whole elements
   * @throws IndexOutOfBoundsException if the array has not so many elements
   */
  public final void read(int index, ByteBuffer target) {
    read(index, MemorySegment.ofBuffer(target));
    target.position(target.limit());
  }

  /**
   * Writes elements from bytes in the platform's order, whatever the buffer's, in one update.
   *
   * @param index the first element
   * @param source the elements, from its position to its limit, which becomes its position
   * @throws IllegalArgumentException if what remains in the buffer is not whole elements
   * @throws IndexOutOfBoundsException if the array has not so many elements
   */
  public final void write(int index, ByteBuffer source) {
    write(index, MemorySegment.ofBuffer(source));
    source.position(source.limit());
  }

  private void checkRange(int index, long bytes) {
    if (bytes % width != 0) {
      throw new IllegalArgumentException(
          "%d bytes are not whole elements of %d bytes".formatted(bytes, width));
    }
    long _ = Objects.checkFromIndexSize((long) index, bytes / width, (long) length());
  }

  /** The part of an array of Java that an operation is about. */
  final MemorySegment part(MemorySegment array, int from, int count) {
    return array.asSlice((long) from * width, (long) count * width);
  }

  final long bits(int index) {
    int checked = Objects.checkIndex(index, length());
    MemorySegment local = plain();
    return local != null
        ? plainBits(local, checked)
        : reading(() -> words().get((long) checked * width, width));
  }

  final void setBits(int index, long bits) {
    setBits(index, Objects.checkIndex(index, length()) + 1, bits);
  }

  /** Sets the elements of a range, in one update. */
  final void setBits(int from, int to, long bits) {
    int _ = Objects.checkFromToIndex(from, to, length());
    MemorySegment local = plain();
    if (local != null) {
      for (int i = from; i < to; i++) {
        setPlainBits(local, i, bits);
      }
      return;
    }
    boolean _ =
        changing(
            () -> {
              Words words = words();
              for (int i = from; i < to; i++) {
                words.put((long) i * width, width, bits);
              }
              return true;
            });
  }

  private long plainBits(MemorySegment local, int index) {
    return switch (width) {
      case Byte.BYTES -> local.get(ValueLayout.JAVA_BYTE, index);
      case Integer.BYTES -> local.getAtIndex(ValueLayout.JAVA_INT, index);
      default -> local.getAtIndex(ValueLayout.JAVA_LONG, index);
    };
  }

  private void setPlainBits(MemorySegment local, int index, long bits) {
    switch (width) {
      case Byte.BYTES -> local.set(ValueLayout.JAVA_BYTE, index, (byte) bits);
      case Integer.BYTES -> local.setAtIndex(ValueLayout.JAVA_INT, index, (int) bits);
      default -> local.setAtIndex(ValueLayout.JAVA_LONG, index, bits);
    }
  }

  @Override
  public final Layout $basalt$layout() {
    return layout;
  }

  @Override
  public final @Nullable ObjectSpace $basalt$space() {
    return space;
  }

  @Override
  public final long $basalt$offset() {
    return offset;
  }

  @Override
  public final void $basalt$bind(@Nullable ObjectSpace newSpace, long newOffset) {
    if (newSpace != null) {
      offset = newOffset;
      VarHandle.releaseFence(); // whoever sees the space sees the offset
    }
    space = newSpace;
  }

  @Override
  public final void $basalt$store(FieldWriter writer) {
    MemorySegment elements = Objects.requireNonNull(plain);
    ObjectSpace in = PersistentStructure.space(this);
    in.structures()
        .putInt(in.place(this), layout.offsetOf("length"), (int) (elements.byteSize() / width));
    Words words = words();
    words.create(elements.byteSize());
    words.write(0, elements);
  }

  @Override
  public final void $basalt$clear() {
    plain = null;
  }

  final PrimitiveArray handleAt(ObjectSpace in, long at) {
    plain = null;
    $basalt$bind(in, at);
    return this;
  }
}
