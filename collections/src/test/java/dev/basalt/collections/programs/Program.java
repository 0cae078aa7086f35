package dev.basalt.collections.programs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.Pool;
import dev.basalt.collections.programs.Model.Node;
import dev.basalt.collections.programs.Op.Verb;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.WeakItem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;

/**
 * A random program on a pool, with a {@link Model} beside it: it creates, links, unlinks and moves
 * things between fields and collections, refers to them weakly, closes cycles, aborts, holds
 * handles and lets them go. Each change is one update, which also sets the root {@value #OPS} to
 * the number of changes: so it can be told after a crash which of them have happened. For one
 * thread.
 */
final class Program {
  static final String OPS = "ops";

  private static final int WALK_MAX = 10;
  private static final int HELD_MAX = 8;

  /** Above this the program takes away more than it adds. */
  private static final int SIZE_MAX = 600;

  private static final int FILL_MAX = 60;
  private static final int NAME_MAX = 300;

  /** Every so many changes the size is looked at. */
  private static final int LOOK_EVERY = 64;

  /** A thing in both worlds. */
  private record Both(long number, Object handle) {}

  private static final class Abort extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private final Pool pool;
  private final Model model;
  private final Random random;
  private final Consumer<Op> before;
  private final List<Both> held = new ArrayList<>();

  /** The objects that a change needs, by their numbers. */
  private final Map<Long, Object> handles = new HashMap<>();

  private boolean isLarge;

  /**
   * Creates a program.
   *
   * @param pool a pool that {@link #create} has filled, in the model's state
   * @param before is told each change before it begins
   */
  Program(Pool pool, Model model, Random random, Consumer<Op> before) {
    this.pool = pool;
    this.model = model;
    this.random = random;
    this.before = before;
  }

  static String root(long number) {
    return "r" + number;
  }

  /** Makes what a pool must have at the beginning, but for the groups. */
  static void create(Pool pool) {
    pool.putRoot(OPS, new Item(0));
    for (long number = 1; number <= Model.NODES; number++) {
      pool.putRoot(root(number), Things.node(number));
    }
  }

  /** Makes the groups. */
  static void createGroups(Pool pool) {
    for (long number : Model.rootGroups()) {
      pool.putRoot(root(number), Things.group(number));
    }
  }

  /** How many changes a pool has seen. */
  static long ops(Pool pool) {
    return pool.root(OPS, Item.class).orElseThrow().number();
  }

  void dropHandles() {
    held.clear();
    handles.clear();
  }

  /** The numbers of the things of which the program holds handles. */
  List<Long> held() {
    return held.stream().map(Both::number).toList();
  }

  /** One random change, or an update that aborts, or something that changes nothing. */
  void step() {
    if (model.ops() % LOOK_EVERY == 0) {
      isLarge = model.reachable(Model.roots(), true).size() > SIZE_MAX;
    }
    switch (random.nextInt(20)) {
      case 0 -> {
        if (held.size() < HELD_MAX) {
          held.add(walk());
        }
      }
      case 1 -> {
        if (!held.isEmpty()) {
          held.remove(random.nextInt(held.size()));
        }
      }
      case 2 -> abort();
      default -> change(choose());
    }
  }

  // ---- walking

  private Both walk() {
    Both at;
    if (!held.isEmpty() && random.nextInt(4) == 0) {
      at = held.get(random.nextInt(held.size()));
    } else {
      List<Long> roots = Model.roots();
      long number = roots.get(random.nextInt(roots.size()));
      at = new Both(number, pool.root(root(number), Object.class).orElseThrow());
    }
    for (int steps = random.nextInt(WALK_MAX); steps > 0; steps--) {
      at = random.nextInt(6) == 0 ? followWeak(at) : follow(at);
    }
    return at;
  }

  private Both walkToNode() {
    Both at = walk();
    while (!model.isNode(at.number)) {
      at = walk();
    }
    return at;
  }

  private Both follow(Both at) {
    long place = randomPlace(at);
    long number = model.at(at.number, place);
    Object found = Things.at(at.handle, place);
    if (number == 0) {
      assertThat(found).isNull();
      return at;
    }
    checkIs(found, number);
    return new Both(number, found);
  }

  /** What a weak field leads to, if it is still there, is as good as anything else. */
  private Both followWeak(Both at) {
    if (!(model.thing(at.number) instanceof Node node)) {
      return at;
    }
    Object found = ((WeakItem) at.handle).weakObject();
    if (found == null) {
      return at;
    }
    checkIs(found, node.weak);
    return new Both(node.weak, found);
  }

  private void checkIs(Object found, long number) {
    assertThat(found).as("thing %d", number).isNotNull();
    if (model.isNode(number)) {
      assertThat(((Item) found).number()).isEqualTo(number);
    } else {
      assertThat(found.getClass()).isEqualTo(Things.group(number).getClass());
    }
  }

  private long randomPlace(Both holder) {
    return random.nextInt(model.isNode(holder.number) ? 3 : 1000);
  }

  // ---- choosing

  private long use(Both thing) {
    handles.put(thing.number, thing.handle);
    return thing.number;
  }

