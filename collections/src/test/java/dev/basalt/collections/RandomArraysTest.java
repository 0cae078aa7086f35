package dev.basalt.collections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.Durability;
import dev.basalt.Pool;
import dev.basalt.junit.PoolUnderTest;
import dev.basalt.junit.TestPool;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Array;
import java.util.Random;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The same random operations on a persistent array and on one of Java, through aborted updates and
 * reopenings; in the long form ten million of each kind.
 */
class RandomArraysTest {
  private static final boolean STRESS = Boolean.getBoolean("basalt.stress");
  private static final long SEED = Long.getLong("basalt.seed", 11);
  private static final int ROUND = 100;
  private static final int ROUNDS = (STRESS ? 10_000_000 : 20_000) / ROUND;
  private static final int PART_MAX = 150;

  /** Around those at which blocks and leaves end. */
  private static final int[] LENGTHS = {1, 8, 9, 61, 62, 63, 256, 257, 3000};

  /** The kinds of arrays. */
  private enum Kind {
    BYTES(byte.class, PersistentByteArray::new, r -> (byte) r.nextInt()),
    INTS(int.class, PersistentIntArray::new, Random::nextInt),
    LONGS(long.class, PersistentLongArray::new, Random::nextLong),
    DOUBLES(double.class, PersistentDoubleArray::new, Random::nextGaussian),
    OBJECTS(Object.class, PersistentObjectArray::new, Kind::object);

    final Class<?> element;
    final IntFunction<Object> persistent;
    final Function<Random, Object> make;

    Kind(Class<?> element, IntFunction<Object> persistent, Function<Random, Object> make) {
      this.element = element;
      this.persistent = persistent;
      this.make = make;
    }

    private static Object object(Random random) {
      int number = random.nextInt(1000);
      return switch (number % 5) {
        case 0 -> null;
        case 1 -> number;
        case 2 -> new UUID(number, number);
        case 3 -> (long) number << 50;
        default -> "the text with number " + number;
      };
    }

    /** A value, or often the one that a new array is full of. */
    Object value(Random random) {
      return random.nextInt(4) == 0
          ? Array.get(Array.newInstance(element, 1), 0)
          : make.apply(random);
    }
  }

  /** An array of Java with some values. */
  private static Object some(Kind kind, Random random, int count) {
    Object values = Array.newInstance(kind.element, count);
    for (int i = 0; i < count; i++) {
      Array.set(values, i, kind.value(random));
    }
    return values;
  }

  // ---- what both kinds of arrays do

  private static Object get(Object array, int index) {
    return switch (array) {
      case PersistentByteArray bytes -> bytes.get(index);
      case PersistentIntArray ints -> ints.get(index);
      case PersistentLongArray longs -> longs.get(index);
      case PersistentDoubleArray doubles -> doubles.get(index);
      case PersistentObjectArray<?> objects -> objects.get(index);
      default -> Array.get(array, index);
    };
  }

  @SuppressWarnings("unchecked")
  private static void set(Object array, int index, Object value) {
    switch (array) {
      case PersistentByteArray bytes -> bytes.set(index, (byte) value);
      case PersistentIntArray ints -> ints.set(index, (int) value);
      case PersistentLongArray longs -> longs.set(index, (long) value);
      case PersistentDoubleArray doubles -> doubles.set(index, (double) value);
      case PersistentObjectArray<?> objects ->
          ((PersistentObjectArray<Object>) objects).set(index, value);
      default -> Array.set(array, index, value);
    }
  }

  @SuppressWarnings("unchecked")
  private static void fill(Object array, int from, int to, Object value) {
    switch (array) {
      case PersistentByteArray bytes -> bytes.fill(from, to, (byte) value);
      case PersistentIntArray ints -> ints.fill(from, to, (int) value);
      case PersistentLongArray longs -> longs.fill(from, to, (long) value);
      case PersistentDoubleArray doubles -> doubles.fill(from, to, (double) value);
      case PersistentObjectArray<?> objects ->
          ((PersistentObjectArray<Object>) objects).fill(from, to, value);
      default -> {
        for (int i = from; i < to; i++) {
          Array.set(array, i, value);
        }
      }
    }
  }

