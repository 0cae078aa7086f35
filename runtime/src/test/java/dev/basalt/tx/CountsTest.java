package dev.basalt.tx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.Pool;
import dev.basalt.error.CorruptPoolException;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import dev.basalt.format.ObjectFormat;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Reference counts at the end of their range. */
class CountsTest {
  private static final String POOL = "pool";

  @RegisterExtension final Pools pools = new Pools();

  private static long word(int classId, int count) {
    return Counts.first(POOL, 32, classId, count);
  }

  @Test
  void countsAddUp() {
    long word = word(70, 5);
    assertThat(Counts.of(Counts.add(POOL, 32, word, 3))).isEqualTo(8);
    assertThat(Counts.of(Counts.add(POOL, 32, word, -5))).isZero();
    assertThat((int) Counts.add(POOL, 32, word, -5)).isEqualTo(70);
    assertThatThrownBy(() -> Counts.add(POOL, 32, word, -6))
        .isInstanceOf(CorruptPoolException.class)
        .hasMessageContaining("5")
        .hasMessageContaining("32");
  }

  @Test
  void markOfLimboIsNoPartOfTheCount() {
    long word = Counts.enterLimbo(word(70, ObjectFormat.COUNT_MAX - 1));
    long most = Counts.add(POOL, 32, word, 1);
    assertThat(Counts.isInLimbo(most)).isTrue();
    assertThat(Counts.of(most)).isEqualTo(ObjectFormat.COUNT_MAX);
    assertThat(Counts.isInLimbo(Counts.leaveLimbo(most))).isFalse();
    assertThat(Counts.of(Counts.leaveLimbo(most))).isEqualTo(ObjectFormat.COUNT_MAX);
  }

  @Test
  void greatestCountSticks() {
    long most = Counts.add(POOL, 32, word(70, ObjectFormat.COUNT_MAX - 1), 1_000);
    assertThat(Counts.of(most)).isEqualTo(ObjectFormat.COUNT_MAX);
    assertThat(Counts.add(POOL, 32, most, -1_000_000)).isEqualTo(most);
    assertThat(Counts.add(POOL, 32, most, 1)).isEqualTo(most);
    assertThat(Counts.of(Counts.first(POOL, 32, 70, 1L << 40))).isEqualTo(ObjectFormat.COUNT_MAX);
  }

  /** An object that has had too many references stays, and nothing is wrong with that. */
  @Test
  void objectOfTheGreatestCountStaysUntilThePoolIsCompacted() {
    Pool pool = pools.open();
    Item root = pool.root("root", Item.class, () -> new Item(0));
    long before = pool.stats().objects();
    Item popular = new Item(7);
    root.next(popular);
    TransactionManager transactions = popular.$basalt$space().transactions();
    long at = popular.$basalt$offset() + ObjectFormat.CLASS_ID;
    transactions.runLocked(
        update -> {
          long word = update.rawWords().get(at);
          update
              .rawWords()
              .put(at, Counts.add(POOL, 32, word, ObjectFormat.COUNT_MAX - 1L - Counts.of(word)));
        });
    root.other(popular);
    root.value(popular);
    assertThat(Counts.of(transactions.heap().getLong(at))).isEqualTo(ObjectFormat.COUNT_MAX);
    assertThat(pool.check().findings()).isEmpty();
    pool.update(
        () -> {
          root.next(null);
          root.other(null);
          root.value(null);
        });
    assertThat(popular.number()).isEqualTo(7);
    pool.reclaim();
    assertThat(pool.check().findings()).isEmpty();
    assertThat(pool.stats().objects()).isEqualTo(before + 1);
    pool.close();
    pools.doNotVerify(pool.path()); // nothing leads to it
    Path dense = pools.file("dense");
    assertThat(Pool.compact(pool.path(), dense)).isNotNull();
    assertThat(pools.open(pools.builder("dense")).stats().objects()).isEqualTo(before);
  }
}
