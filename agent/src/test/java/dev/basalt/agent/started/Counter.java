package dev.basalt.agent.started;

import dev.basalt.Pool;
import dev.basalt.annotation.Persistent;
import java.nio.file.Path;

/** A program for a JVM of its own: counts its runs in a pool. */
public final class Counter {
  private Counter() {}

  @Persistent
  static class Runs {
    int count;
  }

  public static void main(String[] arguments) {
    try (Pool pool =
        Pool.builder(Path.of(arguments[0])).maxSize(64L << 20).logSize(1 << 20).open()) {
      Runs runs = pool.root("runs", Runs.class, Runs::new);
      runs.count++;
      System.out.println("run " + runs.count + " of " + Pool.isPersistent(runs));
    }
  }
}
