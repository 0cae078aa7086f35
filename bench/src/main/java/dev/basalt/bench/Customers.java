package dev.basalt.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/** The keys and values that the contenders of {@link MapRates} keep. */
public final class Customers {
  /** Characters of a value's text. */
  public static final int TEXT_LENGTH = 64;

  /** Bytes of a key and its value: 16 characters, a long, an int and the text. */
  static final int PAYLOAD = 16 + Long.BYTES + Integer.BYTES + TEXT_LENGTH;

  private static final byte[] PREFIX = "user".getBytes(ISO_8859_1);
  private static final int DIGITS = 12;

  private Customers() {}

  /**
   * The bytes of a key.
   *
   * @param customer the number
   * @return {@code user} and 12 digits
   */
  public static byte[] keyBytes(int customer) {
    byte[] key = new byte[PREFIX.length + DIGITS];
    System.arraycopy(PREFIX, 0, key, 0, PREFIX.length);
    int rest = customer;
    for (int i = key.length - 1; i >= PREFIX.length; i--) {
      key[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    return key;
  }

  /**
   * A key, a new object each time as where it comes from a request.
   *
   * @param customer the number
   * @return {@code user} and 12 digits
   */
  public static String key(int customer) {
    return new String(keyBytes(customer), ISO_8859_1);
  }

  /**
   * The bytes of a value's text.
   *
   * @param customer the number
   * @return one byte for each character
   */
  public static byte[] textBytes(int customer) {
    byte[] text = new byte[TEXT_LENGTH];
    long bits = customer * 0x9E37_79B9_7F4A_7C15L;
    for (int i = 0; i < TEXT_LENGTH; i++) {
      text[i] = (byte) ('a' + ((bits >>> (i % 60)) & 15));
    }
    return text;
  }

  /**
   * A value's text.
   *
   * @param customer the number
   * @return 64 letters
   */
  public static String text(int customer) {
    return new String(textBytes(customer), ISO_8859_1);
  }
}
