package dev.basalt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import dev.basalt.format.BytesFormat;
import dev.basalt.format.SizeClasses;
import dev.basalt.object.Layouts;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Random programs over graphs without cycles, beside a model: objects are created, linked, moved,
 * unlinked, held by handles and let go; updates abort; the pool is closed and opened again. In the
 * end, and between sessions, the pool's live bytes are exactly those of the model.
 */
@Timeout(1200)
class RandomGraphsTest {
  private static final boolean LONG = Boolean.getBoolean("basalt.stress");
  private static final int STEPS = LONG ? 300_000 : 4_000;
  private static final long SEEDS = LONG ? 20 : 2;
  private static final int SESSION = LONG ? 10_000 : 1_000;
  private static final int ROOTS = 8;

  @RegisterExtension final Pools pools = new Pools();

  /** An object of the model; links lead to greater numbers only, so there are no cycles. */
  private static final class Node {
    long next;
    long other;
    long value;
    String name;

    Node copy() {
      Node copy = new Node();
      copy.next = next;
      copy.other = other;
      copy.value = value;
      copy.name = name;
      return copy;
    }
  }

  private static final class Abort extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private final class Program {
    private final Random random;
    private final Map<Long, Node> nodes = new HashMap<>();

    /** What the running update has changed in the model, as it was before. */
    private final Map<Long, Node> undo = new HashMap<>();

    private final Map<Long, Item> held = new HashMap<>();
    private Pool pool;
    private long numbers;
    private long baseBytes;

    Program(long seed) {
      random = new Random(seed);
      pool = open();
      for (int i = 0; i < ROOTS; i++) {
        long number = ++numbers;
        pool.putRoot("root " + number, new Item(number));
        nodes.put(number, new Node());
      }
      settle();
      baseBytes = pool.stats().memory().liveBytes();
    }

    private Pool open() {
      return pools.open(
          pools
              .builder("random")
              .durability(Durability.ASYNC)
              .logSize(1L << 20)
              .reclaimInBackground(random.nextInt(4) > 0));
    }

    void run() {
      for (int step = 1; step <= STEPS; step++) {
        switch (random.nextInt(200)) {
          case 0 -> pool.reclaim();
          case 1 -> pool.checkpoint();
          case 2 -> held.clear();
          case 3 -> hold();
          case 4 -> use();
          default -> change();
        }
        if (step % SESSION == 0) {
          use();
          reopen();
        }
      }
    }

    /** Some random links, in one update that may abort. */
    private void change() {
      boolean abort = random.nextInt(10) == 0;
      long numbersBefore = numbers;
      Map<Long, Item> made = new HashMap<>();
      undo.clear();
      try {
        pool.update(
            () -> {
              undo(numbersBefore);
              made.clear();
              int links = 1 + random.nextInt(5);
              for (int i = 0; i < links; i++) {
                link(made);
              }
              if (abort) {
                throw new Abort();
              }
            });
        made.forEach(
            (number, item) -> {
              if (random.nextInt(20) == 0) {
                held.put(number, item);
              }
            });
      } catch (Abort e) {
        undo(numbersBefore);
      }
    }

    private void undo(long numbersBefore) {
      undo.forEach(
          (number, node) -> {
            if (node == null) {
              nodes.remove(number);
            } else {
              nodes.put(number, node);
            }
          });
      undo.clear();
      numbers = numbersBefore;
    }

    private void put(long number, Node node) {
      Node before = nodes.put(number, node);
      if (!undo.containsKey(number)) {
        undo.put(number, before);
      }
    }

    /** Sets a field of an object that is met on a random way from a root, or is held. */
    private void link(Map<Long, Item> made) {
      Item from = somewhere();
      long number = from.number();
      Node node = nodes.get(number).copy();
      put(number, node);
      if (random.nextInt(4) == 0) {
        node.name = random.nextBoolean() ? null : "n".repeat(random.nextInt(200));
        from.name(node.name);
        return;
      }
      Item to = target(number, made);
      long target = to == null ? 0 : to.number();
      switch (random.nextInt(3)) {
        case 0 -> {
          node.next = target;
          from.next(to);
        }
        case 1 -> {
          node.other = target;
          from.other(to);
        }
        default -> {
          node.value = target;
          from.value(to);
        }
      }
    }

