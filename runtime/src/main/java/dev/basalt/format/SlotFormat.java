package dev.basalt.format;

/**
 * A slot holds a reference or a small value in 8 bytes. Objects lie at multiples of 16, so the low
 * four bits tell what it is.
 *
 * <pre>
 * all zero                null
 * ...........0000         based pointer
 * bytes 1-7, length, 0001 string of up to seven Latin-1 characters
 * value, type, 0010       Boolean, Byte, Short, Character, Integer, Float in the upper 32 bits
 * 60 bits, 0011           Long that fits
 * index, type id, 0100    enum constant: 32 bits of index, 28 bits of the enum's type id
 * 56 bits, type, 0101     LocalDate, LocalTime and other values that always fit
 * </pre>
 */
public final class SlotFormat {
  /** Bytes of a slot. */
  public static final int SIZE = 8;

  /** The bits that hold the tag. */
  public static final int TAG_MASK = 0xF;

  /** A based pointer or null. */
  public static final int POINTER = 0;

  /** A short string; its length in bits 4-7, its characters from bit 8. */
  public static final int STRING = 1;

  /** A boxed value of up to 32 bits; its type in bits 4-7. */
  public static final int SMALL = 2;

  /** A long of up to 60 bits. */
  public static final int LONG = 3;

  /** An enum constant; the type id from bit 4, the index in the type's names from bit 32. */
  public static final int ENUM = 4;

  /** A value of 56 bits, from bit 8; its type in bits 4-7. */
  public static final int DIRECT = 5;

  /** The most characters of a short string. */
  public static final int STRING_MAX = 7;

  private SlotFormat() {}

  /**
   * The tag of a slot.
   *
   * @param slot the slot
   * @return one of the tags above
   */
  public static int tag(long slot) {
    return (int) slot & TAG_MASK;
  }

  /**
   * Whether a slot is a based pointer.
   *
   * @param slot the slot
   * @return {@code true} if it is one and not null
   */
  public static boolean isPointer(long slot) {
    return slot != 0 && tag(slot) == POINTER;
  }
}
