package dev.basalt.samples.cargo;

import dev.basalt.Pool;
import dev.basalt.PoolBuilder;
import java.nio.file.Path;

/** Prints the report of a pool that another JVM has made, and books once more. */
final class Elsewhere {
  private Elsewhere() {}

  public static void main(String[] args) {
    PoolBuilder builder = Pool.builder(Path.of(args[0])).maxSize(1L << 30);
    try (Pool pool = builder.open()) {
      Shipping shipping = pool.root("shipping", Shipping.class).orElseThrow();
      System.out.print(shipping.report());
      shipping.work();
    }
  }
}
