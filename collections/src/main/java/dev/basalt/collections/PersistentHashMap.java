package dev.basalt.collections;

import dev.basalt.object.FieldWriter;
import dev.basalt.object.Layout;
import dev.basalt.object.ObjectSpace;
import dev.basalt.object.PersistentObject;
import dev.basalt.object.PersistentStructure;
import java.lang.invoke.VarHandle;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A hash map. Plain until an update stores it into something persistent; then its entries live in
 * the pool.
 *
 * <p>Treats {@code null} keys and values as {@link HashMap} does. Every operation is atomic, with
 * the function that it is given and bulk operations too; inside a transaction it is part of that.
 * The table grows by one bucket at a time, where the key belongs, so two threads seldom meet. In a
 * pool, iterators are weakly consistent: they never throw {@link
 * java.util.ConcurrentModificationException}, meet an entry that is there all the time exactly
 * once, and outside a transaction each bucket is read in the latest committed state. Entries from
 * iterators keep the value that was read; {@code setValue} writes to the map.
 *
 * <p>Safe for use by any number of threads while in a pool; not while plain.
 *
 * @param <K> the type of keys: strings, boxed primitives, or persistent classes that override
 *     {@code equals} and {@code hashCode}
 * @param <V> the type of values: persistent classes, strings, boxed primitives, collections of
 *     Basalt
 */
public final class PersistentHashMap<K extends @Nullable Object, V extends @Nullable Object>
    extends AtomicMap<K, V> implements PersistentStructure {
  private transient @Nullable ObjectSpace space;
  private transient long offset;
  private transient @Nullable Map<K, V> plain;

  /** Creates an empty plain map. */
  public PersistentHashMap() {
    this.plain = new HashMap<>();
  }

  /**
   * Creates a plain map of entries.
   *
   * @param entries the entries
   */
  public PersistentHashMap(Map<? extends K, ? extends V> entries) {
    this.plain = new HashMap<>(entries);
  }

  /** The plain state, or null if this is a handle. Read before the check: a handle has none. */
  private @Nullable Map<K, V> plain() {
    Map<K, V> state = plain;
    VarHandle.loadLoadFence();
    return PersistentStructure.isPlain(this) ? state : null;
  }

  HashTrie trie() {
    ObjectSpace in = PersistentStructure.space(this);
    return new HashTrie(in.structures(), in.place(this));
  }

  @Override
  <R extends @Nullable Object> R reading(Supplier<R> body) {
    return plain() != null ? body.get() : PersistentStructure.space(this).read(body);
  }

  @Override
  <R extends @Nullable Object> R changing(Supplier<R> body) {
    return plain() != null ? body.get() : PersistentStructure.space(this).write(body);
  }

  @SuppressWarnings({
    "unchecked",
    "TypeParameterUnusedInFormals",
    "NullAway"
  }) // types are not stored
  static <T extends @Nullable Object> T cast(@Nullable Object value) {
    return (T) value;
  }

  @Override
  public int size() {
    Map<K, V> local = plain();
    return local != null ? local.size() : reading(() -> trie().size());
  }

  @Override
  public boolean isEmpty() {
    Map<K, V> local = plain();
    return local != null ? local.isEmpty() : reading(() -> trie().root() == 0);
  }

  @Override
  public @Nullable V get(@Nullable Object key) {
    Map<K, V> local = plain();
    if (local != null) {
      return local.get(key);
    }
    int hash = HashTrie.hash(key);
    return reading(
        () -> {
          HashTrie trie = trie();
          HashTrie.Place place = trie.find(key, hash);
          return place == null ? null : PersistentHashMap.<V>cast(trie.value(place));
        });
  }

  @Override
  public boolean containsKey(@Nullable Object key) {
    Map<K, V> local = plain();
    if (local != null) {
      return local.containsKey(key);
    }
    int hash = HashTrie.hash(key);
    return reading(() -> trie().find(key, hash) != null);
  }

  @Override
  boolean holds(@Nullable Object key, @Nullable Object value) {
    Map<K, V> local = plain();
    if (local != null) {
      return super.holds(key, value);
    }
    int hash = HashTrie.hash(key);
    return reading(
        () -> {
          HashTrie trie = trie();
          HashTrie.Place place = trie.find(key, hash);
          return place != null && trie.holdsValue(place, value);
        });
  }

  @Override
  public @Nullable V put(K key, V value) {
    Map<K, V> local = plain();
    if (local != null) {
      return local.put(key, value);
    }
    int hash = HashTrie.hash(key);
    return changing(
        () -> {
          HashTrie trie = trie();
          HashTrie.Place place = trie.find(key, hash);
          if (place == null) {
            new HashEdits(trie).add(key, hash, value);
            return null;
          }
          V old = PersistentHashMap.<V>cast(trie.value(place));
          trie.setValue(place, value);
          return old;
        });
  }

  @Override
  public @Nullable V remove(@Nullable Object key) {
    Map<K, V> local = plain();
    if (local != null) {
      return local.remove(key);
    }
    int hash = HashTrie.hash(key);
    return changing(
        () -> {
          HashTrie trie = trie();
          HashTrie.Place place = trie.find(key, hash);
          if (place == null) {
            return null;
          }
          V old = PersistentHashMap.<V>cast(trie.value(place));
          new HashEdits(trie).remove(place, hash);
          return old;
        });
  }

  @Override
  boolean removeKey(@Nullable Object key) {
    Map<K, V> local = plain();
    if (local != null) {
      boolean present = local.containsKey(key);
      V _ = local.remove(key);
      return present;
    }
    int hash = HashTrie.hash(key);
    return changing(
        () -> {
          HashTrie trie = trie();
          HashTrie.Place place = trie.find(key, hash);
          if (place != null) {
            new HashEdits(trie).remove(place, hash);
          }
          return place != null;
        });
  }

  @Override
  public void clear() {
    Map<K, V> local = plain();
    if (local != null) {
      local.clear();
      return;
    }
    boolean _ =
        changing(
            () -> {
              new HashEdits(trie()).clear();
              return true;
            });
  }

  @Override
  public boolean containsValue(@Nullable Object value) {
    return reading(() -> super.containsValue(value));
  }

  @Override
  public Set<K> keySet() {
    Map<K, V> local = plain();
    return local != null ? local.keySet() : new MapKeys<>(this);
  }

  @Override
  boolean isStill() {
    return Spliteration.isStill(this);
  }

  @Override
  public Collection<V> values() {
    Map<K, V> local = plain();
    return local != null ? local.values() : new MapValues<>(this);
  }

  @Override
  public Set<Entry<K, V>> entrySet() {
    Map<K, V> local = plain();
    return local != null ? local.entrySet() : new MapEntries<>(this);
  }

  @Override
  Iterator<Entry<K, V>> entries() {
    Map<K, V> local = plain();
    return local != null ? local.entrySet().iterator() : new HashIterator<>(this);
  }

  @Override
  public Layout $basalt$layout() {
    return HashTrie.MAP;
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
    HashEdits edits = new HashEdits(trie());
    Objects.requireNonNull(plain)
        .forEach((key, value) -> edits.add(key, HashTrie.hash(key), value));
  }

  @Override
  public void $basalt$clear() {
    plain = null;
  }

  @Override
  public PersistentObject $basalt$handle(ObjectSpace in, long at) {
    PersistentHashMap<K, V> handle = new PersistentHashMap<>();
    handle.plain = null;
    handle.$basalt$bind(in, at);
    return handle;
  }
}
