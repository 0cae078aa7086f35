package dev.basalt.object;

/**
 * A key as a string of bytes that keeps its order: of two keys of one kind, that with the lesser
 * bytes is the lesser; the bytes are compared without sign and filled up with zeroes, and if they
 * are equal then, the shorter is the lesser. A structure may store some of the bytes beside a key,
 * so that a search need not look at the key itself. The kinds and their bytes are part of the
 * format. To be used in the transaction in which it was made.
 */
public sealed interface KeyBytes permits NaturalOrder, StoredKey {
  /** The kind of keys that have no bytes. */
  int NONE = 0;

  /** A string of Latin-1 characters: these. */
  int LATIN1 = 1;

  /** A {@code UUID}: its halves, with their signs inverted. */
  int UUID = 2;

  /** A {@code Long}, with its sign inverted. */
  int LONG = 3;

  /** An {@code Integer} as a {@code long}, with its sign inverted. */
  int INTEGER = 4;

  /** A {@code Double}: its bits, of which a positive one's sign is inverted, else all. */
  int DOUBLE = 5;

  /** A {@code LocalDate}: its day of the epoch, with its sign inverted. */
  int LOCAL_DATE = 6;

  /** An {@code Instant}: its seconds, with their sign inverted, and its nanoseconds. */
  int INSTANT = 7;

  /**
   * The kind.
   *
   * @return one of the constants
   */
  int kind();

  /**
   * The number of bytes.
   *
   * @return how many, or 0 if the kind is {@link #NONE}
   */
  int length();

  /**
   * Eight bytes, the first one in the highest place.
   *
   * @param at the first one's index, from 0; behind the last byte are zeroes
   * @return the bytes
   */
  long word(int at);

  /**
   * The bytes that two keys of a kind share from the first one on.
   *
   * @param a a key
   * @param b another
   * @return how many; at most as many as the longer one has
   */
  static int common(KeyBytes a, KeyBytes b) {
    int length = Math.max(a.length(), b.length());
    for (int at = 0; at < length; at += Long.BYTES) {
      long difference = a.word(at) ^ b.word(at);
      if (difference != 0) {
        return at + Long.numberOfLeadingZeros(difference) / Byte.SIZE;
      }
    }
    return length;
  }

  /**
   * Compares two keys of a kind.
   *
   * @param a a key
   * @param b another
   * @return negative, 0 or positive, as the first is less, equal or greater
   */
  static int compare(KeyBytes a, KeyBytes b) {
    int aLength = a.length();
    int bLength = b.length();
    for (int at = 0; at < aLength && at < bLength; at += Long.BYTES) {
      long aWord = a.word(at);
      long bWord = b.word(at);
      if (aWord != bWord) {
        return Long.compareUnsigned(aWord, bWord);
      }
    }
    return Integer.compare(aLength, bLength);
  }
}
