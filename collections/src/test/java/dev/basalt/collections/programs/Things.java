package dev.basalt.collections.programs;

import dev.basalt.collections.PersistentArrayDeque;
import dev.basalt.collections.PersistentArrayList;
import dev.basalt.collections.PersistentHashMap;
import dev.basalt.collections.PersistentLinkedList;
import dev.basalt.collections.PersistentLongMap;
import dev.basalt.collections.PersistentTreeMap;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.WeakItem;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The things of a {@link Model} as objects: nodes and groups, and what is at their places. */
final class Things {
  private Things() {}

  static WeakItem node(long number) {
    return new WeakItem(number);
  }

  static Object group(long number) {
    return switch (Model.Kind.of(number)) {
      case LIST -> new PersistentArrayList<>();
      case LINKED -> new PersistentLinkedList<>();
      case RING -> new PersistentArrayDeque<>();
      case HASH -> new PersistentHashMap<>();
      case TREE -> new PersistentTreeMap<>();
      case LONGS -> new PersistentLongMap<>();
    };
  }

  private static String hashKey(long place) {
    return "the key " + Model.key(place);
  }

  @SuppressWarnings("unchecked")
  private static Deque<Object> deque(Object group) {
    return (Deque<Object>) group;
  }

  @SuppressWarnings("unchecked")
  private static Map<Object, Object> map(Object group) {
    return (Map<Object, Object>) group;
  }

  @SuppressWarnings("unchecked")
  private static PersistentLongMap<Object> longs(Object group) {
    return (PersistentLongMap<Object>) group;
  }

  @SuppressWarnings("unchecked")
  private static List<Object> list(Object group) {
    return (List<Object>) group;
  }

  private static boolean isEmpty(Object group) {
    return switch (group) {
      case Collection<?> collection -> collection.isEmpty();
      case Map<?, ?> map -> map.isEmpty();
      default -> longs(group).isEmpty();
    };
  }

  static Object at(Object holder, long place) {
    return switch (holder) {
      case Item item when place == Model.NEXT -> item.next();
      case Item item when place == Model.OTHER -> item.other();
      case Item item -> item.value() instanceof byte[] ? null : item.value();
      case Object group when isEmpty(group) -> null;
      case PersistentArrayList<?> list -> list.get((int) (place % list.size()));
      case Deque<?> deque -> place % 2 == 0 ? deque.getFirst() : deque.getLast();
      case PersistentHashMap<?, ?> map -> map.get(hashKey(place));
      case PersistentTreeMap<?, ?> map -> map.get(Model.key(place));
      default -> longs(holder).get(Model.key(place));
    };
  }

  static void put(Object holder, long place, Object target) {
    switch (holder) {
      case Item item when place == Model.NEXT -> item.next((Item) target);
      case Item item when place == Model.OTHER -> item.other((Item) target);
      case Item item -> item.value(target);
      case PersistentArrayList<?> list -> {
        if (place % 2 == 0 || list.isEmpty()) {
          list(list).add(target);
        } else {
          list(list).set((int) (place % list.size()), target);
        }
      }
      case Deque<?> deque when place % 2 == 0 -> deque(deque).addLast(target);
      case Deque<?> deque -> deque(deque).addFirst(target);
      case PersistentHashMap<?, ?> map -> map(map).put(hashKey(place), target);
      case PersistentTreeMap<?, ?> map -> map(map).put(Model.key(place), target);
      default -> longs(holder).put(Model.key(place), target);
    }
  }

  static void take(Object holder, long place) {
    switch (holder) {
      case Item item -> put(item, place, null);
      case Object group when isEmpty(group) -> {}
      case PersistentArrayList<?> list -> list.remove((int) (place % list.size()));
      case Deque<?> deque when place % 2 == 0 -> deque.removeFirst();
      case Deque<?> deque -> deque.removeLast();
      case PersistentHashMap<?, ?> map -> map.remove(hashKey(place));
      case PersistentTreeMap<?, ?> map -> map.remove(Model.key(place));
      default -> longs(holder).remove(Model.key(place));
    }
  }

  static void clear(Object group) {
    switch (group) {
      case Collection<?> collection -> collection.clear();
      case Map<?, ?> map -> map.clear();
      default -> longs(group).clear();
    }
  }

  /** What a row holds, in its order. */
  static List<Object> row(Object group) {
    return new ArrayList<>((Collection<?>) group);
  }

  /** What a map holds, by {@linkplain Model#key key}. */
  static TreeMap<Long, Object> entries(Object group) {
    TreeMap<Long, Object> entries = new TreeMap<>();
    switch (group) {
      case PersistentHashMap<?, ?> map ->
          map.forEach(
              (key, value) ->
                  entries.put(
                      Long.parseLong(((String) key).substring(hashKey(0).length() - 1)), value));
      case PersistentTreeMap<?, ?> map ->
          map.forEach((key, value) -> entries.put((Long) key, value));
      default -> longs(group).forEach(entries::put);
    }
    return entries;
  }
}
