package dev.basalt.crash;

import dev.basalt.Pool;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.RichItem;
import dev.basalt.fixture.WeakItem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Random updates of a linked list of items, done to a pool and to a model alike. Update {@code k}
 * also sets a counter in the pool to {@code k}, so that a recovered pool says which prefix of the
 * history it claims to be.
 */
final class Shelf {
  /** What an update does. */
  enum Kind {
    /** A few fields. */
    SET,
    /** A few new items. */
    PUSH,
    /** Many new items. */
    PUSH_MANY,
    /** Takes one item out of the list. */
    REMOVE,
    /** Cuts the front of the list off. */
    DROP_FRONT,
    /** A string of almost half the smallest log. */
    BIG_VALUE,
    /** A string in a run of one chunk that is as small as such a string can be. */
    SMALL_RUN_VALUE,
    /** Takes the value of every item away. */
    CLEAR_VALUES,
    /** A string in a run of chunks. */
    RUN_VALUE,
    /** More than fits into the log. */
    HUGE_VALUE,
    /** Named roots. */
    ROOTS,
    /** Replaces a ring of items, which then is garbage that counts do not find. */
    RING,
    /** A root that refers weakly to an item of the list or to a ring. */
    WEAK,
    /** Throws at the end. */
    ABORT,
    /** Not an update of its own. */
    COLLECT_CYCLES,
    /** Not an update of its own. */
    RECLAIM,
    /** Not an update. */
    CHECKPOINT,
    /** Not an update. */
    SYNC
  }

  private record Entry(
      boolean rich,
      long number,
      int amount,
      boolean flag,
      short rank,
      String name,
      Object value,
      long other) {
    String text() {
      return (rich ? "rich" : "item")
          + number
          + ","
          + amount
          + ","
          + flag
          + ","
          + rank
          + ","
          + Shelf.text(name)
          + ","
          + Shelf.text(value);
    }
  }

  /** The state after an update; never changed. */
  private record Model(List<Long> order, Map<Long, Entry> entries, Map<String, Long> roots) {
    Model copy() {
      return new Model(new ArrayList<>(order), new HashMap<>(entries), new HashMap<>(roots));
    }

    String text() {
      StringBuilder text = new StringBuilder();
      for (long number : order) {
        line(text, number);
      }
      roots.keySet().stream()
          .sorted()
          .forEach(
              name -> {
                text.append(name).append(": ");
                line(text, roots.get(name));
              });
      return text.toString();
    }

    private void line(StringBuilder text, long number) {
      Entry entry = entries.get(number);
      text.append(entry.text());
      if (entry.other != 0) {
        text.append(" -> ").append(entries.get(entry.other).text());
      }
      text.append('\n');
    }
  }

  private static final class Abort extends Exception {
    private static final long serialVersionUID = 1L;
  }

  private final Random random;
  private final Recording recording;
  private final boolean isSync;
  private final List<String> states = new ArrayList<>();
  private Model model = new Model(new ArrayList<>(), new HashMap<>(), new HashMap<>());
  private long numbers;
  private int updates;

  Shelf(long seed, Recording recording, boolean isSync) {
    this.random = new Random(seed);
    this.recording = recording;
    this.isSync = isSync;
    states.add(model.text());
  }

  /** The text of the state after each update; index 0 is the empty one. */
  List<String> states() {
    return states;
  }

  /** Makes the roots; update 1. */
  void create(Pool pool) throws Exception {
    update(
        pool,
        Kind.SET,
        (changed) -> {
          pool.putRoot("counter", new Item(0));
          pool.putRoot("shelf", new Item(0));
        });
  }

  void run(Pool pool, Kind kind) throws Exception {
    switch (kind) {
      case RECLAIM -> pool.reclaim();
      case COLLECT_CYCLES -> {
        System.gc();
        long _ = pool.collectCycles();
      }
      case WEAK -> update(pool, kind, changed -> weak(pool, changed));
      case RING -> update(pool, kind, changed -> ring(pool, changed));
      case CHECKPOINT -> pool.checkpoint();
      case SYNC -> {
        pool.sync();
        recording.synced();
      }
      case SET -> update(pool, kind, changed -> set(pool, changed));
      case PUSH -> update(pool, kind, changed -> push(pool, changed, 1 + random.nextInt(4)));
      case PUSH_MANY ->
          update(pool, kind, changed -> push(pool, changed, 100 + random.nextInt(100)));
      case REMOVE -> update(pool, kind, changed -> remove(pool, changed));
      case DROP_FRONT -> update(pool, kind, changed -> dropFront(pool, changed));
      case BIG_VALUE -> update(pool, kind, changed -> bigValue(pool, changed, 28_000));
      case SMALL_RUN_VALUE -> update(pool, kind, changed -> bigValue(pool, changed, 33_000));
      case CLEAR_VALUES -> update(pool, kind, changed -> clearValues(pool, changed));
      case RUN_VALUE -> update(pool, kind, changed -> bigValue(pool, changed, 50_000));
      case HUGE_VALUE ->
          update(
              pool,
              kind,
              changed -> {
                push(pool, changed, 2);
                bigValue(pool, changed, 70_000);
              });
      case ROOTS -> update(pool, kind, changed -> roots(pool, changed));
      case ABORT ->
          update(
              pool,
              kind,
              changed -> {
                push(pool, changed, 3);
                set(pool, changed);
                remove(pool, changed);
                throw new Abort();
              });
    }
  }

