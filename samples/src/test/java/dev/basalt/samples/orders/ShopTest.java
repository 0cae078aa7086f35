package dev.basalt.samples.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.Pool;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The classes here are rewritten by the Maven plugin: no agent is there when this test runs. */
class ShopTest {
  @TempDir private Path folder;

  private static void trade(Shop shop) {
    shop.stock();
    assertThat(shop.order("ada", "pen")).isEqualTo(150);
    assertThat(shop.order("acme", "ink")).isEqualTo(749);
    assertThat(shop.order("ada", "pen", "ink")).isEqualTo(135 + 899);
    shop.order("ada", "pen");
  }

  private Pool open() {
    return Pool.builder(folder.resolve("shop.pool")).maxSize(64L << 20).logSize(1 << 20).open();
  }

  @Test
  void storedShopTradesLikeAPlainOneAndIsThereAfterReopening() {
    try (Pool pool = open()) {
      Shop plain = new Shop();
      String plainReport =
          pool.update(
              () -> {
                trade(plain);
                return plain.report();
              });
      assertThat(Pool.isPersistent(plain)).isFalse();
      Shop shop = pool.root("shop", Shop.class, Shop::new);
      trade(shop);
      assertThat(shop.report()).isEqualTo(plainReport);
    }
    try (Pool pool = open()) {
      Shop shop = pool.root("shop", Shop.class).orElseThrow();
      String before = shop.report();
      assertThat(before).startsWith("4 orders, pen 7, ink 0,");
      assertThatThrownBy(() -> shop.order("acme", "pen", "ink"))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("ink is out of stock");
      assertThat(shop.report()).isEqualTo(before);
    }
  }
}
