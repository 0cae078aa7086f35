package dev.basalt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.fixture.Item;
import dev.basalt.fixture.WeakItem;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Random changes of a graph of items with many cycles, done to a pool and to a model alike. Each
 * item has a name with a place of its own. Some roots and some handles that the program holds are
 * where everything begins; other handles are dropped at once. A program may set weak fields too,
 * and go on from what it finds there. One thread uses a program.
 */
final class GraphProgram {
  private static final int ANCHORS = 4;
  private static final int HELD_MAX = 6;
  private static final int WALK_MAX = 12;

  /** An item of the model. */
  private static final class Node {
    final long number;
    Node next;
    Node other;
    Node weak;

    Node(long number) {
      this.number = number;
    }
  }

  /** The same item in both worlds. */
  private record Both(Node node, Item item) {}

  private static final class Abort extends Exception {
    private static final long serialVersionUID = 1L;
  }

  private final String name;
  private final boolean usesWeak;
  private final Random random;
  private final List<Node> anchors = new ArrayList<>();
  private final List<Both> held = new ArrayList<>();
  private Pool pool;
  private long numbers;

  GraphProgram(Pool pool, String name, long seed, boolean usesWeak) {
    this.pool = pool;
    this.usesWeak = usesWeak;
    this.name = name;
    this.random = new Random(seed);
    for (int i = 0; i < ANCHORS; i++) {
      Node node = new Node(++numbers);
      anchors.add(node);
      pool.putRoot(name + i, item(node.number));
    }
  }

  private Item item(long number) {
    Item item = usesWeak ? new WeakItem(number) : new Item(number);
    item.name("the name of " + number);
    return item;
  }

  /** The pool has been opened again; what was held is gone. */
  void reopened(Pool newPool) {
    pool = newPool;
    held.clear();
  }

  void dropHandles() {
    held.clear();
  }

  /** One random change, or none. */
  void step() {
    switch (random.nextInt(usesWeak ? 16 : 12)) {
      case 0, 1, 2 -> create();
      case 3, 4, 5, 6 -> link();
      case 7, 8 -> unlink();
      case 9 -> hold();
      case 10 -> drop();
      case 12, 13, 14, 15 -> linkWeakly();
      default -> abort();
    }
  }

  private Both anchor() {
    if (!held.isEmpty() && random.nextInt(3) == 0) {
      return held.get(random.nextInt(held.size()));
    }
    int i = random.nextInt(ANCHORS);
    return new Both(anchors.get(i), pool.root(name + i, Item.class).orElseThrow());
  }

  /** Goes from a root or a held item along random references. */
  private Both walk() {
    Both at = anchor();
    for (int steps = random.nextInt(WALK_MAX); steps > 0; steps--) {
      if (usesWeak && random.nextInt(4) == 0) {
        at = followWeak(at);
        continue;
      }
      boolean isNext = random.nextBoolean();
      Node node = isNext ? at.node.next : at.node.other;
      Item item = isNext ? at.item.next() : at.item.other();
      if (node == null) {
        assertThat(item).isNull();
        continue;
      }
      assertThat(item.number()).isEqualTo(node.number);
      at = new Both(node, item);
    }
    return at;
  }

  /** What a weak field leads to is there again for the model, too, if it was not reclaimed. */
  private Both followWeak(Both at) {
    Item item = ((WeakItem) at.item).weak();
    if (item == null) {
      return at;
    }
    assertThat(at.node.weak).isNotNull();
    assertThat(item.number()).isEqualTo(at.node.weak.number);
    return new Both(at.node.weak, item);
  }

  private void linkWeakly() {
    Both from = walk();
    Both to = random.nextInt(4) == 0 ? null : walk();
    ((WeakItem) from.item).weak(to == null ? null : to.item);
    from.node.weak = to == null ? null : to.node;
  }

  /** Retries do not run the model's part again. */
  private void create() {
    Both at = walk();
    boolean isNext = random.nextBoolean();
    boolean isKept = random.nextBoolean();
    long number = ++numbers;
    Node node = new Node(number);
    node.next = isKept ? (isNext ? at.node.next : at.node.other) : null;
    pool.update(
        () -> {
          Item made = item(number);
          made.next(isKept ? (isNext ? at.item.next() : at.item.other()) : null);
          set(at.item, isNext, made);
        });
    set(at.node, isNext, node);
  }

  private void link() {
    Both from = walk();
    Both to = walk();
    boolean isNext = random.nextBoolean();
    set(from.item, isNext, to.item);
    set(from.node, isNext, to.node);
  }

