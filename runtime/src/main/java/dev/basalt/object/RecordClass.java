package dev.basalt.object;

import dev.basalt.annotation.Weak;
import dev.basalt.error.UnsupportedTypeException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How records of a class are taken apart and put together. */
final class RecordClass {
  private static final ClassValue<RecordClass> CLASSES =
      new ClassValue<>() {
        @Override
        protected RecordClass computeValue(Class<?> type) {
          return new RecordClass(type);
        }
      };

  private final Class<?> type;
  private final Layout layout;
  private final RecordComponent[] components;
  private final MethodHandle[] accessors;

  /** Takes an {@code Object[]} of the components' values. */
  private final MethodHandle constructor;

  private final boolean definesHashCode;

  private RecordClass(Class<?> type) {
    this.type = type;
    this.components = type.getRecordComponents();
    for (RecordComponent component : components) {
      refuseWeak(component);
    }
    this.layout =
        Layout.of(
            type.getName(),
            null,
            Arrays.stream(components)
                .map(c -> Layouts.declaration(c.getName(), c.getType()))
                .toList());
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      this.definesHashCode = !Modifier.isFinal(type.getDeclaredMethod("hashCode").getModifiers());
      List<MethodHandle> getters = new ArrayList<>();
      for (RecordComponent component : components) {
        Method accessor = component.getAccessor();
        accessor.setAccessible(true);
        getters.add(
            lookup.unreflect(accessor).asType(MethodType.methodType(Object.class, Object.class)));
      }
      this.accessors = getters.toArray(MethodHandle[]::new);
      Constructor<?> canonical =
          type.getDeclaredConstructor(
              Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
      canonical.setAccessible(true);
      this.constructor =
          lookup
              .unreflectConstructor(canonical)
              .asSpreader(Object[].class, components.length)
              .asType(MethodType.methodType(Object.class, Object[].class));
    } catch (ReflectiveOperationException | RuntimeException e) {
      throw new UnsupportedTypeException(
          ("the record %s cannot be stored: its accessors and its canonical constructor cannot be"
                  + " called (%s); open its package to the module dev.basalt.runtime")
              .formatted(type.getName(), e.getMessage()),
          e);
    }
  }

  /** A record is a value that is made anew at each reading: nothing in it can become null. */
  private void refuseWeak(RecordComponent component) {
    try {
      if (type.getDeclaredField(component.getName()).isAnnotationPresent(Weak.class)) {
        throw new UnsupportedTypeException(
            "%s.%s is @Weak, but records are stored by value, so nothing in them can become null"
                .formatted(type.getName(), component.getName()));
      }
    } catch (NoSuchFieldException e) {
      throw new AssertionError(e);
    }
  }

  static RecordClass of(Class<?> type) {
    return CLASSES.get(type);
  }

  /** The components as fields. */
  Layout layout() {
    return layout;
  }

  int size() {
    return components.length;
  }

  RecordComponent component(int i) {
    return components[i];
  }

  Layout.Field field(int i) {
    return layout.find(type.getName(), components[i].getName()).orElseThrow();
  }

  /** Whether the class's source has a {@code hashCode}; the one that compilers add is final. */
  boolean definesHashCode() {
    return definesHashCode;
  }

  /** The value of a component, boxed if it is primitive. */
  @Nullable Object get(Record value, int i) {
    try {
      return accessors[i].invokeExact((Object) value);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /** A record made by the canonical constructor, which may refuse the values. */
  Object make(@Nullable Object[] values) {
    try {
      return (Object) constructor.invokeExact(values);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