    private Item target(long number, Map<Long, Item> made) {
      if (random.nextInt(5) == 0) {
        return null;
      }
      if (random.nextInt(3) == 0) {
        Item other = somewhere();
        if (other.number() > number) {
          return other;
        }
      }
      Item fresh = new Item(++numbers);
      put(numbers, new Node());
      made.put(numbers, fresh);
      return fresh;
    }

    private Item somewhere() {
      List<Item> handles = new ArrayList<>(held.values());
      Item item =
          !handles.isEmpty() && random.nextInt(10) == 0
              ? handles.get(random.nextInt(handles.size()))
              : pool.root("root " + (1 + random.nextInt(ROOTS)), Item.class).orElseThrow();
      for (int i = random.nextInt(12); i > 0; i--) {
        Object next =
            switch (random.nextInt(3)) {
              case 0 -> item.next();
              case 1 -> item.other();
              default -> item.value();
            };
        if (next == null) {
          return item;
        }
        item = (Item) next;
      }
      return item;
    }

    private void hold() {
      Item item = somewhere();
      held.put(item.number(), item);
    }

    /** Compares everything that roots and handles lead to. */
    private void use() {
      Set<Item> seen = new HashSet<>();
      ArrayDeque<Item> toDo = new ArrayDeque<>(held.values());
      for (int i = 1; i <= ROOTS; i++) {
        toDo.add(pool.root("root " + i, Item.class).orElseThrow());
      }
      while (!toDo.isEmpty()) {
        Item item = toDo.remove();
        if (seen.add(item)) {
          Node node = nodes.get(item.number());
          assertThat(node).as("%d", item.number()).isNotNull();
          assertThat(item.name()).isEqualTo(node.name);
          follow(item.next(), node.next, toDo);
          follow(item.other(), node.other, toDo);
          follow((Item) item.value(), node.value, toDo);
        }
      }
    }

    private void follow(Item item, long number, ArrayDeque<Item> toDo) {
      assertThat(item == null ? 0 : item.number()).isEqualTo(number);
      if (item != null) {
        toDo.add(item);
      }
    }

    private void reopen() {
      if (random.nextBoolean()) {
        held.clear();
        settle();
        assertThat(pool.stats().memory().liveBytes() - baseBytes).isEqualTo(liveBytes());
        assertThat(pool.check().findings()).isEmpty();
      }
      held.clear();
      pool.close();
      pool = open();
      pool.reclaim();
      settle();
      assertThat(pool.stats().memory().liveBytes() - baseBytes).isEqualTo(liveBytes());
      assertThat(pool.check().findings()).isEmpty();
      nodes.keySet().retainAll(reachable());
    }

    /** Reclaims until nothing is left to be reclaimed. */
    private void settle() {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
      do {
        assertThat(System.nanoTime()).as("limbo is empty").isLessThan(end);
        System.gc();
        pool.reclaim();
      } while (pool.stats().limboObjects() > 0);
    }

    private Set<Long> reachable() {
      Set<Long> seen = new HashSet<>();
      ArrayDeque<Long> toDo = new ArrayDeque<>();
      for (long i = 1; i <= ROOTS; i++) {
        toDo.add(i);
      }
      while (!toDo.isEmpty()) {
        long number = toDo.remove();
        if (number != 0 && seen.add(number)) {
          Node node = nodes.get(number);
          toDo.addAll(List.of(node.next, node.other, node.value));
        }
      }
      return seen;
    }

    /** The bytes of the blocks of all that roots lead to, without the roots themselves. */
    private long liveBytes() {
      int item = block(Layouts.of(Item.class).size());
      long bytes = -(long) ROOTS * item;
      for (long number : reachable()) {
        bytes += item;
        String name = nodes.get(number).name;
        if (name != null && name.length() > 7) {
          bytes += block((int) BytesFormat.size(name.length()));
        }
      }
      return bytes;
    }
  }

  private static int block(int bytes) {
    return SizeClasses.blockSize(SizeClasses.classOf(bytes));
  }

  @Test
  void liveBytesAreThoseOfTheModel() {
    for (long seed = 1; seed <= SEEDS; seed++) {
      System.out.printf("random graphs, seed %d%n", seed);
      Program program = new Program(seed);
      program.run();
      program.pool.close();
      pools.file("random").toFile().delete();
      assertThat(pools.file("random")).doesNotExist();
      pools.doNotVerify(pools.file("random"));
    }
  }
}
