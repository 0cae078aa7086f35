package dev.basalt.format;

/**
 * What weak fields refer to instead of their target: one per object that has ever been the target
 * of one. The object goes with all its weak references in the commit that sets both words to 0.
 */
public final class WeakProxyFormat {
  private static final Structure S = Structure.ofObject("WeakProxy");

  /** The object that the index of proxies finds this by, or 0 once it has been reclaimed. */
  public static final int OBJECT = S.u64("object");

  /** The same, or 0 once the weak references read as null. Not counted. */
  public static final int TARGET = S.u64("target");

  /** Bytes of the object. */
  public static final int SIZE = S.size();

  private WeakProxyFormat() {}

  /**
   * The structure's fields.
   *
   * @return the structure
   */
  public static Structure structure() {
    return S;
  }
}
