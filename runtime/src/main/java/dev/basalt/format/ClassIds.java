package dev.basalt.format;

/** The class ids that Basalt itself uses; the type table gives out the others. */
public final class ClassIds {
  /** No object. */
  public static final int NONE = 0;

  /** A string of Latin-1 characters, {@link BytesFormat}. */
  public static final int STRING_LATIN1 = 1;

  /** A string of UTF-16 characters, {@link BytesFormat}. */
  public static final int STRING_UTF16 = 2;

  /** A {@code Long} too large for a slot, {@link NumberFormat}. */
  public static final int LONG = 3;

  /** A {@code Double}, {@link NumberFormat}. */
  public static final int DOUBLE = 4;

  /** An array of slots, {@link SlotsFormat}. */
  public static final int SLOTS = 5;

  /** A description of a class, {@link TypeRecordFormat}. */
  public static final int TYPE_RECORD = 6;

  /** Objects waiting to be reclaimed, {@link LimboNodeFormat}. */
  public static final int LIMBO_NODE = 7;

  /** An immutable value of a type that Basalt knows, {@link ValueFormat}. */
  public static final int VALUE = 8;

  /** An {@code Optional} that is not empty: {@link SlotsFormat} with one slot. */
  public static final int OPTIONAL = 9;

  /** An array of primitives, {@link ArrayFormat}. */
  public static final int ARRAY = 10;

  /** What is left of an object that has moved, {@link ForwardFormat}. */
  public static final int FORWARD = 11;

  /** What weak fields refer to, {@link WeakProxyFormat}. */
  public static final int WEAK_PROXY = 12;

  /** The first id of the type table. */
  public static final int FIRST_TYPE = 64;

  private ClassIds() {}
}
