package dev.basalt.format;

/** An array of {@link SlotFormat slots} behind an object header. */
public final class SlotsFormat {
  private static final Structure S = Structure.ofObject("Slots");

  /** The number of slots. */
  public static final int LENGTH = S.u32("length");

  static {
    S.u32("unused");
  }

  /** The first slot. */
  public static final int FIRST = S.rest("slots");

  private SlotsFormat() {}

  /**
   * The structure's fields.
   *
   * @return the structure
   */
  public static Structure structure() {
    return S;
  }

  /**
   * Where a slot lies.
   *
   * @param index its index
   * @return bytes from the start of the object
   */
  public static int slot(int index) {
    return FIRST + index * SlotFormat.SIZE;
  }

  /**
   * The size of the object.
   *
   * @param length the number of slots
   * @return its size with the header
   */
  public static long size(int length) {
    return FIRST + (long) length * SlotFormat.SIZE;
  }
}
