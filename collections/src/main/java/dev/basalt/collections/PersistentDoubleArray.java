package dev.basalt.collections;

import dev.basalt.object.Layout;
import dev.basalt.object.ObjectSpace;
import dev.basalt.object.PersistentObject;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/**
 * An array of {@code double} that lives in a pool. See {@link PrimitiveArray} for what is promised.
 */
public final class PersistentDoubleArray extends PrimitiveArray {
  private static final Layout LAYOUT = layout(PersistentDoubleArray.class);

  /** Creates a plain array without elements. */
  public PersistentDoubleArray() {
    this(MemorySegment.ofArray(new double[0]));
  }

  /**
   * Creates a plain array of zeroes.
   *
   * @param length the number of elements
   * @throws NegativeArraySizeException if that is negative
   */
  public PersistentDoubleArray(int length) {
    this(MemorySegment.ofArray(new double[length]));
  }

  /**
   * Creates a plain array.
   *
   * @param elements the elements, which are copied
   */
  public PersistentDoubleArray(double[] elements) {
    this(MemorySegment.ofArray(elements.clone()));
  }

  private PersistentDoubleArray(MemorySegment elements) {
    super(LAYOUT, Double.BYTES, elements);
  }

  /**
   * Reads an element.
   *
   * @param index its index
   * @return the element
   */
  public double get(int index) {
    return Double.longBitsToDouble(bits(index));
  }

  /**
   * Writes an element.
   *
   * @param index its index
   * @param value the element
   */
  public void set(int index, double value) {
    setBits(index, Double.doubleToRawLongBits(value));
  }

  /**
   * Reads elements, all in one state.
   *
   * @param index the first element
   * @param target where to put them
   * @param from the place in the target of the first one
   * @param count how many
   */
  public void get(int index, double[] target, int from, int count) {
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
  public void put(int index, double[] source, int from, int count) {
    write(index, part(MemorySegment.ofArray(source), from, count));
  }

  /**
   * Sets all elements, in one update.
   *
   * @param value what each becomes
   */
  public void fill(double value) {
    fill(0, length(), value);
  }

  /**
   * Sets the elements of a range, in one update.
   *
   * @param from the first one
   * @param to the one after the last
   * @param value what each becomes
   */
  public void fill(int from, int to, double value) {
    setBits(from, to, Double.doubleToRawLongBits(value));
  }

  /**
   * Replaces an element by what a function makes of it, in one update.
   *
   * @param index its index
   * @param function the function; runs again after a conflict
   * @return the new element
   */
  public double updateAndGet(int index, DoubleUnaryOperator function) {
    return changing(
        () -> {
          double result = function.applyAsDouble(get(index));
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
  public int binarySearch(double key) {
    return reading(
        () -> {
          int low = 0;
          int high = length() - 1;
          while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = Double.compare(get(middle), key);
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
  public double[] toArray() {
    double[] elements = new double[length()];
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
    return new PersistentDoubleArray().handleAt(in, at);
  }
}
