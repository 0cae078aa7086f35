package dev.basalt.collections.programs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.CheckReport;
import dev.basalt.Pool;
import dev.basalt.collections.programs.Model.Node;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.WeakItem;
import dev.basalt.format.ArrayFormat;
import dev.basalt.format.BytesFormat;
import dev.basalt.format.SizeClasses;
import dev.basalt.format.SlotsFormat;
import dev.basalt.format.WeakProxyFormat;
import dev.basalt.object.Layouts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * What a pool holds when nothing waits to be reclaimed: exactly the blocks of what the roots lead
 * to. The structure of a collection depends on its history; so in a copy of the pool all groups are
 * taken out, and the rest must have the size that follows from the model.
 *
 * @param objects the blocks of a pool with nodes but no groups
 * @param bytes their bytes
 */
record Quiet(long objects, long bytes) {
  private static final int ATTEMPTS = 100;

  /** Fills an empty pool as a program needs it, and measures it. */
  static Quiet create(Pool pool) throws InterruptedException {
    storeSamples(pool);
    Program.create(pool);
    settle(pool);
    Quiet base = new Quiet(pool.stats().objects(), pool.stats().memory().liveBytes());
    Program.createGroups(pool);
    return base;
  }

  /** Every type is stored once, and with it its description. */
  private static void storeSamples(Pool pool) {
    Item sample = new Item(0);
    WeakItem other = new WeakItem(0);
    other.weak(sample);
    sample.next(other);
    pool.putRoot("sample", sample);
    for (long number : Model.rootGroups()) {
      Object group = Things.group(number);
      pool.putRoot("sample", group);
      for (int place = 0; place < 40; place++) {
        Things.put(group, place, sample);
      }
    }
    pool.removeRoot("sample");
  }

  /** Collects and reclaims until nothing is left that no root leads to; there are no handles. */
  static void settle(Pool pool) throws InterruptedException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      System.gc();
      long _ = pool.collectCycles();
      pool.reclaim();
      CheckReport report = pool.check();
      assertThat(report.findings()).isEmpty();
      if (report.unreachableObjects() == 0 && pool.stats().limboObjects() == 0) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(10);
    }
    throw new AssertionError("something is never reclaimed: " + pool.stats());
  }

  /** Compares the live bytes of a closed pool, in which nothing waits, with those of the model. */
  void check(Path file, Model model) throws Exception {
    Path copy = Files.copy(file, file.resolveSibling("without-groups.pool"));
    try (Pool pool = RandomProgramsTest.builder(copy).reclaimInBackground(false).open()) {
      takeGroupsOut(pool, model);
      settle(pool);
      check(pool, model);
    } finally {
      Files.delete(copy);
    }
  }

  private static void takeGroupsOut(Pool pool, Model model) {
    pool.update(
        () -> {
          Set<Item> seen = new HashSet<>();
          List<Item> toDo = new ArrayList<>();
          for (long number = 1; number <= Model.NODES; number++) {
            toDo.add(pool.root(Program.root(number), Item.class).orElseThrow());
          }
          while (!toDo.isEmpty()) {
            Item item = toDo.removeLast();
            if (item != null && seen.add(item)) {
              toDo.add(item.next());
              toDo.add(item.other());
              if (item.value() instanceof Item value) {
                toDo.add(value);
              } else if (!(item.value() instanceof byte[])) {
                item.value(null);
              }
            }
          }
          Model.rootGroups().forEach(number -> pool.removeRoot(Program.root(number)));
        });
  }

  private void check(Pool pool, Model model) {
    List<Long> anchors = Model.roots().stream().filter(n -> n <= Model.NODES).toList();
    Set<Long> live = model.reachable(anchors, false);
    Set<Long> withProxy = new HashSet<>();
    long item = block(Layouts.of(WeakItem.class).size());
    long expectedObjects = objects - Model.NODES;
    long expectedBytes = bytes - Model.NODES * item;
    for (long number : live) {
      Node node = model.node(number);
      expectedObjects++;
      expectedBytes += item;
      if (node.nameLength > Long.BYTES - 1) {
        expectedObjects++;
        expectedBytes += block(BytesFormat.size(node.nameLength));
      }
      if (node.dataLength > 0) {
        expectedObjects++;
        expectedBytes += block(ArrayFormat.size(ArrayFormat.BYTE, (int) node.dataLength));
      }
      if (model.hasProxy(number)) {
        withProxy.add(number);
      }
      if (node.weak != 0) {
        withProxy.add(node.weak);
      }
    }
    expectedObjects += withProxy.size();
    expectedBytes += withProxy.size() * block(WeakProxyFormat.SIZE);
    // The index of the proxies depends on where things lie, but its parts have one size. It has
    // none
    // that leads nowhere, and is five bits of an address deeper with each.
    long indexParts = pool.stats().objects() - expectedObjects;
    assertThat(indexParts).isBetween(0L, 13L * withProxy.size());
    assertThat(pool.stats().memory().liveBytes())
        .isEqualTo(expectedBytes + indexParts * block(SlotsFormat.size(32)));
  }

  private static long block(long bytes) {
    return SizeClasses.blockBytes(bytes);
  }
}
