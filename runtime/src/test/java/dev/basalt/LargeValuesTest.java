package dev.basalt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.error.PoolFullException;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Strings and arrays of megabytes, and such as no pool has room for. */
class LargeValuesTest {
  private static final int LARGE = 10 << 20;

  @RegisterExtension final Pools pools = new Pools();

  private static Item holder(Pool pool) {
    return pool.root("holder", Item.class, () -> new Item(1));
  }

  private Pool open() {
    return pools.open(pools.builder("test").maxSize(256L << 20).logSize(1 << 20));
  }

  @Test
  void stringsOfMegabytesComeBack() {
    String latin1 = "text\u0000\u00FF".repeat(LARGE / 6);
    String unpaired = "\uD800\u0000".repeat(LARGE / 4) + "\uDC00";
    for (String text : List.of(latin1, unpaired, latin1.substring(1) + "\u20AC")) {
      Pool pool = open();
      pool.update(
          () -> {
            holder(pool).name(text);
            holder(pool).value(new Object[] {text, "\u0000", ""});
          });
      Pool again = pools.reopen(pool);
      assertThat(holder(again).name().equals(text)).as("%d characters", text.length()).isTrue();
      Object[] values = (Object[]) holder(again).value();
      assertThat(values[0].equals(text)).isTrue();
      assertThat(values).endsWith("\u0000", "");
      again.close();
    }
  }

  @Test
  void arrayOfMegabytesComesBack() {
    byte[] bytes = new byte[LARGE + 3];
    new Random(5).nextBytes(bytes);
    Pool pool = open();
    holder(pool).value(bytes);
    assertThat((byte[]) holder(pools.reopen(pool)).value()).isEqualTo(bytes);
  }

  @Test
  void valueThatThePoolHasNoRoomForIsRefusedAndNothingIsLost() {
    Pool pool = pools.open();
    Item holder = holder(pool);
    holder.name("before");
    String text = "\u20AC".repeat(60 << 20);
    for (Object value : List.of(text, new long[12 << 20], new Object[] {"kept", text})) {
      assertThatThrownBy(
              () ->
                  pool.update(
                      () -> {
                        holder.name("inside");
                        holder.value(value);
                      }))
          .isInstanceOf(PoolFullException.class)
          .hasMessageContaining(pool.path().toString());
      assertThat(holder.name()).isEqualTo("before");
      assertThat(holder.value()).isNull();
    }
    holder.value("a text that there is room for");
    Pool again = pools.reopen(pool);
    assertThat(holder(again).name()).isEqualTo("before");
    assertThat(holder(again).value()).isEqualTo("a text that there is room for");
  }
}
