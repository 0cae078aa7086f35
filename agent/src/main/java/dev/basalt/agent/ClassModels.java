package dev.basalt.agent;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.Opcodes;
import org.jspecify.annotations.Nullable;

/**
 * The models of the classes that one loader sees, read from class files when first asked for;
 * nothing is loaded by that. Thread-safe.
 */
final class ClassModels {
  private final ClassFileSource source;
  private final Predicate<String> isLoaded;
  private final Bases bases;
  private final StorableTypes storable;
  private final ConcurrentHashMap<String, Optional<ClassModel>> models = new ConcurrentHashMap<>();

  /**
   * Makes an empty set of models.
   *
   * @param source where the class files are
   * @param isLoaded whether a class was loaded before the agent could rewrite it
   * @param bases the superclasses whose state is stored though they are not annotated
   */
  ClassModels(ClassFileSource source, Predicate<String> isLoaded, Bases bases) {
    this.bases = bases;
    this.source = source;
    this.storable = new StorableTypes(source);
    this.isLoaded = isLoaded;
  }

  /** The model of a class whose file is at hand; makes it known to the others. */
  ClassModel add(ClassReader reader, ConstantPoolScan scan) {
    ClassModel model = model(reader, scan);
    models.put(model.name(), Optional.of(model));
    addBasesOf(model);
    return model;
  }

  /** Reads no more than is needed: nearly all classes are not persistent. */
  private ClassModel model(ClassReader reader, ConstantPoolScan scan) {
    ClassModel outline = ClassModel.outline(reader);
    return scan.mayBePersistent()
            || scan.mayHaveMarkedMethods()
            || bases.contains(reader.getClassName())
            || persistentSuperclass(outline) != null
        ? ClassModel.read(reader)
        : outline;
  }

  /** The model of a class, or null if its file cannot be found. */
  @Nullable ClassModel find(String name) {
    Optional<ClassModel> known = models.get(name);
    if (known == null || (known.isPresent() && lacksMembers(known.get()))) {
      known = Optional.ofNullable(read(name));
      models.put(name, known);
      known.ifPresent(this::addBasesOf);
    }
    return known.orElse(null);
  }

  /**
   * Whether it became persistent for a subclass after its outline was taken, which has no methods;
   * a class has a constructor at least.
   */
  private boolean lacksMembers(ClassModel model) {
    return !bases.isEmpty()
        && model.methods().isEmpty()
        && !model.is(Opcodes.ACC_INTERFACE)
        && isPersistent(model);
  }

  private @Nullable ClassModel read(String name) {
    ClassReader reader = open(name);
    return reader == null ? null : model(reader, ConstantPoolScan.of(reader));
  }

  /** The model with all its parts, also of a class that is not persistent. */
  @Nullable ClassModel findWithMembers(String name) {
    ClassReader reader = open(name);
    return reader == null ? null : ClassModel.read(reader);
  }

  private @Nullable ClassReader open(String name) {
    try (InputStream file = source.open(name + ".class")) {
      return file == null ? null : new ClassReader(file.readAllBytes());
    } catch (IOException e) {
      return null;
    }
  }

  /**
   * Makes persistent what a persistent class inherits state from: from the top, because each is
   * stored only if what is above it is. A class that cannot be stored is left alone, and whoever
   * inherits from it is refused.
   */
  private void addBasesOf(ClassModel model) {
    if (!model.isAnnotated() || model.withoutSuperclassState()) {
      return;
    }
    Deque<ClassModel> plain = new ArrayDeque<>();
    for (String name = model.superName(); name != null && !isOfJdk(name); ) {
      ClassModel above = findWithMembers(name);
      if (above == null || isPersistent(above) || isHandWritten(above)) {
        break;
      }
      plain.push(above);
      name = above.superName();
    }
    for (ClassModel above : plain) {
      String name = above.name();
      if (above.storedFields().isEmpty() || isLoaded.test(name) || !bases.add(name)) {
        continue;
      }
      models.put(name, Optional.of(above));
      if (!MethodRefusals.of(above, true).isEmpty() || !new Refusals(this).of(above).isEmpty()) {
        bases.remove(name);
      }
    }
  }

  /** Whether a class, one of its superclasses or, if it has state, of its subclasses is marked. */
  boolean isPersistent(ClassModel model) {
    return model.isAnnotated()
        || model.isRewritten()
        || bases.contains(model.name())
        || persistentSuperclass(model) != null;
  }

  /** From now on a class does not become a base any more. */
  void settle(String name) {
    bases.define(name);
  }

  /** As {@link #isPersistent}, when the class is about to be defined: it stays so. */
  boolean isDefinedPersistent(ClassModel model) {
    return bases.define(model.name()) || isPersistent(model);
  }

