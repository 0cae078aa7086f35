package dev.basalt.agent;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import org.jspecify.annotations.Nullable;

/**
 * Rewrites one class: a persistent one gets its members, and in every class the accesses to stored
 * fields go to accessors. Does not load classes, so that it can run in an agent or in a build.
 * Thread-safe.
 */
public final class ClassRewriter {
  private final ClassModels models;
  private final Consumer<String> refusals;

  /**
   * Makes a rewriter for the classes that one loader, or one build, sees.
   *
   * @param source finds the files of the classes that a class refers to
   * @param refusals told of each persistent class that cannot be rewritten: all reasons in one text
   */
  public ClassRewriter(ClassFileSource source, Consumer<String> refusals) {
    this(source, refusals, name -> false);
  }

  /** Makes one that knows of classes (names with slashes) that were loaded as they are. */
  ClassRewriter(ClassFileSource source, Consumer<String> refusals, Predicate<String> isLoaded) {
    this.models = new ClassModels(source, isLoaded);
    this.refusals = refusals;
  }

  /**
   * Rewrites a class. A persistent class that cannot be rewritten becomes one that throws the
   * reasons when it is initialised.
   *
   * @param classFile its bytes
   * @return the new bytes, or empty if the class does not concern Basalt or is rewritten already
   */
  public Optional<byte[]> rewrite(byte[] classFile) {
    ClassReader reader = new ClassReader(classFile);
    ClassModel model = models.put(reader);
    if (model.isRewritten()) {
      return Optional.empty();
    }
    boolean persistent = models.isPersistent(model) && !models.wasLoaded(model);
    List<String> reasons = persistent ? new Refusals(models).of(model) : List.of();
    if (!reasons.isEmpty()) {
      return Optional.of(refuse(reader, String.join("; ", reasons)));
    }
    if (persistent && models.hasAccessors(model)) {
      return Optional.of(enhance(reader, model));
    }
    return ConstantPoolScan.refersToStoredField(reader, models)
        ? redirect(reader)
        : Optional.empty();
  }

  private byte[] refuse(ClassReader reader, String message) {
    refusals.accept(message);
    ClassWriter writer = new ClassWriter(reader, 0);
    reader.accept(new RefusedClass(writer, message), 0);
    return writer.toByteArray();
  }

  private byte[] enhance(ClassReader reader, ClassModel model) {
    ClassWriter writer = new ClassWriter(reader, 0);
    boolean topmost = models.persistentSuperclass(model) == null;
    ClassVisitor members = new PersistentClass(writer, model, topmost);
    reader.accept(new PersistentCode(members, model), ClassReader.EXPAND_FRAMES);
    return writer.toByteArray();
  }

  private Optional<byte[]> redirect(ClassReader reader) {
    ClassWriter writer = new ClassWriter(reader, 0);
    ForeignCode code = new ForeignCode(writer);
    reader.accept(code, 0);
    return code.changed ? Optional.of(writer.toByteArray()) : Optional.empty();
  }

  /** The methods of a persistent class. */
  private final class PersistentCode extends ClassVisitor {
    private final ClassModel model;

    PersistentCode(ClassVisitor next, ClassModel model) {
      super(Opcodes.ASM9, next);
      this.model = model;
    }

    @Override
    public MethodVisitor visitMethod(
        int access,
        String name,
        String desc,
        @Nullable String signature,
        String @Nullable [] exceptions) {
      MethodVisitor method = super.visitMethod(access, name, desc, signature, exceptions);
      MethodVisitor next = new CloneRule(method, model.name());
      return name.equals("<init>")
          ? new ConstructorRule(next, models)
          : new FieldAccessRule(next, models, () -> {});
    }
  }

  /** The methods of any other class. */
  private final class ForeignCode extends ClassVisitor {
    private boolean changed;

    ForeignCode(ClassVisitor next) {
      super(Opcodes.ASM9, next);
    }

    @Override
    public MethodVisitor visitMethod(
        int access,
        String name,
        String desc,
        @Nullable String signature,
        String @Nullable [] exceptions) {
      MethodVisitor next = super.visitMethod(access, name, desc, signature, exceptions);
      return new FieldAccessRule(next, models, () -> changed = true);
    }
  }
}
