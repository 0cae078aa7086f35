package dev.basalt.samples.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.Pool;
import dev.basalt.junit.PoolUnderTest;
import dev.basalt.junit.TestPool;
import org.junit.jupiter.api.Test;

/** The classes here are rewritten by the Maven plugin: no agent is there when this test runs. */
class ShopTest {
  @TestPool private PoolUnderTest pools;

  private static void trade(Shop shop) {
    shop.stock();
    assertThat(shop.order("ada", "pen")).isEqualTo(150);
    assertThat(shop.order("acme", "ink")).isEqualTo(749);
    assertThat(shop.order("ada", "pen", "ink")).isEqualTo(135 + 899);
    shop.order("ada", "pen");
  }

  @Test
  void storedShopTradesLikeAPlainOneAndIsThereAfterReopening() {
    Shop plain = new Shop();
    String plainReport =
        pools
            .pool()
            .update(
                () -> {
                  trade(plain);
                  return plain.report();
                });
    assertThat(Pool.isPersistent(plain)).isFalse();
    Shop shop = pools.pool().root("shop", Shop.class, Shop::new);
    trade(shop);
    assertThat(shop.report()).isEqualTo(plainReport);

    Shop reopened = pools.reopen().root("shop", Shop.class).orElseThrow();
    assertThat(reopened.report()).startsWith("4 orders, pen 7, ink 0,").isEqualTo(plainReport);
    assertThatThrownBy(() -> reopened.order("acme", "pen", "ink"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("ink is out of stock");
    assertThat(reopened.report()).isEqualTo(plainReport);
  }
}
