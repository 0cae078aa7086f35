package dev.basalt.agent;

import java.util.Collections;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The classes that were loaded before the agent started. They have no accessors and never will (the
 * JVM adds no methods to a loaded class), so their fields are left as they are.
 */
final class LoadedClasses {
  private final Map<ClassLoader, Set<String>> names =
      Collections.synchronizedMap(new WeakHashMap<>());

  LoadedClasses(Class<?>[] loaded) {
    for (Class<?> type : loaded) {
      ClassLoader loader = type.getClassLoader();
      if (loader != null && !type.isArray()) {
        names.computeIfAbsent(loader, key -> new HashSet<>()).add(type.getName().replace('.', '/'));
      }
    }
  }

  /** Whether a loader, or one above it, had defined a class of this name. */
  boolean contains(@Nullable ClassLoader loader, String name) {
    for (ClassLoader at = loader; at != null; at = at.getParent()) {
      if (names.getOrDefault(at, Set.of()).contains(name)) {
        return true;
      }
    }
    return false;
  }
}
