package dev.basalt.memory;

/**
 * A map from offsets to longs without boxing: open addressing, linear probing. Going through it and
 * emptying it costs what is in it, however large it has been: a small update often follows a large
 * one. Offset 0 cannot be a key. Not thread-safe.
 */
public final class OffsetMap {
  private static final int INITIAL_CAPACITY = 16;

  /** Larger tables are given back by {@link #clear}. */
  private static final int KEPT_CAPACITY = 1 << 12;

  private long[] keys = new long[INITIAL_CAPACITY];
  private long[] values = new long[INITIAL_CAPACITY];

  /** Where the keys lie, in the order in which they came. */
  private int[] places = new int[INITIAL_CAPACITY / 2];

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
      places[size++] = i;
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
   * Visits every entry, in the order in which their keys came.
   *
   * @param visitor takes them; must not change the map
   */
  public void forEach(Visitor visitor) {
    for (int n = 0; n < size; n++) {
      visitor.visit(keys[places[n]], values[places[n]]);
    }
  }

  /**
   * Whether every entry is as wanted.
   *
   * @param test decides; must not change the map
   * @return {@code false} at the first that is not
   */
  public boolean allMatch(Test test) {
    for (int n = 0; n < size; n++) {
      if (!test.test(keys[places[n]], values[places[n]])) {
        return false;
      }
    }
    return true;
  }

  /** Removes everything. */
  public void clear() {
    if (keys.length > KEPT_CAPACITY) {
      setCapacity(INITIAL_CAPACITY);
    } else {
      for (int n = 0; n < size; n++) {
        keys[places[n]] = 0;
      }
    }
    size = 0;
  }

  private void setCapacity(int capacity) {
    keys = new long[capacity];
    values = new long[capacity];
    places = new int[capacity / 2];
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
    int[] oldPlaces = places;
    setCapacity(oldKeys.length * 2);
    for (int n = 0; n < size; n++) {
      int from = oldPlaces[n];
      int to = slot(oldKeys[from]);
      keys[to] = oldKeys[from];
      values[to] = oldValues[from];
      places[n] = to;
    }
  }
}
