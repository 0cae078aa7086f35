package dev.basalt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import dev.basalt.object.Layouts;
import dev.basalt.object.Structures;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Slots that move within a structure. */
class MovedSlotsTest {
  private static final int VALUE = Layouts.of(Item.class).offsetOf("value");
  private static final int LENGTH = 100;

  @RegisterExtension final Pools pools = new Pools();

  private Pool pool;
  private Structures structures;
  private long from;
  private long to;

  @BeforeEach
  void open() {
    pool = pools.open();
    Item root = pool.root("root", Item.class, () -> new Item(0));
    structures = root.$basalt$space().structures();
    pool.update(
        () -> {
          from = structures.createSlots(LENGTH);
          to = structures.createSlots(LENGTH);
          structures.putSlot(root.$basalt$offset(), VALUE, from);
          structures.putSlot(from, at(LENGTH - 1), to);
          for (int i = 0; i < 10; i++) {
            structures.putReference(from, at(i), new Item(i));
          }
        });
  }

  private static int at(int index) {
    return Structures.slotOffset(index);
  }

  private void assertMoved(long array, int first) {
    pool.view(
        () -> {
          for (int i = 0; i < 10; i++) {
            assertThat(((Item) structures.getReference(array, at(first + i))).number())
                .isEqualTo(i);
          }
        });
    assertThat(pool.check().findings()).isEmpty();
  }

  @Test
  void moveToAnotherArrayAndLeaveNothing() {
    pool.update(() -> structures.moveSlots(from, at(0), to, at(70), 10));
    assertMoved(to, 70);
    pool.view(
        () -> {
          for (int i = 0; i < 10; i++) {
            assertThat(structures.slot(from, at(i))).isZero();
          }
        });
  }

  @Test
  void moveOverThemselvesUpAndDown() {
    pool.update(() -> structures.moveSlots(from, at(0), from, at(3), 10));
    assertMoved(from, 3);
    pool.update(() -> structures.moveSlots(from, at(3), from, at(1), 10));
    assertMoved(from, 1);
    pool.view(
        () -> assertThat(structures.slot(from, at(0)) + structures.slot(from, at(11))).isZero());
  }

  @Test
  void doNotMoveOntoOthers() {
    assertThatThrownBy(
            () -> pool.update(() -> structures.moveSlots(from, at(0), from, at(LENGTH - 10), 10)))
        .isInstanceOf(IllegalStateException.class);
    assertMoved(from, 0);
  }
}