  /** The superclass, if it is persistent. */
  @Nullable ClassModel persistentSuperclass(ClassModel model) {
    ClassModel superclass = superclass(model);
    return superclass != null && isPersistent(superclass) ? superclass : null;
  }

  /** Whether the accessors of a class's stored fields exist once it is loaded. */
  boolean hasAccessors(ClassModel model) {
    return isPersistent(model)
        && !model.is(Opcodes.ACC_INTERFACE)
        && !isHandWritten(model)
        && !wasLoaded(model);
  }

  /** Whether a class was loaded, unrewritten, before the agent could see it. */
  boolean wasLoaded(ClassModel model) {
    return !model.isRewritten() && isLoaded.test(model.name());
  }

  /** Whether a class implements the runtime's interface in its source, as the collections do. */
  boolean isHandWritten(ClassModel model) {
    for (ClassModel at = model; at != null && !at.isRewritten(); at = superclass(at)) {
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

  /** Whether values of a type can be stored though it is not persistent. */
  boolean isStorableValue(String name) {
    return storable.contains(name);
  }

  private @Nullable ClassModel superclass(ClassModel model) {
    String superName = model.superName();
    return superName == null || isOfJdk(superName) ? null : find(superName);
  }

  /** The clone method that a class inherits from a superclass which is not persistent, or null. */
  @Nullable MethodModel inheritedClone(ClassModel model) {
    for (String name = model.superName(); name != null && !name.equals("java/lang/Object"); ) {
      ClassModel above = findWithMembers(name);
      if (above == null) {
        return null;
      }
      for (MethodModel method : above.methods()) {
        boolean usable =
            method.is(Opcodes.ACC_PUBLIC | Opcodes.ACC_PROTECTED)
                && !method.is(Opcodes.ACC_STATIC | Opcodes.ACC_ABSTRACT | Opcodes.ACC_FINAL);
        if (method.name().equals("clone") && method.desc().startsWith("()L") && usable) {
          return model.method(method.name(), method.desc()) == null ? method : null;
        }
      }
      name = above.superName();
    }
    return null;
  }

  /**
   * Whether a method that sets up handles overrides one of a superclass, which is called anyway.
   */
  boolean inheritsOnHandle(ClassModel model, MethodModel method) {
    for (ClassModel at = persistentSuperclass(model); at != null; at = persistentSuperclass(at)) {
      MethodModel above = at.method(method.name(), method.desc());
      if (above != null && above.isOnHandle() && !above.is(Opcodes.ACC_PRIVATE)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a class is a subtype of an interface of the JDK. */
  boolean isSubtype(ClassModel model, String interfaceName) {
    for (ClassModel at = model;
        at != null;
        at = at.superName() == null ? null : find(at.superName())) {
      for (String implemented : at.interfaces()) {
        ClassModel above = implemented.equals(interfaceName) ? null : find(implemented);
        if (implemented.equals(interfaceName)
            || (above != null && isSubtype(above, interfaceName))) {
          return true;
        }
      }
    }
    return false;
  }

  /** Whether the classes that rewritten code calls can be found. */
  boolean knowsTheRuntime() {
    return find(Names.BRIDGE) != null;
  }

  /** A stored field of a rewritten class. */
  record StoredField(String declaringClass, FieldModel field) {}

  /** Whether a field instruction of this owner can refer to a stored field at all. */
  boolean mayHaveAccessors(@Nullable String owner) {
    if (owner == null || isOfJdk(owner) || owner.charAt(0) == '[') {
      return false;
    }
    ClassModel model = find(owner);
    return model != null && hasAccessors(model);
  }

  /**
   * Whether a class cannot be found before it is loaded, and so it cannot be known yet which of its
   * fields are stored. A class that is missing altogether is no such class: others of its loader
   * can be found, such as the one that uses it.
   */
  boolean isKnownLate(@Nullable String owner, ClassModel user) {
    return owner != null
        && !isOfJdk(owner)
        && owner.charAt(0) != '['
        && find(owner) == null
        && user.version() >= Opcodes.V1_7
        && open(user.name()) == null
        && knowsTheRuntime();
  }

  /** What a field instruction refers to, or null if that is not a stored field. */
  @Nullable StoredField storedField(String owner, String name, String desc) {
    if (isOfJdk(owner) || owner.charAt(0) == '[') {
      return null;
    }
    for (ClassModel at = find(owner); at != null; at = superclass(at)) {
      for (FieldModel field : at.fields()) {
        if (field.name().equals(name) && field.desc().equals(desc)) {
          return field.isStored() && hasAccessors(at) ? new StoredField(at.name(), field) : null;
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
