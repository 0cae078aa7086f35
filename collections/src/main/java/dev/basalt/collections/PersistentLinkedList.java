package dev.basalt.collections;

import dev.basalt.collections.LinkedNodes.Place;
import dev.basalt.object.FieldWriter;
import dev.basalt.object.Layout;
import dev.basalt.object.ObjectSpace;
import dev.basalt.object.PersistentObject;
import dev.basalt.object.PersistentStructure;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedList;
import java.util.List;
import java.util.ListIterator;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A list that is cheap at both ends, and a deque. Plain until an update stores it into something
 * persistent; then its elements live in the pool.
 *
 * <p>Behaves like {@link LinkedList}: {@code null} is an element. Every operation is atomic, bulk
 * operations too; inside a transaction it is part of that. Elements lie in linked nodes of up to
 * 58. Adding and removing at an end takes constant time and does not conflict with the other end
 * once there are more than two nodes; to reach an index takes a step per node from the nearer end;
 * inserting or removing there moves at most the elements of two nodes.
 *
 * <p>In a pool, iterators are weakly consistent: they never throw {@link
 * java.util.ConcurrentModificationException}, outside a transaction each node is read in the latest
 * committed state, and elements that come and go at the ends do not disturb them. Insertions and
 * removals inside the list that happen between the steps of an iterator outside a transaction may
 * make it meet an element twice or leave one out.
 *
 * <p>Safe for use by any number of threads while in a pool; not while plain.
 *
 * @param <E> the type of elements: whatever a field may hold
 */
