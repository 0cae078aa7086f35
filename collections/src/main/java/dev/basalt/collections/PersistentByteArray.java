package dev.basalt.collections;

import dev.basalt.object.Layout;
import dev.basalt.object.ObjectSpace;
import dev.basalt.object.PersistentObject;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * An array of {@code byte} that lives in a pool. See {@link PrimitiveArray} for what is promised.
 */
public final class PersistentByteArray extends PrimitiveArray {
  private static final Layout LAYOUT = layout(PersistentByteArray.class);

  /** Creates a plain array without elements. */
  public PersistentByteArray() {
    this(MemorySegment.ofArray(new byte[0]));
  }

  /**
   * Creates a plain array of zeroes.
   *
   * @param length the number of elements
   * @throws NegativeArraySizeException if that is negative
   */
  public PersistentByteArray(int length) {
    this(MemorySegment.ofArray(new byte[length]));
  }

  /**
   * Creates a plain array.
   *
   * @param elements the elements, which are copied
   */
  public PersistentByteArray(byte[] elements) {
    this(MemorySegment.ofArray(elements.clone()));
  }

  private PersistentByteArray(MemorySegment elements) {
    super(LAYOUT, Byte.BYTES, elements);
  }

  /**
   * Reads an element.
   *
   * @param index its index
   * @return the element
   */
  public byte get(int index) {
    return (byte) bits(index);
  }

  /**
   * Writes an element.
   *
   * @param index its index
   * @param value the element
   */
  public void set(int index, byte value) {
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
  public void get(int index, byte[] target, int from, int count) {
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
  public void put(int index, byte[] source, int from, int count) {
    write(index, part(MemorySegment.ofArray(source), from, count));
  }

  /**
   * Sets all elements, in one update.
   *
   * @param value what each becomes
   */
  public void fill(byte value) {
    fill(0, length(), value);
  }

  /**
   * Sets the elements of a range, in one update.
   *
   * @param from the first one
   * @param to the one after the last
   * @param value what each becomes
   */
  public void fill(int from, int to, byte value) {
    setBits(from, to, value);
  }

  /**
   * Searches an array in ascending order, in one state.
   *
   * @param key the element to search for
   * @return its index, or {@code -(where it is to be inserted) - 1}
   */
  public int binarySearch(byte key) {
    return reading(
        () -> {
          int low = 0;
          int high = length() - 1;
          while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = Byte.compare(get(middle), key);
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
  public byte[] toArray() {
    byte[] elements = new byte[length()];
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
    return new PersistentByteArray().handleAt(in, at);
  }
}
