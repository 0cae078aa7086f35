package dev.basalt.medium;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.medium.Mapping.SlowRead;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;

/** Words of objects at every place of a small mapping. */
class MappingTest {
  private static final int SIZE = 4096;
  private static final int ALIGNMENT = 16;
  private static final long OTHERWISE = -77;
  private static final SlowRead OTHER_WAY = (_, _) -> OTHERWISE;

  private final Mapping memory = Mapping.ofSegment("test", Arena.ofAuto().allocate(SIZE, SIZE));

  /** Every place of an object and every offset from it that an int can say, near the limits. */
  @Test
  void wordsAreReadInPlaceUpToTheLastAndNotBeyond() {
    for (long at = 0; at < SIZE; at += Long.BYTES) {
      memory.putLong(at, at + 1); // as a version it is positive
    }
    for (long object = -2 * ALIGNMENT; object <= SIZE + ALIGNMENT; object += ALIGNMENT) {
      for (int offset = Long.BYTES; offset <= SIZE + Long.BYTES; offset += Long.BYTES) {
        boolean inside = object >= 0 && object + offset < SIZE;
        long expected = inside ? object + offset + 1 : OTHERWISE;
        String place = object + " + " + offset;
        assertThat(memory.wordAt(object, offset, SIZE, OTHER_WAY)).as(place).isEqualTo(expected);
        if (inside) {
          long found = memory.place(object);
          assertThat(ObjectWords.load(found, offset)).as(place).isEqualTo(expected);
        }
      }
      int far = Integer.MAX_VALUE & -Long.BYTES;
      assertThat(memory.wordAt(object, far, SIZE, OTHER_WAY)).isEqualTo(OTHERWISE);
    }
  }

  @Test
  void objectIsPresentIfItsVersionIsPositive() {
    for (long object : new long[] {0, SIZE / 2, SIZE - 2 * ALIGNMENT}) {
      long place = memory.place(object);
      for (long version : new long[] {0, -1, Long.MIN_VALUE, Long.MIN_VALUE | 3}) {
        memory.putLong(object, version);
        assertThat(ObjectWords.isPresent(place)).isFalse();
        assertThat(ObjectWords.isUpTo(place, Long.MAX_VALUE)).isFalse();
      }
      for (long version : new long[] {1, 9, Long.MAX_VALUE}) {
        memory.putLong(object, version);
        assertThat(ObjectWords.isPresent(place)).isTrue();
        assertThat(ObjectWords.isUpTo(place, version)).isTrue();
        assertThat(ObjectWords.isUpTo(place, version - 1)).isFalse();
      }
    }
  }

  @Test
  void wordCountsOnlyIfTheVersionIsPositiveAndNotNewer() {
    for (long object : new long[] {0, SIZE / 2, SIZE - 2 * ALIGNMENT}) {
      memory.putLong(object + ALIGNMENT, 5);
      for (long version : new long[] {0, -1, Long.MIN_VALUE, Long.MIN_VALUE | 3, 11, 12}) {
        memory.putLong(object, version);
        assertThat(memory.wordAt(object, ALIGNMENT, 10, OTHER_WAY)).isEqualTo(OTHERWISE);
      }
      for (long version : new long[] {1, 9, 10}) {
        memory.putLong(object, version);
        assertThat(memory.wordAt(object, ALIGNMENT, 10, OTHER_WAY)).isEqualTo(5);
      }
    }
  }
}
