package dev.basalt.collections;

import dev.basalt.object.Layout;
import dev.basalt.object.ObjectSpace;
import dev.basalt.object.PersistentObject;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/**
 * An array of {@code int} that lives in a pool. See {@link PrimitiveArray} for what is promised.
 */
public final class PersistentIntArray extends PrimitiveArray {
  private static final Layout LAYOUT = layout(PersistentIntArray.class);

  /** Creates a plain array without elements. */
  public PersistentIntArray() {
    this(MemorySegment.ofArray(new int[0]));
  }

  /**
   * Creates a plain array of zeroes.
   *
   * @param length the number of elements
   * @throws NegativeArraySizeException if that is negative
   */
  public PersistentIntArray(int length) {
    this(MemorySegment.ofArray(new int[length]));
  }

  /**
   * Creates a plain array.
   *
   * @param elements the elements, which are copied
   */
  public PersistentIntArray(int[] elements) {
    this(MemorySegment.ofArray(elements.clone()));
  }

  private PersistentIntArray(MemorySegment elements) {
    super(LAYOUT, Integer.BYTES, elements);
  }

  /**
   * Reads an element.
   *
   * @param index its index
   * @return the element
   */
  public int get(int index) {
    return (int) bits(index);
  }

  /**
   * Writes an element.
   *
   * @param index its index
   * @param value the element
   */
  public void set(int index, int value) {
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
  public void get(int index, int[] target, int from, int count) {
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
  public void put(int index, int[] source, int from, int count) {
    write(index, part(MemorySegment.ofArray(source), from, count));
  }

  /**
   * Sets all elements, in one update.
   *
   * @param value what each becomes
   */
  public void fill(int value) {
    fill(0, length(), value);
  }

  /**
   * Sets the elements of a range, in one update.
   *
   * @param from the first one
   * @param to the one after the last
   * @param value what each becomes
   */
  public void fill(int from, int to, int value) {
    setBits(from, to, value);
  }

  /**
   * Replaces an element by what a function makes of it, in one update.
   *
   * @param index its index
   * @param function the function; runs again after a conflict
   * @return the new element
   */
  public int updateAndGet(int index, IntUnaryOperator function) {
    return changing(
        () -> {
          int result = function.applyAsInt(get(index));
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
  public int binarySearch(int key) {
    return reading(
        () -> {
          int low = 0;
          int high = length() - 1;
          while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = Integer.compare(get(middle), key);
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
  public int[] toArray() {
    int[] elements = new int[length()];
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
    return new PersistentIntArray().handleAt(in, at);
  }
}
