package dev.basalt.format;

/**
 * What is left in the place of an object that a change of its class's shape has moved. It lives
 * until every reference leads to the object's new place.
 */
public final class ForwardFormat {
  private static final Structure S = Structure.ofObject("Forward");

  /** Based pointer to the object, a counted reference. */
  public static final int TARGET = S.u64("target");

  /** Bytes of the object. */
  public static final int SIZE = S.size();

  private ForwardFormat() {}

  /**
   * The structure's fields.
   *
   * @return the structure
   */
  public static Structure structure() {
    return S;
  }
}
