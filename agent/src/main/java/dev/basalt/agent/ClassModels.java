package dev.basalt.agent;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.Opcodes;
import org.jspecify.annotations.Nullable;

/**
 * The models of the classes that one loader sees, read from class files when first asked for;
 * nothing is loaded by that. Thread-safe.
 */
final class ClassModels {
  /** Finds class files. */
  interface Source {
    /**
     * Opens a class file.
     *
     * @param path such as {@code java/lang/Object.class}
     * @return the file, or {@code null} if there is none
     */
    @Nullable InputStream open(String path);
  }

  private final Source source;
  private final ConcurrentHashMap<String, Optional<ClassModel>> models = new ConcurrentHashMap<>();

  ClassModels(Source source) {
    this.source = source;
  }

  /** Makes known a class whose file is at hand. */
  void put(ClassModel model) {
    models.put(model.name(), Optional.of(model));
  }

  /** The model of a class, or null if its file cannot be found. */
  @Nullable ClassModel find(String name) {
    Optional<ClassModel> known = models.get(name);
    if (known == null) {
      known = Optional.ofNullable(read(name));
      models.put(name, known);
    }
    return known.orElse(null);
  }

  private @Nullable ClassModel read(String name) {
    try (InputStream file = source.open(name + ".class")) {
      return file == null ? null : ClassModel.read(new ClassReader(file.readAllBytes()));
    } catch (IOException e) {
      return null;
    }
  }

  /** Whether a class or one of its superclasses is annotated. */
  boolean isPersistent(ClassModel model) {
    return model.isAnnotated() || persistentSuperclass(model) != null;
  }

  /** The superclass, if it is persistent. */
  @Nullable ClassModel persistentSuperclass(ClassModel model) {
    String superName = model.superName();
    if (superName == null || isOfJdk(superName)) {
      return null;
    }
    ClassModel superclass = find(superName);
    return superclass != null && isPersistent(superclass) ? superclass : null;
  }

  /** Whether a class implements the runtime's interface in its source, as the collections do. */
  boolean isHandWritten(ClassModel model) {
    for (ClassModel at = model; at != null; at = superclass(at)) {
      for (String implemented : at.interfaces()) {
        if (isPersistentInterface(implemented)) {
          return true;
        }
      }
    }
    return false;
  }

  private boolean isPersistentInterface(String name) {
    if (name.equals(Names.PERSISTENT_OBJECT)) {
      return true;
    }
    ClassModel model = isOfJdk(name) ? null : find(name);
    return model != null && model.interfaces().stream().anyMatch(this::isPersistentInterface);
  }

  private @Nullable ClassModel superclass(ClassModel model) {
    String superName = model.superName();
    return superName == null || isOfJdk(superName) ? null : find(superName);
  }

  /** A stored field of a rewritten class. */
  record StoredField(String declaringClass, FieldModel field) {}

  /** What a field instruction refers to, or null if that is not a stored field. */
  @Nullable StoredField storedField(String owner, String name, String desc) {
    if (isOfJdk(owner) || owner.charAt(0) == '[') {
      return null;
    }
    for (ClassModel at = find(owner); at != null; at = superclass(at)) {
      for (FieldModel field : at.fields()) {
        if (field.name().equals(name) && field.desc().equals(desc)) {
          boolean rewritten = field.isStored() && isPersistent(at) && !isHandWritten(at);
          return rewritten && !at.is(Opcodes.ACC_INTERFACE)
              ? new StoredField(at.name(), field)
              : null;
        }
      }
    }
    return null;
  }

  /** Whether a class belongs to the JDK, which has no persistent classes. */
  static boolean isOfJdk(String name) {
    return name.startsWith("java/") || name.startsWith("jdk/") || name.startsWith("sun/");
  }
}
