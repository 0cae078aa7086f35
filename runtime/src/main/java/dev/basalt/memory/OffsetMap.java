package dev.basalt.memory;

import java.util.Arrays;

/**
 * A map from offsets to longs without boxing: open addressing, linear probing. Offset 0 cannot be a
 * key. Not thread-safe.
 */
public final class OffsetMap {
  private static final int INITIAL_CAPACITY = 16;

  /** Larger tables are given back by {@link #clear}. */
  private static final int KEPT_CAPACITY = 1 << 12;

  private long[] keys = new long[INITIAL_CAPACITY];
  private long[] values = new long[INITIAL_CAPACITY];
  private int size;

  /** Decides about an entry. */
  public interface Test {
    /**
     * Decides.
     *
     * @param offset the key
     * @param value the value
     * @return whether the entry is as wanted
     */
    boolean test(long offset, long value);
  }

  /** Creates an empty map. */
  public OffsetMap() {}

  /** Takes the entries of a map. */
  public interface Visitor {
    /**
     * Takes an entry.
     *
     * @param offset the key
     * @param value the value
     */
    void visit(long offset, long value);
  }

  /**
   * Looks up a key.
   *
   * @param offset the key
   * @param otherwise the answer if it is absent
   * @return its value
   */
  public long get(long offset, long otherwise) {
    int i = slot(offset);
    return keys[i] == offset ? values[i] : otherwise;
  }

  /**
   * Sets a key's value.
   *
   * @param offset the key
   * @param value the value
   */
  public void put(long offset, long value) {
    int i = slot(offset);
    if (keys[i] != offset) {
      if (size >= keys.length / 2) {
        enlarge();
        i = slot(offset);
      }
      keys[i] = offset;
      size++;
    }
    values[i] = value;
  }

  /**
   * Adds to a key's value; an absent one counts as 0.
   *
   * @param offset the key
   * @param delta what to add
   */
  public void add(long offset, long delta) {
    put(offset, get(offset, 0) + delta);
  }

  /**
   * The number of keys.
   *
   * @return the size
   */
  public int size() {
    return size;
  }

  /**
   * Visits every entry, in no particular order.
   *
   * @param visitor takes them; must not change the map
   */
  public void forEach(Visitor visitor) {
    for (int i = 0, left = size; left > 0; i++) {
      if (keys[i] != 0) {
        visitor.visit(keys[i], values[i]);
        left--;
      }
    }
  }

  /**
   * Whether every entry is as wanted.
   *
   * @param test decides; must not change the map
   * @return {@code false} at the first that is not
   */
  public boolean allMatch(Test test) {
    for (int i = 0, left = size; left > 0; i++) {
      if (keys[i] != 0) {
        if (!test.test(keys[i], values[i])) {
          return false;
        }
        left--;
      }
    }
    return true;
  }

  /** Removes everything. */
  public void clear() {
    if (size == 0) {
      return;
    }
    if (keys.length > KEPT_CAPACITY) {
      keys = new long[INITIAL_CAPACITY];
      values = new long[INITIAL_CAPACITY];
    } else {
      Arrays.fill(keys, 0);
    }
    size = 0;
  }

  private int slot(long offset) {
    int mask = keys.length - 1;
    int i = (int) ((offset * 0x9E37_79B9_7F4A_7C15L) >>> 32) & mask;
    while (keys[i] != 0 && keys[i] != offset) {
      i = (i + 1) & mask;
    }
    return i;
  }

  private void enlarge() {
    long[] oldKeys = keys;
    long[] oldValues = values;
    keys = new long[oldKeys.length * 2];
    values = new long[oldKeys.length * 2];
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldKeys[i] != 0) {
        int to = slot(oldKeys[i]);
        keys[to] = oldKeys[i];
        values[to] = oldValues[i];
      }
    }
  }
}