  private static void put(Object array, int index, Object values) {
    int count = Array.getLength(values);
    switch (array) {
      case PersistentByteArray bytes -> bytes.put(index, (byte[]) values, 0, count);
      case PersistentIntArray ints -> ints.put(index, (int[]) values, 0, count);
      case PersistentLongArray longs -> longs.write(index, MemorySegment.ofArray((long[]) values));
      case PersistentDoubleArray doubles -> doubles.put(index, (double[]) values, 0, count);
      default -> {
        for (int i = 0; i < count; i++) {
          set(array, index + i, Array.get(values, i));
        }
      }
    }
  }

  private static Object part(Kind kind, Object array, int index, int count) {
    Object part = Array.newInstance(kind.element, count);
    switch (array) {
      case PersistentByteArray bytes -> bytes.get(index, (byte[]) part, 0, count);
      case PersistentIntArray ints -> ints.get(index, (int[]) part, 0, count);
      case PersistentLongArray longs -> longs.read(index, MemorySegment.ofArray((long[]) part));
      case PersistentDoubleArray doubles -> doubles.get(index, (double[]) part, 0, count);
      default -> {
        for (int i = 0; i < count; i++) {
          Array.set(part, i, get(array, index + i));
        }
      }
    }
    return part;
  }

  private static Object all(Object array) {
    return switch (array) {
      case PersistentByteArray bytes -> bytes.toArray();
      case PersistentIntArray ints -> ints.toArray();
      case PersistentLongArray longs -> longs.toArray();
      case PersistentDoubleArray doubles -> doubles.toArray();
      case PersistentObjectArray<?> objects -> objects.toArray();
      default -> array;
    };
  }

  // ---- the test

  /** One operation; what it returns. */
  private static Object step(Kind kind, Object array, int length, Random random) {
    int at = random.nextInt(length);
    int count = random.nextInt(Math.min(PART_MAX, length - at) + 1);
    switch (random.nextInt(8)) {
      case 0, 1, 2 -> set(array, at, kind.value(random));
      case 3 -> fill(array, at, at + count, kind.value(random));
      case 4 -> put(array, at, some(kind, random, count));
      case 5 -> {
        return part(kind, array, at, count);
      }
      default -> {}
    }
    return get(array, at);
  }

  private static final class Abort extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  @ParameterizedTest
  @EnumSource
  void behavesLikeAnArrayThroughAbortsAndReopens(
      Kind kind, @TestPool(durability = Durability.ASYNC) PoolUnderTest pools) {
    System.out.printf("%s: %d steps, seed %d%n", kind, (long) ROUNDS * ROUND, SEED);
    Random random = new Random(SEED);
    Object model = Array.newInstance(kind.element, 1);
    Object subject = stored(kind, pools.pool(), 1);
    for (int round = 0; round < ROUNDS; round++) {
      if (random.nextInt(50) == 0) {
        int length = LENGTHS[random.nextInt(LENGTHS.length)];
        model = Array.newInstance(kind.element, length);
        subject = stored(kind, pools.pool(), length);
      }
      model = play(kind, pools.pool(), subject, model, random, round);
      if (random.nextInt(8) == 0) {
        assertThat(all(subject)).as("seed %d, round %d", SEED, round).isEqualTo(model);
      }
      if (random.nextInt(STRESS ? 500 : 20) == 0) {
        subject = pools.reopen().root("array", Object.class).orElseThrow();
      }
    }
    assertThat(all(subject)).isEqualTo(model);
  }

  private static Object stored(Kind kind, Pool pool, int length) {
    Object array = kind.persistent.apply(length);
    pool.putRoot("array", array);
    return array;
  }

  /** Plays a round on both; the model's state behind it. */
  private static Object play(
      Kind kind, Pool pool, Object subject, Object model, Random random, int round) {
    long seed = random.nextLong();
    boolean aborts = random.nextInt(4) == 0;
    Object played = part(kind, model, 0, Array.getLength(model));
    if (!aborts && random.nextBoolean()) {
      steps(kind, subject, played, seed, round);
      return played;
    }
    try {
      pool.update(
          () -> {
            steps(kind, subject, played, seed, round);
            if (aborts) {
              throw new Abort();
            }
          });
      return played;
    } catch (Abort e) {
      return model;
    }
  }

  private static void steps(Kind kind, Object subject, Object model, long seed, int round) {
    int length = Array.getLength(model);
    Random random = new Random(seed);
    Random same = new Random(seed);
    for (int i = 0; i < ROUND; i++) {
      Object found = step(kind, subject, length, random);
      Object expected = step(kind, model, length, same);
      assertThat(found).as("seed %d, round %d, step %d", SEED, round, i).isEqualTo(expected);
    }
  }
}
