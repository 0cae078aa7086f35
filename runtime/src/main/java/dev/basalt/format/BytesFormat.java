package dev.basalt.format;

/** A string's bytes behind an object header. */
public final class BytesFormat {
  private static final Structure S = Structure.ofObject("Bytes");

  /** The number of bytes. */
  public static final int LENGTH = S.u32("length");

  /** {@code String.hashCode} of the string. */
  public static final int HASH = S.u32("hash");

  /** The bytes; UTF-16 characters are little-endian. */
  public static final int DATA = S.rest("data");

  private BytesFormat() {}

  /**
   * The structure's fields.
   *
   * @return the structure
   */
  public static Structure structure() {
    return S;
  }

  /**
   * The size of the object.
   *
   * @param length the number of bytes in it
   * @return its size with the header
   */
  public static long size(long length) {
    return DATA + length;
  }
}