@SuppressWarnings({
  "JdkObsolete",
  "NonApiType"
}) // the plain state is a list and a deque of nulls too
public final class PersistentLinkedList<E extends @Nullable Object> extends DequeList<E>
    implements PersistentStructure {
  private transient @Nullable ObjectSpace space;
  private transient long offset;
  private transient @Nullable LinkedList<E> plain;

  /** Creates an empty plain list. */
  public PersistentLinkedList() {
    this.plain = new LinkedList<>();
  }

  /**
   * Creates a plain list of elements.
   *
   * @param elements the elements, in the order of their iterator
   */
  public PersistentLinkedList(Collection<? extends E> elements) {
    this.plain = new LinkedList<>(elements);
  }

  /** The plain state, or null if this is a handle. Read before the check: a handle has none. */
  private @Nullable LinkedList<E> plain() {
    LinkedList<E> state = plain;
    VarHandle.loadLoadFence();
    return PersistentStructure.isPlain(this) ? state : null;
  }

  LinkedNodes nodes(ObjectSpace in) {
    return new LinkedNodes(in, in.place(this));
  }

  private LinkedNodes nodes() {
    return nodes(PersistentStructure.space(this));
  }

  @Override
  <R extends @Nullable Object> R reading(Supplier<R> body) {
    return plain() != null ? body.get() : PersistentStructure.space(this).read(body);
  }

  @Override
  <R extends @Nullable Object> R changing(Supplier<R> body) {
    return plain() != null ? body.get() : PersistentStructure.space(this).write(body);
  }

  @SuppressWarnings({"unchecked", "NullAway"}) // the list's type is not stored
  private E element(LinkedNodes nodes, long node, int at) {
    return (E) nodes.element(node, at);
  }

  // ---- the ends

  @Override
  void put(E element, boolean front) {
    LinkedList<E> local = plain();
    if (local != null) {
      if (front) {
        local.addFirst(element);
      } else {
        local.addLast(element);
      }
      return;
    }
    boolean _ =
        changing(
            () -> {
              new LinkedEdits(nodes()).add(element, front);
              return true;
            });
  }

  @Override
  @Nullable Object take(boolean front) {
    LinkedList<E> local = plain();
    if (local != null) {
      return local.isEmpty() ? NONE : front ? local.removeFirst() : local.removeLast();
    }
    return changing(
        () -> {
          LinkedNodes nodes = nodes();
          return nodes.isEmpty() ? NONE : new LinkedEdits(nodes).remove(front);
        });
  }

  @Override
  @Nullable Object look(boolean front) {
    LinkedList<E> local = plain();
    if (local != null) {
      return local.isEmpty() ? NONE : front ? local.getFirst() : local.getLast();
    }
    return reading(
        () -> {
          LinkedNodes nodes = nodes();
          long node = nodes.outer(front);
          return node == 0 ? NONE : nodes.element(node, front ? 0 : nodes.count(node) - 1);
        });
  }

  // ---- by index

  @Override
  public int size() {
    LinkedList<E> local = plain();
    return local != null ? local.size() : reading(() -> nodes().size());
  }

  @Override
  public boolean isEmpty() {
    LinkedList<E> local = plain();
    return local != null ? local.isEmpty() : reading(() -> nodes().isEmpty());
  }

  private static Place seek(LinkedNodes nodes, int index) {
    int size = nodes.size();
    return nodes.seek(Objects.checkIndex(index, size), size);
  }

  @Override
  public E get(int index) {
    LinkedList<E> local = plain();
    if (local != null) {
      return local.get(index);
    }
    return reading(
        () -> {
          LinkedNodes nodes = nodes();
          Place place = seek(nodes, index);
          return element(nodes, place.node(), place.at());
        });
  }

  @Override
  public E set(int index, E element) {
    LinkedList<E> local = plain();
    if (local != null) {
      return local.set(index, element);
    }
    return changing(
        () -> {
          LinkedNodes nodes = nodes();
          Place place = seek(nodes, index);
          E old = element(nodes, place.node(), place.at());
          nodes.setElement(place.node(), place.at(), element);
          return old;
        });
  }

  @Override
  public void add(int index, E element) {
    LinkedList<E> local = plain();
    if (local != null) {
      local.add(index, element);
      return;
    }
    boolean _ =
        changing(
            () -> {
              LinkedNodes nodes = nodes();
              LinkedEdits edits = new LinkedEdits(nodes);
              int size = nodes.size();
              int _ = Objects.checkIndex(index, size + 1);
              if (index == 0 || index == size) {
                edits.add(element, index == 0);
              } else {
                Place _ = edits.insert(nodes.seek(index, size), element);
              }
              return true;
            });
  }

  @Override
  public E remove(int index) {
    LinkedList<E> local = plain();
    if (local != null) {
      return local.remove(index);
    }
    return changing(() -> remove(nodes(), seek(nodes(), index)));
  }

  @SuppressWarnings({"unchecked", "NullAway"}) // the list's type is not stored
  private E remove(LinkedNodes nodes, Place place) {
    return (E) new LinkedEdits(nodes).remove(place);
  }

  @Override
  public int indexOf(@Nullable Object element) {
    LinkedList<E> local = plain();
    return local != null ? local.indexOf(element) : reading(() -> distance(element, true));
  }

  @Override
  public int lastIndexOf(@Nullable Object element) {
    LinkedList<E> local = plain();
    if (local != null) {
      return local.lastIndexOf(element);
    }
    return reading(
        () -> {
          int distance = distance(element, false);
          return distance < 0 ? -1 : nodes().size() - 1 - distance;
        });
  }

  /** How far from an end the nearest equal element is, or -1. */
  private int distance(@Nullable Object element, boolean fromFront) {
    LinkedNodes nodes = nodes();
    int[] distance = {0};
    boolean[] found = {false};
    nodes.walk(
        fromFront,
        (node, at) -> {
          found[0] = nodes.holds(node, at, element);
          distance[0] += found[0] ? 0 : 1;
          return !found[0];
        });
    return found[0] ? distance[0] : -1;
  }

  @Override
  boolean removeNearest(@Nullable Object element, boolean front) {
    LinkedList<E> local = plain();
    if (local != null) {
      return front ? local.removeFirstOccurrence(element) : local.removeLastOccurrence(element);
    }
    return changing(
        () -> {
          LinkedNodes nodes = nodes();
          boolean[] found = {false};
          nodes.walk(
              front,
              (node, at) -> {
                found[0] = nodes.holds(node, at, element);
                if (found[0]) {
                  E _ = remove(nodes, new Place(node, at));
                }
                return !found[0];
              });
          return found[0];
        });
  }

  // ---- all elements

  @Override
  public void clear() {
    LinkedList<E> local = plain();
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
  public boolean addAll(Collection<? extends E> elements) {
    return changing(() -> addAll(size(), elements));
  }

  @Override
  @SuppressWarnings("unchecked") // a collection's array holds its elements
  public boolean addAll(int index, Collection<? extends E> elements) {
    LinkedList<E> local = plain();
    if (local != null) {
      return local.addAll(index, elements);
    }
    E[] added = (E[]) elements.toArray();
    return changing(
        () -> {
          int size = size();
          int _ = Objects.checkIndex(index, size + 1);
          LinkedEdits edits = new LinkedEdits(nodes());
          for (int i = 0; i < added.length; i++) {
            if (index == size) {
              edits.add(added[i], false);
            } else {
              add(index + i, added[i]);
            }
          }
          return added.length > 0;
        });
  }

  @Override
  protected void removeRange(int fromIndex, int toIndex) {
    LinkedList<E> local = plain();
    if (local != null) {
      local.subList(fromIndex, toIndex).clear();
      return;
    }
    boolean _ =
        changing(
            () -> {
              BitSet removed = new BitSet();
              removed.set(fromIndex, toIndex);
              new LinkedEdits(nodes()).removeAll(removed);
              return true;
            });
  }

  @Override
  public boolean removeIf(Predicate<? super E> filter) {
    Objects.requireNonNull(filter, "filter");
    LinkedList<E> local = plain();
    if (local != null) {
      return local.removeIf(filter);
    }
    return changing(
        () -> {
          BitSet removed = new BitSet();
          int index = 0;
          for (E element : this) {
            removed.set(index++, filter.test(element));
          }
          new LinkedEdits(nodes()).removeAll(removed);
          return !removed.isEmpty();
        });
  }

  @Override
  public void replaceAll(UnaryOperator<E> operator) {
    Objects.requireNonNull(operator, "operator");
    LinkedList<E> local = plain();
    if (local != null) {
      local.replaceAll(operator);
      return;
    }
    boolean _ =
        changing(
            () -> {
              LinkedNodes nodes = nodes();
              nodes.walk(
                  true,
                  (node, at) -> {
                    E old = element(nodes, node, at);
                    nodes.setElement(node, at, operator.apply(old));
                    return true;
                  });
              return true;
            });
  }

  @Override
  public void sort(@Nullable Comparator<? super E> comparator) {
    boolean _ =
        changing(
            () -> {
              List<E> sorted = new ArrayList<>(this);
              sorted.sort(comparator);
              Iterator<E> inOrder = sorted.iterator();
              replaceAll(_ -> inOrder.next());
              return true;
            });
  }

  @Override
  public void forEach(Consumer<? super E> action) {
    Objects.requireNonNull(action, "action");
    LinkedList<E> local = plain();
    if (local != null) {
      local.forEach(action);
      return;
    }
    boolean _ =
        reading(
            () -> {
              for (E element : this) {
                action.accept(element);
              }
              return true;
            });
  }

  @Override
  public Iterator<E> iterator() {
    LinkedList<E> local = plain();
    return local != null
        ? local.iterator()
        : new LinkedCursor<>(PersistentStructure.space(this), this, true);
  }

  @Override
  public Iterator<E> descendingIterator() {
    LinkedList<E> local = plain();
    return local != null
        ? local.descendingIterator()
        : new LinkedCursor<>(PersistentStructure.space(this), this, false);
  }

  @Override
  public ListIterator<E> listIterator(int index) {
    LinkedList<E> local = plain();
    if (local != null) {
      return local.listIterator(index);
    }
    int checked = Objects.checkIndex(index, size() + 1);
    return new LinkedListIterator<>(PersistentStructure.space(this), this, checked);
  }

  @Override
  public List<E> subList(int fromIndex, int toIndex) {
    LinkedList<E> local = plain();
    return local != null ? local.subList(fromIndex, toIndex) : super.subList(fromIndex, toIndex);
  }

  @Override
  public ListDeque<E> reversed() {
    return new ReversedList<>(this);
  }

  // ---- in the pool

  @Override
  public Layout $basalt$layout() {
    return LinkedNodes.LIST;
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
    LinkedNodes nodes = nodes();
    nodes.create();
    LinkedEdits edits = new LinkedEdits(nodes);
    Objects.requireNonNull(plain).forEach(element -> edits.add(element, false));
  }

  @Override
  public void $basalt$clear() {
    plain = null;
  }

  @Override
  public PersistentObject $basalt$handle(ObjectSpace in, long at) {
    PersistentLinkedList<E> handle = new PersistentLinkedList<>();
    handle.plain = null;
    handle.$basalt$bind(in, at);
    return handle;
  }
}
