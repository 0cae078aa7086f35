package dev.basalt.object;

import dev.basalt.annotation.RenamedFrom;
import dev.basalt.error.SchemaException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds the class of a stored name: the class of that name or, if there is none, one that says by
 * {@link RenamedFrom} that it had the name once. For that the classes are searched that the program
 * has named, and what can be reached from them by superclasses, permitted subclasses and the types
 * of stored fields. No class is initialised. Safe for use by any number of threads.
 */
final class ClassNames {
  private final ClassLoader loader;

  /** Classes by earlier names. */
  private final Map<String, Class<?>> renamed = new ConcurrentHashMap<>();

  private final Set<Class<?>> named = ConcurrentHashMap.newKeySet();
  private final Set<Class<?>> searched = ConcurrentHashMap.newKeySet();

  ClassNames(ClassLoader loader, Collection<Class<?>> named) {
    this.loader = loader;
    this.named.addAll(named);
  }

  ClassLoader loader() {
    return loader;
  }

  /** A class that the program has, from which others may be found. */
  void add(Class<?> type) {
    if (!type.getName().startsWith("java.")) {
      named.add(type);
    }
  }

  /** The class of a stored name, which may be an array's; {@code null} if it is missing. */
  @Nullable Class<?> find(String stored) {
    int dimensions = stored.lastIndexOf('[') + 1;
    if (dimensions == 0) {
      return findClass(stored);
    }
    if (stored.charAt(dimensions) != 'L') {
      return load(stored);
    }
    Class<?> type = findClass(stored.substring(dimensions + 1, stored.length() - 1));
    for (int i = 0; i < dimensions && type != null; i++) {
      type = type.arrayType();
    }
    return type;
  }

  private @Nullable Class<?> findClass(String stored) {
    Class<?> type = load(stored);
    if (type != null) {
      add(type); // from it others may be found
      return type;
    }
    type = ofEarlierName(stored);
    if (type == null) {
      searchAll();
      type = ofEarlierName(stored);
    }
    return type;
  }

  /** A class that had the name, or is nested in one that had the name of its outer class. */
  private @Nullable Class<?> ofEarlierName(String stored) {
    Class<?> type = renamed.get(stored);
    for (int at = stored.lastIndexOf('$');
        type == null && at > 0;
        at = stored.lastIndexOf('$', at - 1)) {
      Class<?> outer = renamed.get(stored.substring(0, at));
      type = outer == null ? null : load(outer.getName() + stored.substring(at));
    }
    return type;
  }

  private @Nullable Class<?> load(String name) {
    try {
      return Class.forName(name, false, loader);
    } catch (ClassNotFoundException | LinkageError e) {
      return null;
    }
  }

  /** The class of a stored name. */
  Class<?> need(String stored) {
    Class<?> type = find(stored);
    if (type == null) {
      throw new SchemaException(
          ("the pool holds objects of class %s, which is not on the class path; add it, or, if it"
                  + " has another name now, annotate it with @RenamedFrom(\"%s\") and name it to"
                  + " PoolBuilder.classes")
              .formatted(stored, stored));
    }
    return type;
  }

  private void searchAll() {
    ArrayDeque<Class<?>> toSearch = new ArrayDeque<>(named);
    for (Class<?> next = toSearch.poll(); next != null; next = toSearch.poll()) {
      if (searched.add(next)) {
        search(next, toSearch);
      }
    }
  }

  private void search(Class<?> type, ArrayDeque<Class<?>> toSearch) {
    Set<Class<?>> related = new HashSet<>();
    try {
      RenamedFrom earlier = type.getAnnotation(RenamedFrom.class);
      if (earlier != null) {
        for (String name : earlier.value()) {
          renamed.putIfAbsent(name, type);
        }
      }
      relate(type.getSuperclass(), related);
      if (type.isSealed()) {
        for (Class<?> permitted : type.getPermittedSubclasses()) {
          relate(permitted, related);
        }
      }
      if (PersistentObject.class.isAssignableFrom(type) || type.isRecord()) {
        for (Field field : type.getDeclaredFields()) {
          searchField(field, related);
        }
      }
    } catch (LinkageError | TypeNotPresentException e) {
      // What a class refers to may be missing; it cannot lead to another then.
    }
    toSearch.addAll(related);
  }

  private static void searchField(Field field, Set<Class<?>> related) {
    if (Modifier.isStatic(field.getModifiers())) {
      return;
    }
    relate(field.getType(), related);
    if (field.getGenericType() instanceof ParameterizedType generic) {
      for (var argument : generic.getActualTypeArguments()) {
        if (argument instanceof Class<?> type) {
          relate(type, related);
        }
      }
    }
  }

  private static void relate(@Nullable Class<?> type, Set<Class<?>> related) {
    Class<?> element = type;
    while (element != null && element.isArray()) {
      element = element.componentType();
    }
    if (element != null && !element.isPrimitive() && !element.getName().startsWith("java.")) {
      related.add(element);
    }
  }
}
