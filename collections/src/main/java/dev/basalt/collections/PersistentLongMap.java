package dev.basalt.collections;

import dev.basalt.object.FieldWriter;
import dev.basalt.object.Layout;
import dev.basalt.object.ObjectSpace;
import dev.basalt.object.PersistentObject;
import dev.basalt.object.PersistentStructure;
import java.lang.invoke.VarHandle;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Objects;
import java.util.PrimitiveIterator;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * A map of {@code long} keys, which lie in the pool as they are. Plain until an update stores it
 * into something persistent; then its entries live in the pool.
 *
 * <p>{@code null} is a value. Every operation is atomic, with the function that it is given; inside
 * a transaction it is part of that. Functions run again after a conflict. The map grows by 30
 * entries at a time. To find a key takes a step per factor of 32 of the size; two threads on
 * different keys of a map that is not small seldom conflict. The order of the entries is none.
 *
 * <p>In a pool, iterators are weakly consistent: they meet an entry that is there all the time
 * exactly once, and outside a transaction each leaf of up to 30 entries is read in the latest
 * committed state.
 *
 * <p>Safe for use by any number of threads while in a pool; not while plain.
 *
 * @param <V> the type of values: whatever a field may hold
 */
public final class PersistentLongMap<V extends @Nullable Object> extends AtomicLongMap<V>
    implements PersistentStructure {
  private transient @Nullable ObjectSpace space;
  private transient long offset;
  private transient @Nullable Map<Long, V> plain;

  /**
   * Makes something of an entry.
   *
   * @param <V> the type of the value
   * @param <R> the type of the result
   */
  @FunctionalInterface
  public interface EntryFunction<V extends @Nullable Object, R extends @Nullable Object> {
    /**
     * Applies the function.
     *
     * @param key the key
     * @param value its value
     * @return the result
     */
    R apply(long key, V value);
  }

  /**
   * Takes an entry.
   *
   * @param <V> the type of the value
   */
  @FunctionalInterface
  public interface EntryConsumer<V extends @Nullable Object> {
    /**
     * Takes an entry.
     *
     * @param key the key
     * @param value its value
     */
    void accept(long key, V value);
  }

  /** Creates an empty plain map. */
  public PersistentLongMap() {
    this.plain = new HashMap<>();
  }

  /**
   * Creates a plain map of entries.
   *
   * @param entries the entries
   * @throws NullPointerException if a key is {@code null}
   */
  public PersistentLongMap(Map<Long, ? extends V> entries) {
    Map<Long, V> copy = new HashMap<>(entries);
    if (copy.containsKey(null)) {
      throw new NullPointerException("null is no key of a map of long keys");
    }
    this.plain = copy;
  }

  /** The plain state, or null if this is a handle. Read before the check: a handle has none. */
  private @Nullable Map<Long, V> plain() {
    Map<Long, V> state = plain;
    VarHandle.loadLoadFence();
    return PersistentStructure.isPlain(this) ? state : null;
  }

  LongNodes nodes() {
    ObjectSpace in = PersistentStructure.space(this);
    return new LongNodes(in.structures(), in.place(this));
  }

  /** Runs what only reads on one state. */
  <R extends @Nullable Object> R reading(Supplier<R> body) {
    return plain() != null ? body.get() : PersistentStructure.space(this).read(body);
  }

  /** Runs what may write as one update. */
  @Override
  <R extends @Nullable Object> R changing(Supplier<R> body) {
    return plain() != null ? body.get() : PersistentStructure.space(this).write(body);
  }

  @SuppressWarnings({"unchecked", "NullAway"}) // the map's type is not stored
  V value(LongNodes nodes, long leaf, int place) {
    return (V) nodes.value(leaf, place);
  }

  private @Nullable V valueOrNull(LongNodes nodes, long leaf, int place) {
    return place < 0 ? null : value(nodes, leaf, place);
  }

  // ---- single keys

  /**
   * The number of entries.
   *
   * @return how many, at most {@link Integer#MAX_VALUE}
   */
  public int size() {
    Map<Long, V> local = plain();
    return local != null ? local.size() : reading(() -> nodes().size());
  }

  /**
   * Whether there are no entries.
   *
   * @return {@code true} if there are none
   */
  public boolean isEmpty() {
    Map<Long, V> local = plain();
    return local != null ? local.isEmpty() : reading(() -> nodes().root() == 0);
  }

  /**
   * Whether a key is there.
   *
   * @param key the key
   * @return {@code true} if it is
   */
  @Override
  public boolean containsKey(long key) {
    Map<Long, V> local = plain();
    if (local != null) {
      return local.containsKey(key);
    }
    long hash = LongNodes.hash(key);
    return reading(
        () -> {
          LongNodes nodes = nodes();
          return nodes.find(nodes.leaf(hash), key, hash) >= 0;
        });
  }

  /**
   * The value of a key.
   *
   * @param key the key
   * @return its value, or {@code null} if it is not there
   */
  @Override
  public @Nullable V get(long key) {
    Map<Long, V> local = plain();
    if (local != null) {
      return local.get(key);
    }
    long hash = LongNodes.hash(key);
    return reading(
        () -> {
          LongNodes nodes = nodes();
          long leaf = nodes.leaf(hash);
          return valueOrNull(nodes, leaf, nodes.find(leaf, key, hash));
        });
  }

  /**
   * The value of a key, or another one.
   *
   * @param key the key
   * @param otherwise what to answer if the key is not there
   * @return the value
   */
  public V getOrDefault(long key, V otherwise) {
    Map<Long, V> local = plain();
    if (local != null) {
      return local.getOrDefault(key, otherwise);
    }
    long hash = LongNodes.hash(key);
    return reading(
        () -> {
          LongNodes nodes = nodes();
          long leaf = nodes.leaf(hash);
          int place = nodes.find(leaf, key, hash);
          return place < 0 ? otherwise : value(nodes, leaf, place);
        });
  }

  /**
   * Sets the value of a key.
   *
   * @param key the key
   * @param value its new value
   * @return its old value, or {@code null} if it was not there
   */
  @Override
  public @Nullable V put(long key, V value) {
    Map<Long, V> local = plain();
    if (local != null) {
      return local.put(key, value);
    }
    long hash = LongNodes.hash(key);
    return changing(
        () -> {
          LongNodes nodes = nodes();
          long leaf = nodes.leaf(hash);
          int place = nodes.find(leaf, key, hash);
          if (place < 0) {
            new LongEdits(nodes).add(key, value);
            return null;
          }
          V old = value(nodes, leaf, place);
          nodes.setValue(leaf, place, value);
          return old;
        });
  }

  /**
   * Removes a key.
   *
   * @param key the key
   * @return its value, or {@code null} if it was not there
   */
  @Override
  public @Nullable V remove(long key) {
    Map<Long, V> local = plain();
    if (local != null) {
      return local.remove(key);
    }
    long hash = LongNodes.hash(key);
    return changing(
        () -> {
          LongNodes nodes = nodes();
          long leaf = nodes.leaf(hash);
          int place = nodes.find(leaf, key, hash);
          V old = valueOrNull(nodes, leaf, place);
          if (place >= 0) {
            new LongEdits(nodes).remove(key);
          }
          return old;
        });
  }

  // ---- all entries

  /** Removes all entries; in a pool in constant time. */
  public void clear() {
    Map<Long, V> local = plain();
    if (local != null) {
      local.clear();
      return;
    }
    boolean _ =
        changing(
            () -> {
              new LongEdits(nodes()).clear();
              return true;
            });
  }

  /**
   * Takes all entries, in one state.
   *
   * @param action takes them
   */
  public void forEach(EntryConsumer<? super V> action) {
    Objects.requireNonNull(action, "action");
    boolean _ =
        reading(
            () -> {
              Iterator<Entry<Long, V>> all = entries();
              while (all.hasNext()) {
                Entry<Long, V> entry = all.next();
                action.accept(entry.getKey(), entry.getValue());
              }
              return true;
            });
  }

  Iterator<Entry<Long, V>> entries() {
    Map<Long, V> local = plain();
    return local != null ? local.entrySet().iterator() : new LongCursor<>(this);
  }

  /**
   * Iterates over the keys.
   *
   * @return an iterator, which can remove
   */
  public PrimitiveIterator.OfLong keyIterator() {
    Iterator<Entry<Long, V>> all = entries();
    return new PrimitiveIterator.OfLong() {
      @Override
      public boolean hasNext() {
        return all.hasNext();
      }

      @Override
      public long nextLong() {
        return all.next().getKey();
      }

      @Override
      public void remove() {
        all.remove();
      }
    };
  }

  /**
   * The keys.
   *
   * @return a sequential stream of distinct keys
   */
  public LongStream keys() {
    return StreamSupport.longStream(
        Spliterators.spliteratorUnknownSize(
            keyIterator(), Spliterator.DISTINCT | Spliterator.NONNULL),
        false);
  }

  /**
   * This map with boxed keys. It takes no {@code null} as a key.
   *
   * @return a view; changes go through in both directions
   */
  public ConcurrentMap<Long, V> asMap() {
    return new LongMapView<>(this);
  }

  /**
   * Whether another object is a map of {@code long} keys with the same entries.
   *
   * @param other the other object
   * @return {@code true} if it is
   */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof PersistentLongMap<?> map && asMap().equals(map.asMap());
  }

  /** That of {@link #asMap}. */
  @Override
  public int hashCode() {
    return asMap().hashCode();
  }

  /** The entries as those of {@link #asMap}. */
  @Override
  public String toString() {
    return asMap().toString();
  }

  // ---- in the pool

  @Override
  public Layout $basalt$layout() {
    return LongNodes.MAP;
  }

  @Override
  public @Nullable ObjectSpace $basalt$space() {
    return space;
  }

  @Override
  public long $basalt$offset() {
    return offset;
  }

  @Override
  public void $basalt$bind(@Nullable ObjectSpace newSpace, long newOffset) {
    if (newSpace != null) {
      offset = newOffset;
      VarHandle.releaseFence(); // whoever sees the space sees the offset
    }
    space = newSpace;
  }

  @Override
  public void $basalt$store(FieldWriter writer) {
    LongEdits edits = new LongEdits(nodes());
    Objects.requireNonNull(plain).forEach(edits::add);
  }

  @Override
  public void $basalt$clear() {
    plain = null;
  }

  @Override
  public PersistentObject $basalt$handle(ObjectSpace in, long at) {
    PersistentLongMap<V> handle = new PersistentLongMap<>();
    handle.plain = null;
    handle.$basalt$bind(in, at);
    return handle;
  }
}
