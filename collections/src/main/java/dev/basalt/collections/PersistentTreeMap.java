package dev.basalt.collections;

import dev.basalt.object.FieldWriter;
import dev.basalt.object.Layout;
import dev.basalt.object.ObjectSpace;
import dev.basalt.object.PersistentObject;
import dev.basalt.object.PersistentStructure;
import java.lang.invoke.VarHandle;
import java.util.Comparator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A sorted map, a B+ tree. Plain until an update stores it into something persistent; then its
 * entries live in the pool.
 *
 * <p>Treats {@code null} keys and values as {@link TreeMap} does. Every operation is atomic, with
 * the function that it is given and bulk operations too; inside a transaction it is part of that.
 * Ranges and other views are live. In a pool, iterators are weakly consistent: they never throw
 * {@link java.util.ConcurrentModificationException}, and read a leaf of up to 20 entries at a time,
 * outside a transaction in the latest committed state. Entries keep the value that was read; {@code
 * setValue} of those from iterators writes to the map.
 *
 * <p>The comparator is stored with the map: {@code null}, an enum constant, a record, an object of
 * a persistent class, one whose class has a name, no fields and a constructor without parameters,
 * {@link Comparator#naturalOrder()}, {@link java.util.Collections#reverseOrder()} or {@link
 * String#CASE_INSENSITIVE_ORDER}. Storing a map with another one is refused with {@link
 * dev.basalt.error.UnsupportedTypeException}.
 *
 * <p>Safe for use by any number of threads while in a pool; not while plain.
 *
 * @param <K> the type of keys: value types, or persistent classes that implement {@code Comparable}
 * @param <V> the type of values: whatever a field may hold
 */
