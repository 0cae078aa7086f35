package dev.basalt.object;

import dev.basalt.error.UnsupportedTypeException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Turns collections of the JDK into persistent ones when they are stored. Only the JDK's own
 * classes: what else a program's collection does would be lost.
 */
final class JdkCollections {
  private final ClassLoader loader;
  private volatile @Nullable List<CollectionFactory> factories;

  JdkCollections(ClassLoader loader) {
    this.loader = loader;
  }

  /** A plain persistent collection with the same elements; {@code null} if this is none. */
  @Nullable PersistentObject convert(Object value) {
    if (!(value instanceof Collection || value instanceof Map)
        || value.getClass().getModule() != Object.class.getModule()) {
      return null;
    }
    CollectionFactory.Kind kind = kind(value);
    if (kind == null) {
      throw new UnsupportedTypeException(
          "%s cannot be stored: no persistent collection behaves like it"
              .formatted(value.getClass().getName()));
    }
    for (CollectionFactory factory : factories()) {
      PersistentObject made = factory.copy(kind, value);
      if (made != null) {
        return made;
      }
    }
    throw new UnsupportedTypeException(
        factories().isEmpty()
            ? "%s cannot be stored: basalt-collections is not on the class path; add it"
                .formatted(value.getClass().getName())
            : "%s cannot be stored: there is no persistent collection of the kind %s; use another"
                .formatted(value.getClass().getName(), kind));
  }

  private static CollectionFactory.@Nullable Kind kind(Object value) {
    return switch (value) {
      case IdentityHashMap<?, ?> _ -> null;
      case WeakHashMap<?, ?> _ -> null;
      case SortedMap<?, ?> _ -> CollectionFactory.Kind.SORTED_MAP;
      case Map<?, ?> _ -> CollectionFactory.Kind.MAP;
      case SortedSet<?> _ -> CollectionFactory.Kind.SORTED_SET;
      case Set<?> _ -> CollectionFactory.Kind.SET;
      case LinkedList<?> _ -> CollectionFactory.Kind.LINKED_LIST;
      case List<?> _ -> CollectionFactory.Kind.LIST;
      case Deque<?> _ -> CollectionFactory.Kind.DEQUE;
      case ConcurrentLinkedQueue<?> _ -> CollectionFactory.Kind.DEQUE;
      case Queue<?> _ -> null;
      default -> CollectionFactory.Kind.LIST;
    };
  }

  private List<CollectionFactory> factories() {
    List<CollectionFactory> known = factories;
    if (known == null) {
      known = find(loader);
      if (known.isEmpty()) {
        known = find(CollectionFactory.class.getClassLoader());
      }
      factories = known;
    }
    return known;
  }

  private static List<CollectionFactory> find(ClassLoader in) {
    List<CollectionFactory> found = new ArrayList<>();
    ServiceLoader.load(CollectionFactory.class, in).forEach(found::add);
    return found;
  }
}
