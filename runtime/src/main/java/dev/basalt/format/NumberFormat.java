package dev.basalt.format;

/** A number behind an object header. */
public final class NumberFormat {
  private static final Structure S = Structure.ofObject("Number");

  /** The value: a long, or the bits of a double. */
  public static final int VALUE = S.u64("value");

  /** Bytes of the object. */
  public static final int SIZE = S.size();

  private NumberFormat() {}

  /**
   * The structure's fields.
   *
   * @return the structure
   */
  public static Structure structure() {
    return S;
  }
}
