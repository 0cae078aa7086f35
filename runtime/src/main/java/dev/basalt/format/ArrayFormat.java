package dev.basalt.format;

/** An array of primitives behind an object header. */
public final class ArrayFormat {
  private static final Structure S = Structure.ofObject("Array");

  /** The number of elements. */
  public static final int LENGTH = S.u32("length");

  /** One of the kinds below. */
  public static final int KIND = S.u32("kind");

  /** The elements, little-endian, one behind another; a {@code boolean} takes a byte. */
  public static final int DATA = S.rest("data");

  /** {@code boolean[]}. */
  public static final int BOOLEAN = 1;

  /** {@code byte[]}. */
  public static final int BYTE = 2;

  /** {@code char[]}. */
  public static final int CHAR = 3;

  /** {@code short[]}. */
  public static final int SHORT = 4;

  /** {@code int[]}. */
  public static final int INT = 5;

  /** {@code long[]}. */
  public static final int LONG = 6;

  /** {@code float[]}. */
  public static final int FLOAT = 7;

  /** {@code double[]}. */
  public static final int DOUBLE = 8;

  private ArrayFormat() {}

  /**
   * The structure's fields.
   *
   * @return the structure
   */
  public static Structure structure() {
    return S;
  }

  /**
   * The bytes of an element.
   *
   * @param kind the array's kind
   * @return 1, 2, 4 or 8; 0 if there is no such kind
   */
  public static int elementBytes(int kind) {
    return switch (kind) {
      case BOOLEAN, BYTE -> Byte.BYTES;
      case CHAR, SHORT -> Short.BYTES;
      case INT, FLOAT -> Integer.BYTES;
      case LONG, DOUBLE -> Long.BYTES;
      default -> 0;
    };
  }

  /**
   * The size of the object.
   *
   * @param kind the array's kind
   * @param length the number of elements
   * @return its size with the header
   */
  public static long size(int kind, int length) {
    return DATA + (long) length * elementBytes(kind);
  }
}
