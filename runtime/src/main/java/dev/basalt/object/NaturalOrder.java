package dev.basalt.object;

import dev.basalt.tx.Tx;
import dev.basalt.tx.UncommittedObjectException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A key with which stored ones are compared in their natural order. No object is made of a stored
 * key that has {@link KeyBytes bytes}. To be used in the transaction in which it was made.
 */
public final class NaturalOrder implements KeyBytes {
  private static final char LATIN1_MAX = 0xFF;
  private static final long[] NO_WORDS = {};

  private final ObjectSpace space;
  private final Tx tx;
  private final Object key;
  private final int kind;
  private final int length;

  /** The bytes, the first in the highest place of a word, filled up with 0. */
  private final long[] words;

  NaturalOrder(ObjectSpace space, Tx tx, Object key) {
    this.space = space;
    this.tx = tx;
    this.key = key;
    int found = kind(key);
    this.words = words(found, key);
    this.kind = words.length == 0 ? NONE : found;
    this.length = length(kind, key);
  }

  private static int kind(Object key) {
    return switch (key) {
      case String _ -> LATIN1;
      case Long _ -> LONG;
      case Integer _ -> INTEGER;
      case UUID _ -> UUID;
      case Double _ -> DOUBLE;
      case LocalDate _ -> LOCAL_DATE;
      case Instant _ -> INSTANT;
      default -> NONE;
    };
  }

  private static int length(int kind, Object key) {
    return switch (kind) {
      case NONE -> 0;
      case LATIN1 -> ((String) key).length();
      case UUID -> 2 * Long.BYTES;
      case INSTANT -> Long.BYTES + Integer.BYTES;
      default -> Long.BYTES;
    };
  }

  private static long[] words(int kind, Object key) {
    return switch (kind) {
      case LATIN1 -> ofString((String) key);
      case UUID -> {
        UUID uuid = (UUID) key;
        yield new long[] {
          StoredKey.signed(uuid.getMostSignificantBits()),
          StoredKey.signed(uuid.getLeastSignificantBits())
        };
      }
      case LONG, INTEGER -> new long[] {StoredKey.signed(((Number) key).longValue())};
      case DOUBLE -> new long[] {StoredKey.ofDouble((Double) key)};
      case LOCAL_DATE -> new long[] {StoredKey.signed(((LocalDate) key).toEpochDay())};
      case INSTANT -> {
        Instant instant = (Instant) key;
        yield new long[] {
          StoredKey.signed(instant.getEpochSecond()), (long) instant.getNano() << Integer.SIZE
        };
      }
      default -> NO_WORDS;
    };
  }

  private static long[] ofString(String string) {
    long[] words = new long[Math.max(1, (string.length() + Long.BYTES - 1) / Long.BYTES)];
    for (int i = 0; i < string.length(); i++) {
      char c = string.charAt(i);
      if (c > LATIN1_MAX) {
        return NO_WORDS;
      }
      words[i / Long.BYTES] |= (long) c << (Long.SIZE - Byte.SIZE - i % Long.BYTES * Byte.SIZE);
    }
    return words;
  }

  @Override
  public int kind() {
    return kind;
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public long word(int at) {
    int index = at / Long.BYTES;
    return index >= words.length
        ? 0
        : StoredKey.part(
            words[index], index + 1 < words.length ? words[index + 1] : 0, at % Long.BYTES);
  }

  /**
   * Compares what a slot holds with the key.
   *
   * @param slot the slot
   * @return negative, 0 or positive, as what it holds is less, equal or greater
   * @throws ClassCastException if the two cannot be compared
   */
  public int compareStored(long slot) {
    try {
      if (kind != NONE) {
        StoredKey stored = StoredKey.of(tx, slot);
        if (stored.kind() == kind) {
          return KeyBytes.compare(stored, this);
        }
      }
      return compareObject(slot);
    } catch (UncommittedObjectException e) {
      throw space.nothingAt(slot, e);
    }
  }

  @SuppressWarnings({"unchecked", "NullAway"}) // what is not comparable is refused by the cast
  private int compareObject(long slot) {
    @Nullable Object stored = space.structures().value(slot);
    return ((Comparable<Object>) stored).compareTo(key);
  }
}
