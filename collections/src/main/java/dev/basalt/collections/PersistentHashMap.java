package dev.basalt.collections;

import dev.basalt.object.FieldWriter;
import dev.basalt.object.Layout;
import dev.basalt.object.ObjectSpace;
import dev.basalt.object.PersistentObject;
import dev.basalt.object.PersistentStructure;
import java.lang.invoke.VarHandle;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A hash map. Plain until an update stores it into something persistent; then its entries live in
 * the pool.
 *
 * <p>Treats {@code null} keys and values as {@link HashMap} does. Every operation is atomic, with
 * the function that it is given and bulk operations too; inside a transaction it is part of that.
 * The table grows by one bucket at a time. In a pool, iterators are weakly consistent: they never
 * throw {@link java.util.ConcurrentModificationException}, meet an entry that is there all the time
 * exactly once, and outside a transaction each bucket is read in the latest committed state.
 * Entries from iterators keep the value that was read; {@code setValue} writes to the map.
 *
 * <p>Safe for use by any number of threads while in a pool; not while plain.
 *
 * @param <K> the type of keys: strings, boxed primitives, or persistent classes that override
 *     {@code equals} and {@code hashCode}
 * @param <V> the type of values: persistent classes, strings, boxed primitives, collections of
 *     Basalt
 */