  private interface Change {
    void apply(Model changed) throws Exception;
  }

  private void update(Pool pool, Kind kind, Change change) throws Exception {
    Model changed = model.copy();
    int k = updates + 1;
    if (kind == Kind.ABORT) {
      try {
        pool.update(() -> change.apply(changed));
      } catch (Abort e) {
        return;
      }
      throw new AssertionError("the update should have been aborted");
    }
    recording.begin(k);
    states.add("unknown");
    pool.update(
        () -> {
          change.apply(changed);
          counter(pool).number(k);
          states.set(k, changed.text());
        });
    updates = k;
    model = changed;
    recording.returned(k, isSync);
  }

  private static Item counter(Pool pool) {
    return pool.root("counter", Item.class).orElseThrow();
  }

  private static Item head(Pool pool) {
    return pool.root("shelf", Item.class).orElseThrow();
  }

  /** The item before index {@code i}. */
  private static Item before(Pool pool, int i) {
    Item item = head(pool);
    for (int n = 0; n < i; n++) {
      item = item.next();
    }
    return item;
  }

  private void set(Pool pool, Model changed) {
    if (changed.order.isEmpty()) {
      return;
    }
    for (int n = 1 + random.nextInt(3); n > 0; n--) {
      int i = random.nextInt(changed.order.size());
      Item item = before(pool, i).next();
      Entry old = changed.entries.get(changed.order.get(i));
      Object value = randomValue();
      boolean link = random.nextInt(3) == 0 && i + 1 < changed.order.size();
      int j = link ? i + 1 + random.nextInt(changed.order.size() - i - 1) : -1;
      long other = link ? changed.order.get(j) : 0;
      String name = "n" + "x".repeat(random.nextInt(30)) + random.nextInt();
      item.amount(item.amount() + 1);
      item.flag(!item.flag());
      item.rank((short) (item.rank() - 1));
      item.name(name);
      item.value(value);
      item.other(link ? before(pool, j).next() : null);
      changed.entries.put(
          old.number,
          new Entry(
              old.rich,
              old.number,
              old.amount + 1,
              !old.flag,
              (short) (old.rank - 1),
              name,
              value,
              other));
    }
  }

  private Object randomValue() {
    return switch (random.nextInt(7)) {
      case 0 -> random.nextLong();
      case 1 -> random.nextDouble();
      case 2 -> random.nextInt();
      case 3 -> "short";
      case 4 -> "longer than a slot " + random.nextInt();
      case 5 -> "\u20AC \uD800 " + random.nextInt();
      default -> null;
    };
  }

  private void push(Pool pool, Model changed, int count) {
    Item head = head(pool);
    for (int n = 0; n < count; n++) {
      boolean rich = random.nextBoolean();
      long number = ++numbers;
      Item item = rich ? new RichItem(number) : new Item(number);
      String name = "item " + number;
      item.name(name);
      item.next(head.next());
      head.next(item);
      changed.order.addFirst(number);
      changed.entries.put(number, new Entry(rich, number, 0, false, (short) 0, name, null, 0));
    }
  }

  private void remove(Pool pool, Model changed) {
    if (changed.order.isEmpty()) {
      return;
    }
    int i = random.nextInt(changed.order.size());
    Item before = before(pool, i);
    before.next(before.next().next());
    changed.order.remove(i);
  }

  private void dropFront(Pool pool, Model changed) {
    int count = changed.order.size() * 2 / 3;
    head(pool).next(before(pool, count).next());
    changed.order.subList(0, count).clear();
  }

  private void bigValue(Pool pool, Model changed, int characters) {
    if (changed.order.isEmpty()) {
      push(pool, changed, 1);
    }
    int i = random.nextInt(changed.order.size());
    String value = (random.nextInt() + " ").repeat(characters).substring(0, characters);
    setValue(before(pool, i).next(), changed, changed.order.get(i), value);
  }

  private void clearValues(Pool pool, Model changed) {
    Item item = head(pool).next();
    for (long number : changed.order) {
      setValue(item, changed, number, null);
      item = item.next();
    }
  }

  private static void setValue(Item item, Model changed, long number, Object value) {
    item.value(value);
    Entry old = changed.entries.get(number);
    changed.entries.put(
        old.number,
        new Entry(
            old.rich, old.number, old.amount, old.flag, old.rank, old.name, value, old.other));
  }

