package dev.basalt.collections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.Pool;
import dev.basalt.junit.PoolUnderTest;
import dev.basalt.junit.TestPool;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PrimitiveArraysTest {
  private static <A extends PrimitiveArray> A stored(PoolUnderTest pools, A array) {
    pools.pool().putRoot("array", array);
    assertThat(Pool.isPersistent(array)).isTrue();
    return array;
  }

  private static <A> A reopened(PoolUnderTest pools, Class<A> type) {
    return pools.reopen().root("array", type).orElseThrow();
  }

  /** Odd places and counts, so that words at the edges are shared with neighbours. */
  @Test
  void bytesBehaveLikeAnArrayThroughReopensAndAborts(@TestPool PoolUnderTest pools) {
    Random random = new Random(5);
    byte[] model = new byte[5000];
    random.nextBytes(model);
    PersistentByteArray array = stored(pools, new PersistentByteArray(model));
    for (int round = 0; round < 40; round++) {
      byte[] before = model.clone();
      PersistentByteArray target = array;
      boolean aborts = round % 4 == 3;
      Runnable changes =
          () ->
              pools
                  .pool()
                  .update(
                      () -> {
                        changeBytes(target, model, random);
                        assertThat(target.toArray()).isEqualTo(model);
                        if (aborts) {
                          throw new IllegalStateException("abort");
                        }
                      });
      if (aborts) {
        assertThatThrownBy(changes::run).hasMessage("abort");
        System.arraycopy(before, 0, model, 0, model.length);
      } else {
        changes.run();
      }
      assertThat(array.toArray()).isEqualTo(model);
      if (round % 10 == 9) {
        array = reopened(pools, PersistentByteArray.class);
        assertThat(array.toArray()).isEqualTo(model);
      }
    }
  }

  private static void changeBytes(PersistentByteArray array, byte[] model, Random random) {
    for (int i = 0; i < 10; i++) {
      int from = random.nextInt(model.length);
      int count = random.nextInt(Math.min(700, model.length - from) + 1);
      byte[] bytes = new byte[count];
      random.nextBytes(bytes);
      switch (random.nextInt(3)) {
        case 0 -> {
          array.put(from, bytes, 0, count);
          System.arraycopy(bytes, 0, model, from, count);
        }
        case 1 -> {
          array.fill(from, from + count, (byte) i);
          Arrays.fill(model, from, from + count, (byte) i);
        }
        default -> {
          array.set(from, (byte) -i);
          model[from] = (byte) -i;
        }
      }
      byte[] read = new byte[count];
      array.get(from, read, 0, count);
      assertThat(read).isEqualTo(Arrays.copyOfRange(model, from, from + count));
    }
  }

  @Test
  void elementsOfAllWidthsKeepTheirBits(@TestPool PoolUnderTest pools) {
    int[] ints = {Integer.MIN_VALUE, -1, 0, 1, Integer.MAX_VALUE};
    long[] longs = {Long.MIN_VALUE, -1, 0, 1, Long.MAX_VALUE};
    double[] doubles = {Double.NEGATIVE_INFINITY, -0.0, 0.0, Double.MIN_VALUE, Double.NaN};
    pools.pool().putRoot("ints", new PersistentIntArray(ints));
    pools.pool().putRoot("longs", new PersistentLongArray(longs));
    pools.pool().putRoot("doubles", new PersistentDoubleArray(doubles));
    Pool pool = pools.reopen();
    PersistentIntArray readInts = pool.root("ints", PersistentIntArray.class).orElseThrow();
    PersistentLongArray readLongs = pool.root("longs", PersistentLongArray.class).orElseThrow();
    PersistentDoubleArray readDoubles =
        pool.root("doubles", PersistentDoubleArray.class).orElseThrow();
    assertThat(readInts.toArray()).isEqualTo(ints);
    assertThat(readLongs.toArray()).isEqualTo(longs);
    assertThat(readDoubles.toArray()).isEqualTo(doubles);
    for (int i = 0; i < 5; i++) {
      assertThat(readInts.get(i)).isEqualTo(ints[i]);
      assertThat(readLongs.get(i)).isEqualTo(longs[i]);
      assertThat(Double.doubleToRawLongBits(readDoubles.get(i)))
          .isEqualTo(Double.doubleToRawLongBits(doubles[i]));
      assertThat(readInts.binarySearch(ints[i])).isEqualTo(i);
      assertThat(readLongs.binarySearch(longs[i])).isEqualTo(i);
      assertThat(readDoubles.binarySearch(doubles[i])).isEqualTo(i);
    }
    assertThat(readInts.binarySearch(7)).isEqualTo(Arrays.binarySearch(ints, 7));
    assertThat(readInts).hasToString(Arrays.toString(ints));
    readInts.set(1, 7);
    assertThat(readInts.toArray()).containsExactly(ints[0], 7, 0, 1, ints[4]);
    assertThat(readDoubles.updateAndGet(2, value -> value + 0.5)).isEqualTo(0.5);
    assertThat(readLongs.updateAndGet(0, value -> value - 1)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void plainAndStoredArraysTakeAndGiveTheSameMemory(@TestPool PoolUnderTest pools) {
    PersistentIntArray array = new PersistentIntArray(1000);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocateFrom(ValueLayout.JAVA_INT, 1, 2, 3);
      for (boolean stored : new boolean[] {false, true}) {
        if (stored) {
          assertThat(stored(pools, array)).isSameAs(array);
        }
        array.fill(9);
        array.write(497, memory);
        ByteBuffer read = ByteBuffer.allocate(20).order(ByteOrder.nativeOrder());
        array.read(496, read);
        assertThat(read.hasRemaining()).isFalse();
        int[] ints = new int[5];
        read.flip().asIntBuffer().get(ints);
        assertThat(ints).containsExactly(9, 1, 2, 3, 9);
        array.write(0, read);
        assertThat(IntStream.range(0, 6).map(array::get)).containsExactly(9, 1, 2, 3, 9, 9);
      }
    }
  }

  @Test
  void whatDoesNotFitIsRefusedAndChangesNothing(@TestPool PoolUnderTest pools) {
    PersistentIntArray array = new PersistentIntArray(new int[] {1, 2, 3});
    for (boolean stored : new boolean[] {false, true}) {
      if (stored) {
        assertThat(stored(pools, array)).isSameAs(array);
      }
      Class<IndexOutOfBoundsException> outside = IndexOutOfBoundsException.class;
      assertThatThrownBy(() -> array.get(3)).isInstanceOf(outside);
      assertThatThrownBy(() -> array.set(-1, 0)).isInstanceOf(outside);
      assertThatThrownBy(() -> array.set(Integer.MAX_VALUE, 0)).isInstanceOf(outside);
      assertThatThrownBy(() -> array.fill(1, 4, 0)).isInstanceOf(outside);
      assertThatThrownBy(() -> array.put(2, new int[2], 0, 2)).isInstanceOf(outside);
      assertThatThrownBy(() -> array.put(0, new int[2], 1, 2)).isInstanceOf(outside);
      assertThatThrownBy(() -> array.read(0, ByteBuffer.allocate(5)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("5 bytes");
      assertThat(array.toArray()).containsExactly(1, 2, 3);
    }
    assertThat(new PersistentLongArray().toArray()).isEmpty();
  }

  /** Zeroes have no blocks; the blocks of a dropped array come back. */
  @Test
  void anEmptyPartTakesNoPlaceAndADroppedArrayGivesItsBack(@TestPool PoolUnderTest pools) {
    PersistentLongArray full = new PersistentLongArray(LongStream.range(0, 100_000).toArray());
    pools.pool().putRoot("full", new PersistentLongArray(new long[] {1}));
    long before = objectsAfterReopen(pools);
    pools.pool().putRoot("full", full);
    assertThat(full.binarySearch(77_777)).isEqualTo(77_777);
    assertThat(objectsAfterReopen(pools)).isBetween(before + 1_600, before + 1_700);
    pools.pool().putRoot("full", new PersistentLongArray(new long[] {1}));
    assertThat(objectsAfterReopen(pools)).isEqualTo(before);

    PersistentLongArray sparse = stored(pools, new PersistentLongArray(1_000_000));
    sparse.set(999_999, 5);
    assertThat(sparse.get(999_999)).isEqualTo(5);
    assertThat(sparse.get(500_000)).isZero();
    assertThat(objectsAfterReopen(pools)).isBetween(before + 1, before + 100);
  }

  /** Without handles, which keep objects in limbo. */
  private static long objectsAfterReopen(PoolUnderTest pools) {
    Pool pool = pools.reopen();
    pool.reclaim();
    assertThat(pool.stats().limboObjects()).isZero();
    return pool.stats().objects();
  }

  @Test
  void functionsOfTwoThreadsAreBothApplied(@TestPool PoolUnderTest pools) throws Exception {
    PersistentLongArray array = stored(pools, new PersistentLongArray(200));
    try (var threads = Executors.newFixedThreadPool(2)) {
      Runnable add =
          () ->
              IntStream.range(0, 1000)
                  .forEach(i -> array.updateAndGet(i % 100, value -> value + 1));
      Future<?> one = threads.submit(add);
      Future<?> two = threads.submit(add);
      one.get();
      two.get();
    }
    assertThat(IntStream.range(0, 100).mapToLong(array::get).boxed()).containsOnly(20L);
  }
}
