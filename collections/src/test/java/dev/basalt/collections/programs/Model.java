package dev.basalt.collections.programs;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a pool should hold after a sequence of {@link Op}s: nodes with fields, and groups, which are
 * collections. A thing is known by its number. Things that nothing refers to stay until {@link
 * #retain}: a handle or a weak field may bring them back.
 */
final class Model {
  /** Fields of a node that refer to other things. */
  static final int NEXT = 0;

  static final int OTHER = 1;
  static final int VALUE = 2;

  /** Things with numbers below are there from the beginning, each with a root of its own. */
  static final long NODES = 4;

  private static final long KEYS = 100;

  /** The kind of a collection; that of group {@code g} is number {@code g % 6}. */
  enum Kind {
    LIST,
    LINKED,
    RING,
    HASH,
    TREE,
    LONGS;

    private static final Kind[] ALL = values();

    static Kind of(long number) {
      return ALL[(int) (number % ALL.length)];
    }

    boolean isMap() {
      return this == HASH || this == TREE || this == LONGS;
    }
  }

  /** A node or a group. */
  sealed interface Thing {}

  /** A node; a field holds the number of a thing or 0. */
  static final class Node implements Thing {
    final long[] fields = new long[3];
    long weak;
    long nameLength;
    long dataLength;
  }

  /** A group: a row, or entries, of numbers of things. */
  static final class Group implements Thing {
    final Kind kind;
    final ArrayList<Long> row = new ArrayList<>();
    final TreeMap<Long, Long> entries = new TreeMap<>();

    Group(Kind kind) {
      this.kind = kind;
    }

    Iterable<Long> content() {
      return kind.isMap() ? entries.values() : row;
    }

    boolean isEmpty() {
      return row.isEmpty() && entries.isEmpty();
    }
  }

  private final Map<Long, Thing> things = new HashMap<>();

  /** Nodes that some weak field has ever referred to: they have a proxy while they live. */
  private final Set<Long> withProxy = new HashSet<>();

  private long ops;
  private long numberMax;

  Model() {
    for (long number = 1; number <= NODES; number++) {
      things.put(number, new Node());
    }
    for (Kind kind : Kind.ALL) {
      things.put(rootGroup(kind), new Group(kind));
    }
    numberMax = rootGroups().getLast();
  }

  static Model after(List<Op> ops) {
    Model model = new Model();
    ops.forEach(model::apply);
    return model;
  }

  private static long rootGroup(Kind kind) {
    return Kind.ALL.length + kind.ordinal(); // of this kind, and above the nodes' numbers
  }

  static List<Long> rootGroups() {
    List<Long> numbers = new ArrayList<>();
    for (Kind kind : Kind.ALL) {
      numbers.add(rootGroup(kind));
    }
    return numbers;
  }

  static List<Long> roots() {
    List<Long> numbers = rootGroups();
    for (long number = 1; number <= NODES; number++) {
      numbers.add(number);
    }
    return numbers;
  }

  /** How many changes were made. */
  long ops() {
    return ops;
  }

  long newNumber() {
    return numberMax + 1;
  }

  /** A number that makes a group of a kind. */
  long newGroupNumber(Kind kind) {
    long number = newNumber();
    while (Kind.of(number) != kind) {
      number++;
    }
    return number;
  }

  /** A key of a map for a place. */
  static long key(long place) {
    return place % KEYS;
  }

  Thing thing(long number) {
    Thing thing = things.get(number);
    if (thing == null) {
      throw new AssertionError("the model has nothing with the number " + number);
    }
    return thing;
  }

  Node node(long number) {
    return (Node) thing(number);
  }

  Group group(long number) {
    return (Group) thing(number);
  }

  boolean isNode(long number) {
    return thing(number) instanceof Node;
  }

  boolean hasProxy(long number) {
    return withProxy.contains(number);
  }

  /** What is at a place: its number, or 0. */
  long at(long holder, long place) {
    return switch (thing(holder)) {
      case Node node -> node.fields[(int) place];
      case Group group when group.isEmpty() -> 0;
      case Group group ->
          switch (group.kind) {
            case LIST -> group.row.get((int) (place % group.row.size()));
            case LINKED, RING -> place % 2 == 0 ? group.row.getFirst() : group.row.getLast();
            case HASH, TREE, LONGS -> group.entries.getOrDefault(key(place), 0L);
          };
    };
  }

  void apply(Op op) {
    ops++;
    switch (op.verb()) {
      case MAKE -> put(op.a(), op.b(), add(op.c(), new Node()));
      case INSERT -> {
        Node made = new Node();
        made.fields[NEXT] = at(op.a(), op.b());
        put(op.a(), op.b(), add(op.c(), made));
      }
      case GROUP -> put(op.a(), op.b(), add(op.c(), new Group(Kind.of(op.c()))));
      case FILL -> {
        for (long number = op.b(); number < op.b() + op.c(); number++) {
          put(op.a(), number, add(number, new Node()));
        }
      }
      case PUT -> put(op.a(), op.b(), op.c());
      case CUT -> take(op.a(), op.b());
      case MOVE -> {
        long moved = at(op.a(), op.b());
        take(op.a(), op.b());
        put(op.c(), op.d(), moved);
      }
      case WEAK -> {
        node(op.a()).weak = op.b();
        if (op.b() != 0) {
          withProxy.add(op.b());
        }
      }
      case NAME -> node(op.a()).nameLength = op.b();
      case DATA -> {
        node(op.a()).fields[VALUE] = 0;
        node(op.a()).dataLength = op.b();
      }
      case CLEAR -> {
        group(op.a()).row.clear();
        group(op.a()).entries.clear();
      }
    }
  }

  private long add(long number, Thing thing) {
    things.put(number, thing);
    numberMax = Math.max(numberMax, number);
    return number;
  }

  private void put(long holder, long place, long target) {
    switch (thing(holder)) {
      case Node node -> {
        node.fields[(int) place] = target;
        node.dataLength = place == VALUE ? 0 : node.dataLength;
      }
      case Group group -> put(group, place, target);
    }
  }

  private static void put(Group group, long place, long target) {
    switch (group.kind) {
      case LIST -> {
        if (place % 2 == 0 || group.row.isEmpty()) {
          group.row.add(target);
        } else {
          group.row.set((int) (place % group.row.size()), target);
        }
      }
      case LINKED, RING -> group.row.add(place % 2 == 0 ? group.row.size() : 0, target);
      case HASH, TREE, LONGS -> group.entries.put(key(place), target);
    }
  }

  private void take(long holder, long place) {
    switch (thing(holder)) {
      case Node node -> {
        node.fields[(int) place] = 0;
        node.dataLength = place == VALUE ? 0 : node.dataLength;
      }
      case Group group -> take(group, place);
    }
  }

  private static void take(Group group, long place) {
    if (group.isEmpty()) {
      return;
    }
    switch (group.kind) {
      case LIST -> group.row.remove((int) (place % group.row.size()));
      case LINKED, RING -> group.row.remove(place % 2 == 0 ? 0 : group.row.size() - 1);
      case HASH, TREE, LONGS -> group.entries.remove(key(place));
    }
  }

  // ---- what is reachable

  /**
   * The numbers of what can be reached from some things, without going into groups if so wanted.
   */
  Set<Long> reachable(List<Long> from, boolean throughGroups) {
    Set<Long> seen = new HashSet<>();
    ArrayDeque<Long> toDo = new ArrayDeque<>(from);
    while (!toDo.isEmpty()) {
      long number = toDo.remove();
      if (number == 0 || (!throughGroups && !isNode(number)) || !seen.add(number)) {
        continue;
      }
      switch (thing(number)) {
        case Node node -> {
          for (long field : node.fields) {
            toDo.add(field);
          }
        }
        case Group group -> group.content().forEach(toDo::add);
      }
    }
    return seen;
  }

  /** The pool was compacted: a proxy to which no field refers has stayed behind. */
  void compacted() {
    withProxy.clear();
    for (long number : reachable(roots(), true)) {
      if (thing(number) instanceof Node node && node.weak != 0) {
        withProxy.add(node.weak);
      }
    }
  }

  /** Forgets everything but what roots lead to: nothing else is left in the pool. */
  void retain() {
    things.keySet().retainAll(reachable(roots(), true));
  }
}
