package dev.basalt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.error.UnsupportedTypeException;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Arrays are values of their fields; an update finds and stores what has changed in them. */
class ArraysTest {
  @RegisterExtension final Pools pools = new Pools();

  private static Item holder(Pool pool) {
    return pool.root("holder", Item.class, () -> new Item(0));
  }

  private static Object[] read(Item holder) {
    return (Object[]) holder.value();
  }

  @Test
  void arraysOfEveryTypeComeBack() {
    Item element = new Item(5);
    Object[] all = {
      new boolean[] {true, false, true},
      new byte[] {-1, 0, 1, Byte.MIN_VALUE, Byte.MAX_VALUE, 5, 6, 7, 8},
      new char[] {'a', '\uFFFF', '\uD800'},
      new short[] {Short.MIN_VALUE, -1, 0, 1, Short.MAX_VALUE},
      new int[] {Integer.MIN_VALUE, -1, Integer.MAX_VALUE},
      new long[] {Long.MIN_VALUE, -1, Long.MAX_VALUE},
      new float[] {Float.NaN, -0f, Float.MIN_VALUE},
      new double[] {Double.NaN, -0.0, Double.MIN_VALUE},
      new int[0],
      new String[] {"", null, "a text that needs an object", "\uD800"},
      new Integer[] {1, null},
      new DayOfWeek[] {DayOfWeek.FRIDAY},
      new LocalDate[] {LocalDate.MIN},
      new Item[] {element, null, element},
      new int[][] {{1, 2}, null, {}},
      new Object[][][] {{{"x", 1L}}},
    };
    Pool first = pools.open();
    first.update(() -> holder(first).value(all));
    Pool pool = pools.reopen(first);
    Object[] found = read(holder(pool));
    assertThat(found).hasSize(all.length);
    for (int i = 0; i < all.length; i++) {
      assertThat(found[i]).hasSameClassAs(all[i]);
      if (!(all[i] instanceof Item[])) {
        assertThat(found[i]).isEqualTo(all[i]);
      }
    }
    Item[] items = (Item[]) found[13];
    assertThat(items[0]).isSameAs(items[2]);
    assertThat(items[0].number()).isEqualTo(5);
    holder(pool).value(null);
    found = null;
    items = null;
    pool.reclaim();
  }

  @Test
  void changedElementsAreStoredAtTheCommit() {
    Pool first = pools.open();
    int[] mine = {1, 2, 3};
    Item holder = holder(first);
    holder.value(mine);
    mine[0] = 100;
    assertThat((int[]) holder.value()).containsExactly(1, 2, 3);
    first.update(
        () -> {
          int[] array = (int[]) holder.value();
          assertThat(holder.value()).isSameAs(array);
          array[1] = 20;
        });
    Pool pool = pools.reopen(first);
    assertThat((int[]) holder(pool).value()).containsExactly(1, 20, 3);
  }

  @Test
  void assignedArrayIsTheFieldsUntilTheUpdateEnds() {
    Pool first = pools.open();
    Item holder = holder(first);
    int[] mine = {1, 2, 3};
    first.update(
        () -> {
          holder.value(mine);
          mine[0] = 10;
          assertThat(holder.value()).isSameAs(mine);
          holder.value(mine);
        });
    mine[1] = 99;
    Pool pool = pools.reopen(first);
    assertThat((int[]) holder(pool).value()).containsExactly(10, 2, 3);
  }

  @Test
  void abortedChangesAreGone() {
    Pool pool = pools.open();
    Item holder = holder(pool);
    holder.value(new int[] {1, 2});
    assertThatThrownBy(
            () ->
                pool.update(
                    () -> {
                      ((int[]) holder.value())[0] = 5;
                      throw new IllegalArgumentException("abort");
                    }))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat((int[]) holder.value()).containsExactly(1, 2);
  }

  @Test
  void readingOutsideTransactionsGivesAFreshCopy() {
    Pool pool = pools.open();
    Item holder = holder(pool);
    holder.value(new int[] {1, 2});
    ((int[]) holder.value())[0] = 5;
    assertThat((int[]) holder.value()).containsExactly(1, 2);
    pool.view(() -> assertThat(holder.value()).isSameAs(holder.value()));
  }

  @Test
  void replacedElementsAreCountedAndReleased() {
    Pool pool = pools.open();
    Item holder = holder(pool);
    holder.value(new Object[] {new Item(1), "a text that needs an object", new int[] {1}, null});
    pool.update(
        () -> {
          Object[] array = read(holder);
          array[0] = new Item(2);
          array[1] = null;
          ((int[]) array[2])[0] = 7;
          array[3] = new int[] {8};
          ((int[]) array[3])[0] = 9;
        });
    assertThat(((Item) read(holder)[0]).number()).isEqualTo(2);
    assertThat(read(holder)[1]).isNull();
    assertThat((int[]) read(holder)[2]).containsExactly(7);
    assertThat((int[]) read(holder)[3]).containsExactly(9);
    Pool again = pools.reopen(pool);
    again.reclaim();
    assertThat(((Item) read(holder(again))[0]).number()).isEqualTo(2);
  }

  @Test
  void elementThatCannotBeStoredFailsTheCommit() {
    Pool pool = pools.open();
    Item holder = holder(pool);
    holder.value(new Object[] {1, 2});
    assertThatThrownBy(() -> pool.update(() -> read(holder)[1] = new Thread()))
        .isInstanceOf(UnsupportedTypeException.class)
        .hasMessageContaining("element 1 of a java.lang.Object[]")
        .hasMessageContaining("java.lang.Thread");
    assertThat(read(holder)).containsExactly(1, 2);
  }

  @Test
  void randomChangesAgreeWithAModel() {
    long seed = 7;
    Random random = new Random(seed);
    Pool pool = pools.open(pools.builder("test").durability(Durability.ASYNC));
    Item holder = holder(pool);
    byte[] model = new byte[1003];
    holder.value(model.clone());
    for (int n = 0; n < 300; n++) {
      boolean abort = random.nextInt(4) == 0;
      byte[] changed = model.clone();
      try {
        pool.update(
            () -> {
              byte[] array = (byte[]) holder.value();
              for (int i = random.nextInt(5); i >= 0; i--) {
                int at = random.nextInt(changed.length);
                changed[at] = array[at] = (byte) random.nextInt();
              }
              if (abort) {
                throw new IllegalStateException();
              }
            });
        model = changed;
      } catch (IllegalStateException e) {
        assertThat(abort).isTrue();
      }
      assertThat((byte[]) holder.value()).as("seed %d, update %d", seed, n).isEqualTo(model);
    }
    assertThat((byte[]) holder(pools.reopen(pool)).value()).isEqualTo(model);
  }

  @Test
  void oneElementOfAMegabyteCostsLittleLog() {
    Pool pool = pools.open(pools.builder("test").logSize(4 << 20));
    Item holder = holder(pool);
    holder.value(new long[1 << 17]);
    pool.checkpoint();
    pool.update(() -> ((long[]) holder.value())[70_000] = 1);
    assertThat(pool.stats().logBytes()).isPositive().isLessThan(512);
    pool.update(() -> Arrays.fill((long[]) holder.value(), 5, 105, 2));
    assertThat(pool.stats().logBytes()).isBetween(800L, 2000L);
    assertThat(((long[]) holder.value())[70_000]).isEqualTo(1);
  }
}
