package dev.basalt.format;

/**
 * An immutable value behind an object header: one of the types below, or, in an object whose class
 * id the type table gives to a codec, that codec's bytes. Numbers are little-endian.
 */
public final class ValueFormat {
  private static final Structure S = Structure.ofObject("Value");

  /** One of the kinds below; 0 for a codec's value. */
  public static final int KIND = S.u32("kind");

  /** The number of bytes. */
  public static final int LENGTH = S.u32("length");

  /** The bytes. */
  public static final int DATA = S.rest("data");

  /** Bytes of a codec. */
  public static final int CODED = 0;

  /** {@code UUID}: high and low half, 8 bytes each. */
  public static final int UUID = 1;

  /** {@code BigInteger}: two's complement, most significant byte first. */
  public static final int BIG_INTEGER = 2;

  /** {@code BigDecimal}: scale, 4 bytes; unscaled value like a {@link #BIG_INTEGER}. */
  public static final int BIG_DECIMAL = 3;

  /** {@code Instant}: seconds, 8 bytes; nanoseconds, 4 bytes. */
  public static final int INSTANT = 4;

  /** {@code Duration}: seconds, 8 bytes; nanoseconds, 4 bytes. */
  public static final int DURATION = 5;

  /** {@code Period}: years, months, days, 4 bytes each. */
  public static final int PERIOD = 6;

  /** {@code LocalDateTime}: day of the epoch and nanosecond of the day, 8 bytes each. */
  public static final int LOCAL_DATE_TIME = 7;

  /** {@code OffsetDateTime}: a {@link #LOCAL_DATE_TIME}, then the offset in seconds, 4 bytes. */
  public static final int OFFSET_DATE_TIME = 8;

  /** {@code OffsetTime}: nanosecond of the day, 8 bytes; offset in seconds, 4 bytes. */
  public static final int OFFSET_TIME = 9;

  /** {@code ZonedDateTime}: an {@link #OFFSET_DATE_TIME}, then the zone's id in UTF-8. */
  public static final int ZONED_DATE_TIME = 10;

  /** {@code ZoneId}: its id in UTF-8. */
  public static final int ZONE_ID = 11;

  /** {@code OptionalInt}: 4 bytes, or none. */
  public static final int OPTIONAL_INT = 12;

  /** {@code OptionalLong}: 8 bytes, or none. */
  public static final int OPTIONAL_LONG = 13;

  /** {@code OptionalDouble}: 8 bytes, or none. */
  public static final int OPTIONAL_DOUBLE = 14;

  private ValueFormat() {}

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
