package dev.basalt.format;

/**
 * The header of every object.
 *
 * <pre>
 * 0    version   bit 63: applying; bits 0-62: the commit that wrote the object last
 * 8    classId   {@link ClassIds}; 0 in a free block
 * 12   count     bit 31: in limbo; bits 0-30: references to the object from the pool
 * 16   fields
 * </pre>
 */
public final class ObjectFormat {
  private static final Structure S = new Structure("ObjectHeader");

  /** The version word. */
  public static final int VERSION = S.u64("version");

  /** The class id. */
  public static final int CLASS_ID = S.u32("classId");

  /** The reference count and the limbo flag. */
  public static final int COUNT = S.u32("count");

  /** Bytes of a header; the first field follows. */
  public static final int SIZE = S.size();

  /** Set in the version word while a commit copies into the object. */
  public static final long APPLYING = Long.MIN_VALUE;

  /** Set in the count while the object has an entry in limbo. */
  public static final int IN_LIMBO = Integer.MIN_VALUE;

  /** The largest reference count. */
  public static final int COUNT_MAX = Integer.MAX_VALUE;

  private ObjectFormat() {}

  /**
   * The structure's fields.
   *
   * @return the structure
   */
  public static Structure structure() {
    return S;
  }
}
