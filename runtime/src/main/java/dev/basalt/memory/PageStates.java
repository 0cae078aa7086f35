package dev.basalt.memory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * What is known of each page of a pool: two bits, in pieces that are made when the first page of a
 * piece is looked at. Any number of threads may ask and decide; a state leaves {@link #UNKNOWN}
 * once.
 */
final class PageStates {
  static final int UNKNOWN = 0;
  static final int SOUND = 1;
  static final int BAD = 2;

  private static final int BITS = 2;
  private static final int MASK = (1 << BITS) - 1;
  private static final int PAGES_PER_WORD = Long.SIZE / BITS;
  private static final int WORDS_PER_PIECE = 2048;
  private static final int PAGES_PER_PIECE = WORDS_PER_PIECE * PAGES_PER_WORD;
  private static final VarHandle WORDS = MethodHandles.arrayElementVarHandle(long[].class);

  private final AtomicReferenceArray<long[]> pieces;

  /** For pages with numbers below a limit. */
  PageStates(long pagesMax) {
    this.pieces = new AtomicReferenceArray<>((int) (pagesMax / PAGES_PER_PIECE) + 1);
  }

  /** The state of a page; later loads and stores stay behind. */
  int get(long page) {
    int index = (int) (page / PAGES_PER_PIECE);
    if (index < 0 || index >= pieces.length()) {
      return UNKNOWN;
    }
    long[] piece = pieces.getPlain(index);
    return piece == null
        ? UNKNOWN
        : (int) ((long) WORDS.getAcquire(piece, word(page)) >>> shift(page)) & MASK;
  }

  private static int word(long page) {
    return (int) (page % PAGES_PER_PIECE) / PAGES_PER_WORD;
  }

  private static int shift(long page) {
    return (int) (page % PAGES_PER_WORD) * BITS;
  }

  /** Sets the state of a page that has none; returns the one that it has now. */
  int decide(long page, int state) {
    long[] piece = piece(page);
    while (true) {
      long word = (long) WORDS.getVolatile(piece, word(page));
      int before = (int) (word >>> shift(page)) & MASK;
      if (before != UNKNOWN) {
        return before;
      }
      if (WORDS.compareAndSet(piece, word(page), word, word | ((long) state << shift(page)))) {
        return state;
      }
    }
  }

  /** Makes a page sound, whatever it was. */
  void setSound(long page) {
    set(page, SOUND);
  }

  /** Makes a page bad, whatever it was. */
  void setBad(long page) {
    set(page, BAD);
  }

  private void set(long page, int state) {
    long[] piece = piece(page);
    long mask = (long) MASK << shift(page);
    long bits = (long) state << shift(page);
    long word;
    do {
      word = (long) WORDS.getVolatile(piece, word(page));
    } while (!WORDS.compareAndSet(piece, word(page), word, (word & ~mask) | bits));
  }

  private long[] piece(long page) {
    int index = (int) (page / PAGES_PER_PIECE);
    long[] piece = pieces.get(index);
    if (piece != null) {
      return piece;
    }
    long[] made = new long[WORDS_PER_PIECE];
    long[] other = pieces.compareAndExchange(index, null, made);
    return other == null ? made : other;
  }
}
