package dev.basalt.format;

/**
 * A part of limbo: objects whose count fell to 0, each with the commit that has taken the last
 * reference.
 */
public final class LimboNodeFormat {
  private static final Structure S = Structure.ofObject("LimboNode");

  /** Based pointer to the next node, or 0. */
  public static final int NEXT = S.u64("next");

  /** Entries, with those before the begin. */
  public static final int LENGTH = S.u32("length");

  /** The first entry in use; the half of a word above the length. */
  public static final int BEGIN = S.u32("begin");

  /** The entries. */
  public static final int ENTRIES = S.rest("entries");

  /** Bytes of an entry: the object, then the commit. */
  public static final int ENTRY_SIZE = 2 * Long.BYTES;

  /** The bytes of a node. */
  public static final int SIZE = 1024;

  /** The entries that a node has room for. */
  public static final int CAPACITY = (SIZE - ENTRIES) / ENTRY_SIZE;

  private LimboNodeFormat() {}

  /**
   * The structure's fields.
   *
   * @return the structure
   */
  public static Structure structure() {
    return S;
  }

  /**
   * Where an entry lies.
   *
   * @param index its index
   * @return bytes from the start of the node
   */
  public static int entry(int index) {
    return ENTRIES + index * ENTRY_SIZE;
  }
}
