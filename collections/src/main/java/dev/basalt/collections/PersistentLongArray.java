package dev.basalt.collections;

import dev.basalt.object.Layout;
import dev.basalt.object.ObjectSpace;
import dev.basalt.object.PersistentObject;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.LongUnaryOperator;

/**
 * An array of {@code long} that lives in a pool. See {@link PrimitiveArray} for what is promised.
 */
public final class PersistentLongArray extends PrimitiveArray {
  private static final Layout LAYOUT = layout(PersistentLongArray.class);

  /** Creates a plain array without elements. */
  public PersistentLongArray() {
    this(MemorySegment.ofArray(new long[0]));
  }

  /**
   * Creates a plain array of zeroes.
   *
   * @param length the number of elements
   * @throws NegativeArraySizeException if that is negative
   */
  public PersistentLongArray(int length) {
    this(MemorySegment.ofArray(new long[length]));
  }

  /**
   * Creates a plain array.
   *
   * @param elements the elements, which are copied
   */
  public PersistentLongArray(long[] elements) {
    this(MemorySegment.ofArray(elements.clone()));
  }

  private PersistentLongArray(MemorySegment elements) {
    super(LAYOUT, Long.BYTES, elements);
  }

  /**
   * Reads an element.
   *
   * @param index its index
   * @return the element
   */
  public long get(int index) {
    return bits(index);
  }

  /**
   * Writes an element.
   *
   * @param index its index
   * @param value the element
   */
  public void set(int index, long value) {
    setBits(index, value);
  }

  /**
   * Reads elements, all in one state.
   *
   * @param index the first element
   * @param target where to put them
   * @param from the place in the target of the first one
   * @param count how many
   */
  public void get(int index, long[] target, int from, int count) {
    read(index, part(MemorySegment.ofArray(target), from, count));
  }

  /**
   * Writes elements, in one update.
   *
   * @param index the first element
   * @param source where they are
   * @param from the place in the source of the first one
   * @param count how many
   */
  public void put(int index, long[] source, int from, int count) {
    write(index, part(MemorySegment.ofArray(source), from, count));
  }

  /**
   * Sets all elements, in one update.
   *
   * @param value what each becomes
   */
  public void fill(long value) {
    fill(0, length(), value);
  }

  /**
   * Sets the elements of a range, in one update.
   *
   * @param from the first one
   * @param to the one after the last
   * @param value what each becomes
   */
  public void fill(int from, int to, long value) {
    setBits(from, to, value);
  }

  /**
   * Replaces an element by what a function makes of it, in one update.
   *
   * @param index its index
   * @param function the function; runs again after a conflict
   * @return the new element
   */
  public long updateAndGet(int index, LongUnaryOperator function) {
    return changing(
        () -> {
          long result = function.applyAsLong(get(index));
          set(index, result);
          return result;
        });
  }

  /**
   * Searches an array in ascending order, in one state.
   *
   * @param key the element to search for
   * @return its index, or {@code -(where it is to be inserted) - 1}
   */
  public int binarySearch(long key) {
    return reading(
        () -> {
          int low = 0;
          int high = length() - 1;
          while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = Long.compare(get(middle), key);
            if (order == 0) {
              return middle;
            }
            if (order < 0) {
              low = middle + 1;
            } else {
              high = middle - 1;
            }
          }
          return -low - 1;
        });
  }

  /**
   * All elements, in one state.
   *
   * @return a new array
   */
  public long[] toArray() {
    long[] elements = new long[length()];
    get(0, elements, 0, elements.length);
    return elements;
  }

  /** The elements as {@link Arrays#toString} shows them. */
  @Override
  public String toString() {
    return Arrays.toString(toArray());
  }

  @Override
  public PersistentObject $basalt$handle(ObjectSpace in, long at) {
    return new PersistentLongArray().handleAt(in, at);
  }
}
