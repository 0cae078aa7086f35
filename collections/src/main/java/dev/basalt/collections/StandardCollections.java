package dev.basalt.collections;

import dev.basalt.object.CollectionFactory;
import dev.basalt.object.PersistentObject;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes this module's collections of those of the JDK that are assigned to stored fields. */
public final class StandardCollections implements CollectionFactory {
  /** Creates the factory; called by the service loader. */
  public StandardCollections() {}

  @Override
  public @Nullable PersistentObject copy(Kind kind, Object original) {
    return switch (kind) {
      case LIST -> new PersistentArrayList<>((Collection<?>) original);
      case MAP -> new PersistentHashMap<>((Map<?, ?>) original);
      case SORTED_MAP -> new PersistentTreeMap<>((Map<?, ?>) original);
      case SET -> new PersistentHashSet<>((Collection<?>) original);
      case SORTED_SET -> new PersistentTreeSet<>((Collection<?>) original);
      case DEQUE -> new PersistentArrayDeque<>((Collection<?>) original);
      case LINKED_LIST -> new PersistentLinkedList<>((Collection<?>) original);
    };
  }
}