public final class PersistentTreeMap<K extends @Nullable Object, V extends @Nullable Object>
    extends SortedView<K, V> implements PersistentStructure {
  private transient volatile @Nullable ObjectSpace space;
  private transient long offset;
  private transient @Nullable NavigableMap<K, V> plain;

  /** The comparator, if {@link #ordered}. */
  private transient @Nullable Comparator<Object> order;

  /** Whether the comparator is known; a handle reads it when it is first used. */
  private transient volatile boolean ordered;

  /** Creates an empty plain map in the natural order of its keys. */
  public PersistentTreeMap() {
    this(new TreeMap<>(), null);
  }

  /**
   * Creates an empty plain map.
   *
   * @param comparator the order of its keys; {@code null} for their natural order
   */
  public PersistentTreeMap(@Nullable Comparator<? super K> comparator) {
    this(new TreeMap<>(comparator), comparator);
  }

  /**
   * Creates a plain map of entries, in the order of the given map if that is sorted, otherwise in
   * the natural order of the keys.
   *
   * @param entries the entries
   */
  public PersistentTreeMap(Map<? extends K, ? extends V> entries) {
    this(copy(entries), entries instanceof SortedMap<?, ?> sorted ? sorted.comparator() : null);
  }

  @SuppressWarnings("unchecked") // what it compares are keys
  private PersistentTreeMap(NavigableMap<K, V> plain, @Nullable Comparator<?> comparator) {
    super(Bound.none(), Bound.none(), false);
    this.plain = plain;
    this.order = (Comparator<Object>) comparator;
    this.ordered = true;
  }

  @SuppressWarnings("unchecked") // a map's entries and comparator are of its keys' type
  private static <K extends @Nullable Object, V extends @Nullable Object> NavigableMap<K, V> copy(
      Map<? extends K, ? extends V> entries) {
    return entries instanceof SortedMap<?, ?> sorted
        ? new TreeMap<>((SortedMap<K, V>) sorted)
        : new TreeMap<>(entries);
  }

  /** The plain state, or null if this is a handle. Read before the check: a handle has none. */
  private @Nullable NavigableMap<K, V> plain() {
    NavigableMap<K, V> state = plain;
    VarHandle.loadLoadFence();
    return PersistentStructure.isPlain(this) ? state : null;
  }

  /** Whether the calling thread is to work on the plain state. */
  boolean isPlain() {
    return PersistentStructure.isPlain(this);
  }

  /** The space of a map that is not plain. */
  ObjectSpace space() {
    return PersistentStructure.space(this);
  }

  /** The nodes of a map that is not plain; inside a transaction. */
  TreeNodes nodes() {
    ObjectSpace in = PersistentStructure.space(this);
    return new TreeNodes(in.structures(), in.place(this), order());
  }

  @Nullable Comparator<Object> order() {
    if (!ordered) {
      ObjectSpace in = PersistentStructure.space(this);
      order =
          in.read(
              () ->
                  StoredOrder.ofStored(in, TreeNodes.comparator(in.structures(), in.place(this))));
      ordered = true;
    }
    return order;
  }

  @Override
  PersistentTreeMap<K, V> tree() {
    return this;
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

  /** Refuses a key that the order cannot compare. */
  void checkKey(@Nullable Object key) {
    int _ = TreeNodes.compare(order(), key, key);
  }

  @Nullable V find(@Nullable Object key) {
    NavigableMap<K, V> local = plain();
    if (local != null) {
      return local.get(key);
    }
    checkKey(key);
    return reading(
        () -> {
          TreeNodes nodes = nodes();
          TreeSearch search = nodes.search(key);
          long leaf = search.leaf();
          if (leaf == 0) {
            return null;
          }
          int index = search.position(leaf, false);
          return search.isAt(index) ? PersistentTreeMap.<V>cast(nodes.value(leaf, index)) : null;
        });
  }

  boolean has(@Nullable Object key) {
    NavigableMap<K, V> local = plain();
    if (local != null) {
      return local.containsKey(key);
    }
    checkKey(key);
    return reading(
        () -> {
          TreeSearch search = nodes().search(key);
          long leaf = search.leaf();
          return leaf != 0 && search.isAt(search.position(leaf, false));
        });
  }

  @Nullable V store(K key, V value) {
    NavigableMap<K, V> local = plain();
    if (local != null) {
      return local.put(key, value);
    }
    checkKey(key);
    return changing(
        () -> {
          TreeNodes nodes = nodes();
          TreeSearch search = nodes.search(key);
          long leaf = search.leaf();
          int index = leaf == 0 ? 0 : search.position(leaf, false);
          if (leaf == 0 || !search.isAt(index)) {
            new TreeEdits(nodes).add(search, leaf, index, value);
            return null;
          }
          V old = PersistentTreeMap.<V>cast(nodes.value(leaf, index));
          nodes.structures.putReference(leaf, TreeNodes.itemField(index), value);
          return old;
        });
  }

  @Nullable V delete(@Nullable Object key) {
    NavigableMap<K, V> local = plain();
    if (local != null) {
      return local.remove(key);
    }
    checkKey(key);
    return changing(
        () -> {
          TreeNodes nodes = nodes();
          TreeSearch search = nodes.search(key);
          long leaf = search.leaf();
          int index = leaf == 0 ? 0 : search.position(leaf, false);
          if (leaf == 0 || !search.isAt(index)) {
            return null;
          }
          V old = PersistentTreeMap.<V>cast(nodes.value(leaf, index));
          new TreeEdits(nodes).remove(search, leaf, index);
          return old;
        });
  }

  @Nullable Entry<K, V> near(Bound from, boolean up) {
    NavigableMap<K, V> local = plain();
    if (local != null) {
      return near(local, from, up);
    }
    return reading(
        () -> {
          TreeNodes nodes = nodes();
          TreeNodes.Place place = nodes.near(from, up);
          return place == null ? null : entry(nodes, place.leaf(), place.index());
        });
  }

  private static <K extends @Nullable Object, V extends @Nullable Object>
      @Nullable Entry<K, V> near(NavigableMap<K, V> map, Bound from, boolean up) {
    return switch (from) {
      case Bound.None _ -> up ? map.firstEntry() : map.lastEntry();
      case Bound.Key(Object bound, boolean inclusive) -> {
        K key = PersistentTreeMap.<K>cast(bound);
        if (up) {
          yield inclusive ? map.ceilingEntry(key) : map.higherEntry(key);
        }
        yield inclusive ? map.floorEntry(key) : map.lowerEntry(key);
      }
    };
  }

  private Entry<K, V> entry(TreeNodes nodes, long leaf, int index) {
    return new SimpleImmutableEntry<>(
        PersistentTreeMap.<K>cast(nodes.key(leaf, index)),
        PersistentTreeMap.<V>cast(nodes.value(leaf, index)));
  }

  @Override
  public int size() {
    NavigableMap<K, V> local = plain();
    return local != null ? local.size() : reading(() -> new TreeSize(nodes()).get());
  }

  /** All in one update; fast if the map is empty and the entries come in its order. */
  @Override
  public void putAll(Map<? extends K, ? extends V> entries) {
    NavigableMap<K, V> local = plain();
    if (local != null) {
      local.putAll(entries);
      return;
    }
    boolean _ =
        changing(
            () -> {
              TreeNodes nodes = nodes();
              if (nodes.root() == 0
                  && entries instanceof SortedMap<?, ?> sorted
                  && Objects.equals(sorted.comparator(), order())) {
                load(nodes, sorted);
              } else {
                super.putAll(entries);
              }
              return true;
            });
  }

  private static void load(TreeNodes nodes, SortedMap<?, ?> entries) {
    TreeLoad load = new TreeLoad(nodes);
    entries.forEach(load::add);
    load.finish();
  }

  @Override
  public void clear() {
    NavigableMap<K, V> local = plain();
    if (local != null) {
      local.clear();
      return;
    }
    boolean _ =
        changing(
            () -> {
              new TreeEdits(nodes()).clear();
              return true;
            });
  }

  @Override
  public Layout $basalt$layout() {
    return TreeNodes.MAP;
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
      offset = newOffset; // before the space, which is volatile
    }
    space = newSpace;
  }

  @Override
  public void $basalt$store(FieldWriter writer) {
    TreeNodes nodes = nodes();
    TreeNodes.storeComparator(nodes.structures, nodes.map, StoredOrder.toStored(order));
    load(nodes, Objects.requireNonNull(plain));
  }

  @Override
  public void $basalt$clear() {
    plain = null;
  }

  @Override
  public PersistentObject $basalt$handle(ObjectSpace in, long at) {
    PersistentTreeMap<K, V> handle = new PersistentTreeMap<>();
    handle.plain = null;
    handle.ordered = false;
    handle.$basalt$bind(in, at);
    return handle;
  }
}
