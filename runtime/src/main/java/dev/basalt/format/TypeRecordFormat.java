package dev.basalt.format;

/**
 * A class as the pool knows it: a link of the type table's chain. The text is UTF-8 lines: first
 * {@code name size superclass} ({@code -} for none), then one line {@code offset type name} per
 * field.
 */
public final class TypeRecordFormat {
  private static final Structure S = Structure.ofObject("TypeRecord");

  /** Based pointer to the next record, or 0. */
  public static final int NEXT = S.u64("next");

  /** The class id that the record describes. */
  public static final int DESCRIBED_ID = S.u32("describedId");

  /** Bytes of text. */
  public static final int LENGTH = S.u32("length");

  /** The text. */
  public static final int TEXT = S.rest("text");

  private TypeRecordFormat() {}

  /**
   * The structure's fields.
   *
   * @return the structure
   */
  public static Structure structure() {
    return S;
  }
}
