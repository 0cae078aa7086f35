package dev.basalt.collections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.Pool;
import dev.basalt.junit.PoolUnderTest;
import dev.basalt.junit.TestPool;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PersistentObjectArrayTest {
  @SuppressWarnings("unchecked")
  private static PersistentObjectArray<Object> reopened(PoolUnderTest pools) {
    return pools.reopen().root("array", PersistentObjectArray.class).orElseThrow();
  }

  /** Lengths around those at which leaves and the directory grow. */
  @Test
  void behavesLikeAnArrayThroughReopensAndAborts(@TestPool PoolUnderTest pools) {
    Random random = new Random(3);
    for (int length : new int[] {1, 8, 9, 256, 257, 2000}) {
      Object[] model = new Object[length];
      PersistentObjectArray<Object> array = new PersistentObjectArray<>(model);
      pools.pool().putRoot("array", array);
      for (int i = 0; i < 200; i++) {
        int index = random.nextInt(length);
        Object element = i % 3 == 0 ? null : i % 3 == 1 ? "text " + i : (Object) i;
        array.set(index, element);
        model[index] = element;
        assertThat(array.get(index)).isEqualTo(element);
      }
      PersistentObjectArray<Object> target = array;
      assertThatThrownBy(
              () ->
                  pools
                      .pool()
                      .update(
                          () -> {
                            target.fill("lost");
                            assertThat(target.toArray()).containsOnly("lost");
                            throw new IllegalStateException("abort");
                          }))
          .hasMessage("abort");
      assertThat(array.toArray()).containsExactly(model);
      array = reopened(pools);
      assertThat(array.length()).isEqualTo(length);
      assertThat(array.toArray()).containsExactly(model);
    }
  }

  @Test
  void anArrayHoldsArraysAndRefusesOtherIndices(@TestPool PoolUnderTest pools) {
    PersistentObjectArray<Object> array = new PersistentObjectArray<>(3);
    for (boolean stored : new boolean[] {false, true}) {
      if (stored) {
        pools.pool().putRoot("array", array);
      }
      assertThat(Pool.isPersistent(array)).isEqualTo(stored);
      assertThatThrownBy(() -> array.get(3)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> array.set(-1, "a")).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> array.fill(1, 4, "a")).isInstanceOf(IndexOutOfBoundsException.class);
      assertThat(array).hasToString("[null, null, null]");
    }
    PersistentLongArray inner = new PersistentLongArray(new long[] {4});
    array.set(1, inner);
    assertThat(array.get(1)).isSameAs(inner);
    assertThat(array.updateAndGet(0, old -> old + "!")).isEqualTo("null!");
    PersistentObjectArray<Object> read = reopened(pools);
    assertThat(read.get(0)).isEqualTo("null!");
    assertThat(((PersistentLongArray) read.get(1)).get(0)).isEqualTo(4);
  }
}