  private void unlink() {
    Both from = walk();
    boolean isNext = random.nextBoolean();
    set(from.item, isNext, null);
    set(from.node, isNext, null);
  }

  private static void set(Item item, boolean isNext, Item to) {
    if (isNext) {
      item.next(to);
    } else {
      item.other(to);
    }
  }

  private static void set(Node node, boolean isNext, Node to) {
    if (isNext) {
      node.next = to;
    } else {
      node.other = to;
    }
  }

  private void hold() {
    if (held.size() < HELD_MAX) {
      held.add(walk());
    }
  }

  private void drop() {
    if (!held.isEmpty()) {
      held.remove(random.nextInt(held.size()));
    }
  }

  private void abort() {
    Both from = walk();
    Both to = walk();
    try {
      pool.update(
          () -> {
            Item made = item(-1);
            made.next(to.item);
            made.other(made);
            from.item.next(made);
            from.item.other(null);
            throw new Abort();
          });
    } catch (Abort e) {
      return;
    }
    throw new AssertionError("the update should have been aborted");
  }

  /** Compares everything that can be reached; returns the number of objects that this is. */
  long check() {
    Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    pool.view(
        () -> {
          ArrayDeque<Both> toVisit = new ArrayDeque<>();
          for (int i = 0; i < ANCHORS; i++) {
            Item anchor = pool.root(name + i, Item.class).orElseThrow();
            visit(anchors.get(i), anchor, seen, toVisit);
          }
          held.forEach(both -> visit(both.node, both.item, seen, toVisit));
          while (!toVisit.isEmpty()) {
            Both at = toVisit.remove();
            visit(at.node.next, at.item.next(), seen, toVisit);
            visit(at.node.other, at.item.other(), seen, toVisit);
          }
        });
    return 2L * seen.size();
  }

  /** The objects of the model that handles lead to and roots do not. */
  long onlyHeld() {
    Set<Node> fromRoots = Collections.newSetFromMap(new IdentityHashMap<>());
    anchors.forEach(anchor -> reach(anchor, fromRoots));
    Set<Node> all = Collections.newSetFromMap(new IdentityHashMap<>());
    all.addAll(fromRoots);
    held.forEach(both -> reach(both.node, all));
    return 2L * (all.size() - fromRoots.size());
  }

  private static void reach(Node from, Set<Node> reached) {
    ArrayDeque<Node> toVisit = new ArrayDeque<>(List.of(from));
    while (!toVisit.isEmpty()) {
      Node at = toVisit.remove();
      if (reached.add(at)) {
        Stream.of(at.next, at.other).filter(Objects::nonNull).forEach(toVisit::add);
      }
    }
  }

  /**
   * Checks the weak fields of everything that can be reached: what they lead to is there if
   * something else leads there.
   *
   * @return the fields that still lead to what nothing else leads to
   */
  long checkWeak() {
    Map<Node, Item> reached = new IdentityHashMap<>();
    return pool.view(
        () -> {
          List<Both> toVisit = new ArrayList<>(held);
          for (int i = 0; i < ANCHORS; i++) {
            toVisit.add(new Both(anchors.get(i), pool.root(name + i, Item.class).orElseThrow()));
          }
          while (!toVisit.isEmpty()) {
            Both at = toVisit.removeLast();
            if (at.node != null && reached.put(at.node, at.item) == null) {
              toVisit.add(new Both(at.node.next, at.item.next()));
              toVisit.add(new Both(at.node.other, at.item.other()));
            }
          }
          long left = 0;
          for (Map.Entry<Node, Item> entry : reached.entrySet()) {
            Node expected = entry.getKey().weak;
            Item found = ((WeakItem) entry.getValue()).weak();
            if (expected == null) {
              assertThat(found).isNull();
            } else if (reached.containsKey(expected)) {
              assertThat(found).isSameAs(reached.get(expected));
            } else if (found != null) {
              assertThat(found.number()).isEqualTo(expected.number);
              left++;
            }
          }
          return left;
        });
  }

  private static void visit(Node node, Item item, Set<Node> seen, ArrayDeque<Both> toVisit) {
    if (node == null || item == null) {
      assertThat(item).isNull();
      assertThat(node).isNull();
      return;
    }
    assertThat(item.number()).isEqualTo(node.number);
    assertThat(item.name()).isEqualTo("the name of " + node.number);
    if (seen.add(node)) {
      toVisit.add(new Both(node, item));
    }
  }
}