  private void roots(Pool pool, Model changed) {
    String name = "root " + random.nextInt(5);
    if (changed.roots.containsKey(name) && random.nextBoolean()) {
      pool.removeRoot(name);
      changed.roots.remove(name);
    } else if (!changed.order.isEmpty() && random.nextBoolean()) {
      int i = random.nextInt(changed.order.size());
      pool.putRoot(name, before(pool, i).next());
      changed.roots.put(name, changed.order.get(i));
    } else {
      long number = ++numbers;
      pool.putRoot(name, new Item(number));
      changed.roots.put(name, number);
      changed.entries.put(number, new Entry(false, number, 0, false, (short) 0, null, null, 0));
    }
  }

  /** Items that lead to one another and to the head of the list. */
  private void ring(Pool pool, Model changed) {
    List<Item> items = new ArrayList<>();
    for (int n = 2 + random.nextInt(40); n > 0; n--) {
      Item item = new Item(++numbers);
      item.value("a value of item " + numbers);
      item.other(head(pool));
      items.add(item);
      changed.entries.put(
          numbers, new Entry(false, numbers, 0, false, (short) 0, null, item.value(), 0));
    }
    for (int i = 0; i < items.size(); i++) {
      items.get(i).next(items.get((i + 1) % items.size()));
    }
    Item first = items.getFirst();
    Entry second = changed.entries.get(items.get(1).number());
    first.other(items.get(1));
    changed.entries.put(
        first.number(),
        new Entry(false, first.number(), 0, false, (short) 0, null, first.value(), second.number));
    changed.roots.put("root ring", first.number());
    pool.putRoot("root ring", first);
  }

  /** The holder's amount is the number of what it refers to. */
  private void weak(Pool pool, Model changed) {
    Item target;
    if (changed.roots.containsKey("root ring") && random.nextBoolean()) {
      target = pool.root("root ring", Item.class).orElseThrow().next();
    } else {
      push(pool, changed, 1);
      target = head(pool).next();
    }
    WeakItem holder = new WeakItem(++numbers);
    int targetNumber = (int) target.number();
    holder.amount(targetNumber);
    holder.weak(target);
    String name = "root weak" + random.nextInt(4);
    pool.putRoot(name, holder);
    changed.roots.put(name, numbers);
    changed.entries.put(
        numbers, new Entry(false, numbers, targetNumber, false, (short) 0, null, null, 0));
  }

  /**
   * Checks weak references in a pool in which everything has been reclaimed that can be: they lead
   * to what something else leads to, and nowhere else.
   */
  static void checkWeak(Pool pool) {
    pool.view(
        () -> {
          Map<Integer, Item> reached = new HashMap<>();
          List<WeakItem> holders = new ArrayList<>();
          List<Item> toVisit = new ArrayList<>();
          for (String name : pool.rootNames()) {
            Item item = pool.root(name, Item.class).orElseThrow();
            if (!name.equals("counter")) { // whose number counts updates
              toVisit.add(item);
            }
            if (item instanceof WeakItem holder) {
              holders.add(holder);
            }
          }
          while (!toVisit.isEmpty()) {
            Item item = toVisit.removeLast();
            boolean isNumbered = item != null && item.number() > 0;
            if (isNumbered && reached.put((int) item.number(), item) != null) {
              continue;
            }
            if (item != null) {
              toVisit.add(item.next());
              toVisit.add(isNumbered ? item.other() : null);
            }
          }
          for (WeakItem holder : holders) {
            Item expected = reached.get(holder.amount());
            if (holder.weak() != expected) {
              throw new AssertionError(
                  "the weak reference of %d to %d leads to %s, not to %s"
                      .formatted(holder.number(), holder.amount(), holder.weak(), expected));
            }
          }
        });
  }

  private static String text(Object value) {
    return value instanceof String string
        ? string.length() + ":" + string.hashCode()
        : String.valueOf(value);
  }

  /** Which update a pool claims to be the last, 0 if there is none. */
  static int claimed(Pool pool) {
    return pool.root("counter", Item.class).map(item -> (int) item.number()).orElse(0);
  }

  /** The state of a pool in the model's words. */
  static String text(Pool pool) {
    return pool.view(
        () -> {
          StringBuilder text = new StringBuilder();
          if (!pool.rootNames().contains("shelf")) {
            return "";
          }
          for (Item item = head(pool).next(); item != null; item = item.next()) {
            line(text, item);
          }
          for (String name : pool.rootNames()) {
            if (name.startsWith("root ")) {
              text.append(name).append(": ");
              line(text, pool.root(name, Item.class).orElseThrow());
            }
          }
          return text.toString();
        });
  }

  private static void line(StringBuilder text, Item item) {
    text.append(text(item));
    if (item.other() != null) {
      text.append(" -> ").append(text(item.other()));
    }
    text.append('\n');
  }

  private static String text(Item item) {
    return new Entry(
            item instanceof RichItem,
            item.number(),
            item.amount(),
            item.flag(),
            item.rank(),
            item.name(),
            item.value(),
            0)
        .text();
  }
}