  /** A change, with the handles that it needs in {@link #handles}. */
  private Op choose() {
    handles.clear();
    int choice = random.nextInt(isLarge ? 30 : 22);
    return switch (choice) {
      case 0, 1, 2 -> {
        Both holder = walk();
        yield Op.of(Verb.MAKE, use(holder), randomPlace(holder), model.newNumber());
      }
      case 3, 4 -> Op.of(Verb.INSERT, use(walkToNode()), random.nextInt(2), model.newNumber());
      case 5 -> {
        Both holder = walk();
        long place = model.isNode(holder.number) ? Model.VALUE : randomPlace(holder);
        Model.Kind kind = Model.Kind.of(random.nextInt(100));
        yield Op.of(Verb.GROUP, use(holder), place, model.newGroupNumber(kind));
      }
      case 6 -> {
        Both group = walk();
        yield model.isNode(group.number)
            ? put()
            : Op.of(Verb.FILL, use(group), model.newNumber(), 1 + random.nextInt(FILL_MAX));
      }
      case 7, 8, 9, 10 -> put();
      case 11, 12 -> move();
      case 13, 14, 15 -> {
        Both node = walkToNode();
        yield Op.of(Verb.WEAK, use(node), random.nextInt(4) == 0 ? 0 : use(walk()));
      }
      case 16 -> Op.of(Verb.NAME, use(walkToNode()), random.nextInt(NAME_MAX));
      case 17 -> Op.of(Verb.DATA, use(walkToNode()), dataLength());
      case 18, 19, 20, 21, 22, 23, 24, 25 -> {
        Both holder = walk();
        yield Op.of(Verb.CUT, use(holder), randomPlace(holder));
      }
      default -> {
        Both group = walk();
        yield model.isNode(group.number)
            ? Op.of(Verb.CUT, use(group), randomPlace(group))
            : Op.of(Verb.CLEAR, use(group));
      }
    };
  }

  private long dataLength() {
    return switch (random.nextInt(8)) {
      case 0 -> 1 + random.nextInt(200_000);
      case 1, 2 -> 1 + random.nextInt(20_000);
      default -> 1 + random.nextInt(500);
    };
  }

  private Op put() {
    Both holder = walk();
    Both target = walk();
    return Op.of(Verb.PUT, use(holder), fittingPlace(holder, target.number), use(target));
  }

  private Op move() {
    Both holder = walk();
    long place = randomPlace(holder);
    long moved = model.at(holder.number, place);
    Both to = walk();
    return moved == 0
        ? Op.of(Verb.CUT, use(holder), place)
        : Op.of(Verb.MOVE, use(holder), place, use(to), fittingPlace(to, moved));
  }

  private long fittingPlace(Both holder, long target) {
    return model.isNode(holder.number) && !model.isNode(target) ? Model.VALUE : randomPlace(holder);
  }

  // ---- doing

  private void change(Op op) {
    before.accept(op);
    long number = model.ops() + 1;
    Item ops = pool.root(OPS, Item.class).orElseThrow();
    pool.update(
        () -> {
          perform(op);
          ops.number(number);
        });
    model.apply(op);
  }

  /** A change, or the same several times, in an update that does not happen. */
  private void abort() {
    Op op = choose();
    int times = op.verb() == Verb.MOVE ? 1 : 1 + random.nextInt(3); // what is moved fits once
    try {
      pool.update(
          () -> {
            for (int i = 0; i < times; i++) {
              perform(op);
            }
            throw new Abort();
          });
    } catch (Abort e) {
      return;
    }
    throw new AssertionError("the update should have been aborted");
  }

  private Object handle(long number) {
    Object handle = handles.get(number);
    if (handle == null) {
      throw new AssertionError("no handle of " + number);
    }
    return handle;
  }

  private void perform(Op op) {
    switch (op.verb()) {
      case MAKE -> Things.put(handle(op.a()), op.b(), Things.node(op.c()));
      case INSERT -> {
        Item made = Things.node(op.c());
        made.next((Item) Things.at(handle(op.a()), op.b()));
        Things.put(handle(op.a()), op.b(), made);
      }
      case GROUP -> Things.put(handle(op.a()), op.b(), Things.group(op.c()));
      case FILL -> {
        for (long number = op.b(); number < op.b() + op.c(); number++) {
          Things.put(handle(op.a()), number, Things.node(number));
        }
      }
      case PUT -> Things.put(handle(op.a()), op.b(), handle(op.c()));
      case CUT -> Things.take(handle(op.a()), op.b());
      case MOVE -> {
        Object moved = Things.at(handle(op.a()), op.b());
        Things.take(handle(op.a()), op.b());
        Things.put(handle(op.c()), op.d(), moved);
      }
      case WEAK -> ((WeakItem) handle(op.a())).weak(op.b() == 0 ? null : handle(op.b()));
      case NAME -> ((Item) handle(op.a())).name(Comparison.name(op.b()));
      case DATA -> ((Item) handle(op.a())).value(Comparison.data(op.b()));
      case CLEAR -> Things.clear(handle(op.a()));
    }
  }
}