public final class PersistentHashMap<K extends @Nullable Object, V extends @Nullable Object>
    extends AbstractMap<K, V> implements ConcurrentMap<K, V>, PersistentStructure {
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

  private HashNodes nodes() {
    ObjectSpace in = PersistentStructure.space(this);
    return new HashNodes(in, in.place(this));
  }

  /** Runs what consists of several operations as one. */
  <R extends @Nullable Object> R atomically(Supplier<R> body) {
    return plain() != null ? body.get() : changing(body);
  }

  /** Runs what reads several times on one state. */
  <R extends @Nullable Object> R inOneState(Supplier<R> body) {
    return plain() != null ? body.get() : reading(body);
  }

  private <R extends @Nullable Object> R reading(Supplier<R> body) {
    return PersistentStructure.space(this).read(body);
  }

  private <R extends @Nullable Object> R changing(Supplier<R> body) {
    return PersistentStructure.space(this).write(body);
  }

  @SuppressWarnings({
    "unchecked",
    "TypeParameterUnusedInFormals",
    "NullAway"
  }) // types are not stored
  private static <T extends @Nullable Object> T cast(@Nullable Object value) {
    return (T) value;
  }

  private @Nullable V valueOf(HashNodes nodes, long node) {
    return node == 0 ? null : PersistentHashMap.<V>cast(nodes.value(node));
  }

  /** Sets or adds; inside an update. */
  private void store(HashNodes nodes, K key, int hash, V value) {
    long node = nodes.find(key, hash);
    if (node == 0) {
      nodes.add(key, hash, value);
    } else {
      nodes.setValue(node, value);
    }
  }

  @Override
  public int size() {
    Map<K, V> local = plain();
    return local != null ? local.size() : nodes().size();
  }

  @Override
  public boolean isEmpty() {
    return size() == 0;
  }

  @Override
  public @Nullable V get(@Nullable Object key) {
    Map<K, V> local = plain();
    if (local != null) {
      return local.get(key);
    }
    int hash = HashNodes.hash(key);
    return reading(
        () -> {
          HashNodes nodes = nodes();
          return valueOf(nodes, nodes.find(key, hash));
        });
  }

  @Override
  public V getOrDefault(@Nullable Object key, V otherwise) {
    Map<K, V> local = plain();
    if (local != null) {
      return local.getOrDefault(key, otherwise);
    }
    int hash = HashNodes.hash(key);
    return reading(
        () -> {
          HashNodes nodes = nodes();
          long node = nodes.find(key, hash);
          return node == 0 ? otherwise : PersistentHashMap.<V>cast(nodes.value(node));
        });
  }

  @Override
  public boolean containsKey(@Nullable Object key) {
    Map<K, V> local = plain();
    if (local != null) {
      return local.containsKey(key);
    }
    int hash = HashNodes.hash(key);
    return reading(() -> nodes().find(key, hash) != 0);
  }

  @Override
  public boolean containsValue(@Nullable Object value) {
    Map<K, V> local = plain();
    if (local != null) {
      return local.containsValue(value);
    }
    return reading(
        () -> {
          HashNodes nodes = nodes();
          for (int bucket = 0; bucket < nodes.buckets(); bucket++) {
            for (long node = nodes.first(bucket); node != 0; node = nodes.next(node)) {
              if (nodes.holdsValue(node, value)) {
                return true;
              }
            }
          }
          return false;
        });
  }

  @Override
  public @Nullable V put(K key, V value) {
    Map<K, V> local = plain();
    if (local != null) {
      return local.put(key, value);
    }
    int hash = HashNodes.hash(key);
    return changing(
        () -> {
          HashNodes nodes = nodes();
          V old = valueOf(nodes, nodes.find(key, hash));
          store(nodes, key, hash, value);
          return old;
        });
  }

  @Override
  public void putAll(Map<? extends K, ? extends V> entries) {
    Map<K, V> local = plain();
    if (local != null) {
      local.putAll(entries);
      return;
    }
    boolean _ =
        changing(
            () -> {
              HashNodes nodes = nodes();
              entries.forEach((key, value) -> store(nodes, key, HashNodes.hash(key), value));
              return true;
            });
  }

  @Override
  public @Nullable V putIfAbsent(K key, V value) {
    Map<K, V> local = plain();
    if (local != null) {
      return local.putIfAbsent(key, value);
    }
    int hash = HashNodes.hash(key);
    return changing(
        () -> {
          HashNodes nodes = nodes();
          V old = valueOf(nodes, nodes.find(key, hash));
          if (old == null) {
            store(nodes, key, hash, value);
          }
          return old;
        });
  }

  @Override
  public @Nullable V remove(@Nullable Object key) {
    Map<K, V> local = plain();
    if (local != null) {
      return local.remove(key);
    }
    int hash = HashNodes.hash(key);
    return changing(
        () -> {
          HashNodes nodes = nodes();
          long node = nodes.find(key, hash);
          V old = valueOf(nodes, node);
          if (node != 0) {
            nodes.remove(key, hash);
          }
          return old;
        });
  }

  @Override
  public boolean remove(@Nullable Object key, @Nullable Object value) {
    Map<K, V> local = plain();
    if (local != null) {
      return local.remove(key, value);
    }
    int hash = HashNodes.hash(key);
    return changing(
        () -> {
          HashNodes nodes = nodes();
          long node = nodes.find(key, hash);
          if (node == 0 || !nodes.holdsValue(node, value)) {
            return false;
          }
          nodes.remove(key, hash);
          return true;
        });
  }

  @Override
  public @Nullable V replace(K key, V value) {
    Map<K, V> local = plain();
    if (local != null) {
      return local.replace(key, value);
    }
    int hash = HashNodes.hash(key);
    return changing(
        () -> {
          HashNodes nodes = nodes();
          long node = nodes.find(key, hash);
          V old = valueOf(nodes, node);
          if (node != 0) {
            nodes.setValue(node, value);
          }
          return old;
        });
  }

  @Override
  public boolean replace(K key, V oldValue, V newValue) {
    Map<K, V> local = plain();
    if (local != null) {
      return local.replace(key, oldValue, newValue);
    }
    int hash = HashNodes.hash(key);
    return changing(
        () -> {
          HashNodes nodes = nodes();
          long node = nodes.find(key, hash);
          if (node == 0 || !nodes.holdsValue(node, oldValue)) {
            return false;
          }
          nodes.setValue(node, newValue);
          return true;
        });
  }

  @Override
  public @Nullable V computeIfAbsent(K key, Function<? super K, ? extends @Nullable V> function) {
    Objects.requireNonNull(function, "function");
    Map<K, V> local = plain();
    if (local != null) {
      return local.computeIfAbsent(key, function);
    }
    V present = get(key);
    if (present != null) {
      return present;
    }
    return changing(
        () -> {
          V old = get(key);
          return old != null ? old : storeResult(key, function.apply(key));
        });
  }

  @Override
  public @Nullable V computeIfPresent(
      K key, BiFunction<? super K, ? super V, ? extends @Nullable V> function) {
    Objects.requireNonNull(function, "function");
    Map<K, V> local = plain();
    if (local != null) {
      return local.computeIfPresent(key, function);
    }
    return changing(
        () -> {
          V old = get(key);
          return old == null ? null : storeResult(key, function.apply(key, old));
        });
  }

  @Override
  public @Nullable V compute(
      K key, BiFunction<? super K, ? super @Nullable V, ? extends @Nullable V> function) {
    Objects.requireNonNull(function, "function");
    Map<K, V> local = plain();
    if (local != null) {
      return local.compute(key, function);
    }
    return changing(() -> storeResult(key, function.apply(key, get(key))));
  }

  @Override
  public @Nullable V merge(
      K key, V value, BiFunction<? super V, ? super V, ? extends @Nullable V> function) {
    Objects.requireNonNull(value, "value");
    Objects.requireNonNull(function, "function");
    Map<K, V> local = plain();
    if (local != null) {
      return local.merge(key, value, function);
    }
    return changing(
        () -> {
          V old = get(key);
          return storeResult(key, old == null ? value : function.apply(old, value));
        });
  }

  /**
   * A function's result becomes the value of its key; null removes the key. Returns what is stored.
   */
  private @Nullable V storeResult(K key, @Nullable V result) {
    if (result == null) {
      V _ = remove(key);
      return null;
    }
    V _ = put(key, result);
    return get(key);
  }

  @Override
  public void replaceAll(BiFunction<? super K, ? super V, ? extends V> function) {
    Objects.requireNonNull(function, "function");
    Map<K, V> local = plain();
    if (local != null) {
      local.replaceAll(function);
      return;
    }
    boolean _ =
        changing(
            () -> {
              for (Entry<K, V> entry : entrySet()) {
                V _ = put(entry.getKey(), function.apply(entry.getKey(), entry.getValue()));
              }
              return true;
            });
  }

  @Override
  public void forEach(BiConsumer<? super K, ? super V> action) {
    Objects.requireNonNull(action, "action");
    Map<K, V> local = plain();
    if (local != null) {
      local.forEach(action);
      return;
    }
    boolean _ =
        reading(
            () -> {
              for (Entry<K, V> entry : entrySet()) {
                action.accept(entry.getKey(), entry.getValue());
              }
              return true;
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
              nodes().clear();
              return true;
            });
  }

  @Override
  public Set<K> keySet() {
    Map<K, V> local = plain();
    return local != null ? local.keySet() : new Keys();
  }

  @Override
  public Collection<V> values() {
    Map<K, V> local = plain();
    return local != null ? local.values() : super.values();
  }

  @Override
  public Set<Entry<K, V>> entrySet() {
    Map<K, V> local = plain();
    return local != null ? local.entrySet() : new Entries();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    Map<K, V> local = plain();
    return local != null ? local.equals(other) : reading(() -> super.equals(other));
  }

  @Override
  public int hashCode() {
    Map<K, V> local = plain();
    return local != null ? local.hashCode() : reading(super::hashCode);
  }

  @Override
  public String toString() {
    Map<K, V> local = plain();
    return local != null ? super.toString() : reading(super::toString);
  }

  /** The keys of a handle. */
  private final class Keys extends AbstractSet<K> {
    @Override
    public int size() {
      return PersistentHashMap.this.size();
    }

    @Override
    public boolean contains(@Nullable Object key) {
      return containsKey(key);
    }

    @Override
    public boolean remove(@Nullable Object key) {
      return changing(
          () -> {
            boolean present = containsKey(key);
            V _ = PersistentHashMap.this.remove(key);
            return present;
          });
    }

    @Override
    public void clear() {
      PersistentHashMap.this.clear();
    }

    @Override
    public Iterator<K> iterator() {
      EntryIterator entries = new EntryIterator();
      return new Iterator<>() {
        @Override
        public boolean hasNext() {
          return entries.hasNext();
        }

        @Override
        public K next() {
          return entries.next().getKey();
        }

        @Override
        public void remove() {
          entries.remove();
        }
      };
    }
  }

  /** The entries of a handle. */
  private final class Entries extends AbstractSet<Entry<K, V>> {
    @Override
    public int size() {
      return PersistentHashMap.this.size();
    }

    @Override
    public boolean contains(@Nullable Object element) {
      return element instanceof Entry<?, ?> entry
          && reading(
              () -> {
                HashNodes nodes = nodes();
                long node = nodes.find(entry.getKey(), HashNodes.hash(entry.getKey()));
                return node != 0 && nodes.holdsValue(node, entry.getValue());
              });
    }

    @Override
    public boolean remove(@Nullable Object element) {
      return element instanceof Entry<?, ?> entry
          && PersistentHashMap.this.remove(entry.getKey(), entry.getValue());
    }

    @Override
    public void clear() {
      PersistentHashMap.this.clear();
    }

    @Override
    public Iterator<Entry<K, V>> iterator() {
      return new EntryIterator();
    }
  }

  /** Reads a bucket at a time. */
  private final class EntryIterator implements Iterator<Entry<K, V>> {
    private final HashCursor cursor = new HashCursor();
    private final ArrayDeque<Entry<@Nullable Object, @Nullable Object>> ready = new ArrayDeque<>();
    private @Nullable Entry<K, V> last;

    @Override
    public boolean hasNext() {
      if (ready.isEmpty() && !cursor.isAtEnd()) {
        boolean _ =
            reading(
                () -> {
                  HashNodes nodes = nodes();
                  while (ready.isEmpty() && !cursor.isAtEnd()) {
                    ready.addAll(cursor.take(nodes));
                  }
                  return true;
                });
      }
      return !ready.isEmpty();
    }

    @Override
    public Entry<K, V> next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      Entry<@Nullable Object, @Nullable Object> entry = ready.remove();
      last =
          new WriteThrough(
              PersistentHashMap.<K>cast(entry.getKey()),
              PersistentHashMap.<V>cast(entry.getValue()));
      return last;
    }

    @Override
    public void remove() {
      Entry<K, V> entry = last;
      if (entry == null) {
        throw new IllegalStateException("next has not been called, or the entry was removed");
      }
      last = null;
      V _ = PersistentHashMap.this.remove(entry.getKey());
    }
  }

  /** An entry as it was read, which writes to the map. */
  private final class WriteThrough extends SimpleEntry<K, V> {
    private static final long serialVersionUID = 1L;

    WriteThrough(K key, V value) {
      super(key, value);
    }

    @Override
    public V setValue(V value) {
      V _ = put(getKey(), value);
      return super.setValue(value);
    }
  }

  @Override
  public Layout $basalt$layout() {
    return HashNodes.MAP;
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
    HashNodes nodes = nodes();
    Objects.requireNonNull(plain)
        .forEach((key, value) -> nodes.add(key, HashNodes.hash(key), value));
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
