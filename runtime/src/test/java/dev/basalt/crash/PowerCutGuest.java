package dev.basalt.crash;

import dev.basalt.Durability;
import dev.basalt.MediumPools;
import dev.basalt.OpenMode;
import dev.basalt.Pool;
import dev.basalt.PoolBuilder;
import dev.basalt.fixture.Item;
import dev.basalt.medium.FileMedium;
import dev.basalt.medium.Medium;
import java.nio.file.Path;

/**
 * Runs in the virtual machine of {@code tools/power-cut}: opens the pool, checks that it is exactly
 * as one update left it, then updates until the power is cut. Prints what it knows for {@link
 * PowerCutHost} to read.
 */
final class PowerCutGuest {
  private static final int ITEMS = 20;

  private PowerCutGuest() {}

  public static void main(String[] args) {
    Path file = Path.of(args[0]);
    boolean planted = args[1].equals("planted");
    boolean dax = args[1].equals("dax");
    try {
      say("start", 0);
      builder(file, OpenMode.OPEN_OR_CREATE).open().close(); // replays, as a program would
      PoolVerifier.verify(file);
      FileMedium medium = FileMedium.open(file, false);
      String refusal = dax ? medium.tryDax() : null;
      if (refusal != null) {
        throw new AssertionError("no persistent memory: " + refusal);
      }
      try (Pool pool =
          MediumPools.open(builder(file, OpenMode.OPEN), planted ? withoutSyncs(medium) : medium)) {
        Item root = pool.root("root", Item.class, () -> new Item(0));
        pool.view(() -> check(root));
        say("checked", root.number());
        run(pool, root);
      }
    } catch (Throwable e) {
      System.out.println("BASALT broken " + e);
      e.printStackTrace(System.out);
      System.out.flush();
    }
  }

  private static void say(String what, long number) {
    System.out.println("BASALT " + what + " " + number);
    System.out.flush();
  }

  private static PoolBuilder builder(Path file, OpenMode mode) {
    return Pool.builder(file)
        .mode(mode)
        .durability(Durability.SYNC)
        .logSize(256 << 10)
        .maxSize(200L << 20)
        .classLoader(PowerCutGuest.class.getClassLoader());
  }

  /** The fault that must be found: a medium that does not sync. */
  private static Medium withoutSyncs(Medium medium) {
    return new PlantedMedium(medium) {
      @Override
      public void sync() {}
    };
  }

  private static void run(Pool pool, Item root) {
    for (long k = root.number() + 1; ; k++) {
      long number = k;
      pool.update(() -> step(root, number));
      say("durable", number);
      if (number % 50 == 0) {
        pool.reclaim();
      }
    }
  }

  /** Puts an item in front; the last of too many goes. Each item knows the update's number. */
  private static void step(Item root, long number) {
    Item item = new Item(number);
    item.name("the item of update " + number);
    item.next(root.next());
    root.next(item);
    root.number(number);
    int count = 0;
    for (Item i = root.next(); i != null; i = i.next()) {
      i.amount((int) number);
      if (++count == ITEMS) {
        i.next(null);
      }
    }
    if (number % 23 == 0) {
      root.value(
          "z".repeat((int) (number % 7) * 60_000)); // some of these spill, some grow the pool
    }
  }

  private static void check(Item root) {
    long number = root.number();
    long expected = number;
    int count = 0;
    for (Item i = root.next(); i != null; i = i.next()) {
      if (i.number() != expected
          || i.amount() != number
          || !("the item of update " + expected).equals(i.name())) {
        throw new AssertionError(
            "update %d: item %d has number %d, amount %d, name %s"
                .formatted(number, expected, i.number(), i.amount(), i.name()));
      }
      expected--;
      count++;
    }
    if (count != Math.min(number, ITEMS)) {
      throw new AssertionError("update " + number + ": " + count + " items");
    }
  }
}
