package dev.basalt.collections;

import dev.basalt.junit.PoolUnderTest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Makes the collections that a suite tests, and brings them where it is to test them. */
final class Subjects {
  /** Where a collection is while it is tested. */
  enum Way {
    /** In no pool. */
    PLAIN,
    /** In a pool; each operation is a transaction of its own. */
    OUTSIDE,
    /** In a pool; a test is one update, from the making of its collection on. */
    INSIDE,
    /** In a pool that was closed and opened again after the collection was made. */
    REOPENED
  }

  private final Way way;
  private final PoolUnderTest pools;

  /** How the first collection of a test is made, by the number of the test. */
  private final Map<Integer, Supplier<?>> recorded = new HashMap<>();

  private boolean recording;
  private int test;
  private boolean isFirst;

  Subjects(Way way, PoolUnderTest pools) {
    this.way = way;
    this.pools = pools;
  }

  /** A collection for the running test. */
  <C> C make(Supplier<C> factory) {
    C made = factory.get();
    boolean first = isFirst;
    isFirst = false;
    if (way == Way.PLAIN) {
      return made;
    }
    if (recording) {
      if (first) {
        recorded.put(test, factory);
      }
      return made;
    }
    if (way == Way.REOPENED && first) {
      @SuppressWarnings("unchecked")
      C found = (C) pools.pool().root("made", PersistentArrayList.class).orElseThrow().get(test);
      return found;
    }
    pools.pool().putRoot("subject", made);
    return made;
  }

  /** Called before each test. */
  void begin(int number) {
    test = number;
    isFirst = true;
  }

  /** From now on until {@link #reopen} it is only noted what the tests make. */
  void record() {
    recording = true;
  }

  void reopen(int tests) {
    recording = false;
    List<Object> made = new ArrayList<>();
    for (int i = 0; i < tests; i++) {
      made.add(recorded.containsKey(i) ? recorded.get(i).get() : null);
    }
    pools.pool().putRoot("made", new PersistentArrayList<>(made));
    pools.reopen();
  }
}
