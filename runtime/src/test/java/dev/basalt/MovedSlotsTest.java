package dev.basalt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import dev.basalt.object.Layouts;
import dev.basalt.object.ObjectSpace;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Slots that move within a structure. */
class MovedSlotsTest {
  private static final int VALUE = Layouts.of(Item.class).offsetOf("value");
  private static final int LENGTH = 100;

  @RegisterExtension final Pools pools = new Pools();

  private Pool pool;
  private ObjectSpace space;
  private long from;
  private long to;

  @BeforeEach
  void open() {
    pool = pools.open();
    Item root = pool.root("root", Item.class, () -> new Item(0));
    space = root.$basalt$space();
    pool.update(
        () -> {
          from = space.createSlots(LENGTH);
          to = space.createSlots(LENGTH);
          space.putSlot(root.$basalt$offset(), VALUE, from);
          space.putSlot(from, at(LENGTH - 1), to);
          for (int i = 0; i < 10; i++) {
            space.putReference(from, at(i), new Item(i));
          }
        });
  }

  private static int at(int index) {
    return ObjectSpace.slotAt(index);
  }

  private void assertMoved(long array, int first) {
    pool.view(
        () -> {
          for (int i = 0; i < 10; i++) {
            assertThat(((Item) space.getReference(array, at(first + i))).number()).isEqualTo(i);
          }
        });
    assertThat(pool.check().findings()).isEmpty();
  }

  @Test
  void moveToAnotherArrayAndLeaveNothing() {
    pool.update(() -> space.moveSlots(from, at(0), to, at(70), 10));
    assertMoved(to, 70);
    pool.view(
        () -> {
          for (int i = 0; i < 10; i++) {
            assertThat(space.slot(from, at(i))).isZero();
          }
        });
  }

  @Test
  void moveOverThemselvesUpAndDown() {
    pool.update(() -> space.moveSlots(from, at(0), from, at(3), 10));
    assertMoved(from, 3);
    pool.update(() -> space.moveSlots(from, at(3), from, at(1), 10));
    assertMoved(from, 1);
    pool.view(() -> assertThat(space.slot(from, at(0)) + space.slot(from, at(11))).isZero());
  }

  @Test
  void doNotMoveOntoOthers() {
    assertThatThrownBy(
            () -> pool.update(() -> space.moveSlots(from, at(0), from, at(LENGTH - 10), 10)))
        .isInstanceOf(IllegalStateException.class);
    assertMoved(from, 0);
  }
}
