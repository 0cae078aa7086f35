package dev.basalt.tx;

import dev.basalt.Durability;
import dev.basalt.Pool;
import dev.basalt.fixture.Item;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A real pool for all states of a test, with one object in it. */
final class SharedPool {
  static final Pool POOL = open();
  static final Item ROOT = POOL.root("root", Item.class, Item::new);

  private SharedPool() {}

  private static Pool open() {
    try {
      Path folder = Files.createTempDirectory("basalt-races");
      return Pool.builder(folder.resolve("races.pool"))
          .durability(Durability.ASYNC)
          .classLoader(Item.class.getClassLoader())
          .open();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static TransactionManager transactions() {
    return ROOT.$basalt$space().transactions();
  }
}
