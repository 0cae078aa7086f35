package dev.basalt.tx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.Pool;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import dev.basalt.fixture.Threads;
import dev.basalt.format.SlotFormat;
import dev.basalt.object.Layouts;
import dev.basalt.object.Structures;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An update's snapshot may be registered just behind a commit that looked for snapshots. */
class UnnotedBlocksTest {
  @RegisterExtension final Pools pools = new Pools();

  private static final int VALUE = Layouts.of(Item.class).offsetOf("value");

  private Structures structures;
  private long array;

  private void set(int index, long value) {
    structures.putSlot(array, Structures.slotOffset(index), value << 4 | SlotFormat.LONG);
  }

  private long get(int index) {
    return structures.slot(array, Structures.slotOffset(index)) >> 4;
  }

  /** The commit that missed the snapshot is made by hand: its notes are taken away. */
  @Test
  void missingNoteIsNotTakenForAnUnchangedBlock() {
    Pool pool = pools.open();
    Item root = pool.root("root", Item.class, () -> new Item(1));
    structures = root.$basalt$space().structures();
    TransactionManager transactions = structures.space().transactions();
    pool.update(
        () -> {
          array = structures.createSlots(1_000);
          for (int i = 0; i < 1_000; i++) {
            set(i, 0);
          }
          structures.putSlot(root.$basalt$offset(), VALUE, array);
        });
    AtomicInteger attempts = new AtomicInteger();
    pool.update(
        () -> {
          long first = get(1);
          if (attempts.incrementAndGet() == 1) {
            Threads.inOther(
                () -> {
                  pool.update(
                      () -> {
                        set(1, 5);
                        set(500, 5);
                      });
                  transactions.locked(
                      () -> {
                        VersionStore versions = transactions.versions();
                        versions.trim(new Snapshots.Registered());
                        versions.unnoted(transactions.published());
                        return true;
                      });
                  pool.update(() -> set(900, 5));
                });
          }
          assertThat(get(500)).isEqualTo(first);
        });
    assertThat(attempts).hasValue(2);
  }
}
