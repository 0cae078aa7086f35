package dev.basalt.agent;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import org.jspecify.annotations.Nullable;

/**
 * Rewrites one class: a persistent one gets its members, and in every class the accesses to stored
 * fields go to accessors, reflection is guarded, and annotated methods become transactional. Does
 * not load classes, so that it can run in an agent or in a build. Thread-safe.
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
    this(source, refusals, name -> false, new Bases());
  }

  /** Makes one that knows of classes (names with slashes) that were loaded as they are. */
  ClassRewriter(
      ClassFileSource source, Consumer<String> refusals, Predicate<String> isLoaded, Bases bases) {
    this.models = new ClassModels(source, isLoaded, bases);
    this.refusals = refusals;
  }

  /**
   * Looks at a class that will be rewritten later: what is above a persistent class must be known
   * before it is rewritten itself. When classes are loaded that comes by itself, because a class is
   * loaded before its superclass is; who has all classes at hand looks at all of them first.
   *
   * @param classFile its bytes
   */
  public void look(byte[] classFile) {
    ClassReader reader = new ClassReader(classFile);
    models.add(reader, ConstantPoolScan.of(reader));
  }

  /**
   * Rewrites a class. A class that cannot be rewritten as its annotations demand becomes one that
   * throws the reasons when it is initialised.
   *
   * @param classFile its bytes
   * @return the new bytes, or empty if the class does not concern Basalt or is rewritten already
   */
  public Optional<byte[]> rewrite(byte[] classFile) {
    ClassReader reader = new ClassReader(classFile);
    ConstantPoolScan scan = ConstantPoolScan.of(reader);
    ClassModel model = models.add(reader, scan);
    if (model.isRewritten()) {
      return Optional.empty();
    }
    Nest.settle(reader, models);
    boolean persistent = models.isDefinedPersistent(model) && !models.wasLoaded(model);
    List<String> reasons = new ArrayList<>(MethodRefusals.of(model, persistent));
    if (persistent) {
      reasons.addAll(new Refusals(models).of(model));
    }
    if (!reasons.isEmpty()) {
      return Optional.of(refuse(reader, String.join("; ", reasons)));
    }
    if (persistent && models.hasAccessors(model)) {
      return Optional.of(enhance(reader, model));
    }
    boolean transactional = !model.transactionalMethods().isEmpty();
    boolean reflects = scan.mayReflect() && !model.isPartOfTheBridge() && models.knowsTheRuntime();
    if (transactional || reflects) {
      return redirect(reader, model, transactional, reflects, method -> true);
    }
    BitSet stored = ConstantPoolScan.storedFields(reader, classFile, model, models);
    return stored.isEmpty()
        ? Optional.empty()
        : redirect(reader, model, false, false, methods(reader, classFile, stored));
  }

  /** Which methods are to be rewritten. A method handle among the constants may be of any. */
  private static IntPredicate methods(ClassReader reader, byte[] classFile, BitSet stored) {
    return InstanceFieldUses.hasFieldHandles(reader)
        ? method -> true
        : MethodsInFile.using(reader, classFile, stored)::get;
  }

  private byte[] refuse(ClassReader reader, String message) {
    refusals.accept(message);
    ClassWriter writer = new ClassWriter(reader, 0);
    reader.accept(new RefusedClass(writer, message), 0);
    return writer.toByteArray();
  }

  private byte[] enhance(ClassReader reader, ClassModel model) {
    ClassWriter writer = new ClassWriter(reader, 0);
    ClassVisitor code = new PersistentCode(new PersistentClass(writer, model, models), model);
    reader.accept(new TransactionalMethods(code, model), ClassReader.EXPAND_FRAMES);
    return writer.toByteArray();
  }

  private Optional<byte[]> redirect(
      ClassReader reader,
      ClassModel model,
      boolean transactional,
      boolean reflects,
      IntPredicate methods) {
    ClassWriter writer = new ClassWriter(reader, 0);
    ForeignCode code = new ForeignCode(writer, model, reflects, methods);
    reader.accept(transactional ? new TransactionalMethods(code, model) : code, 0);
    return transactional || code.changed() ? Optional.of(writer.toByteArray()) : Optional.empty();
  }

  /** The methods of a persistent class. */
  private final class PersistentCode extends ClassVisitor {
    private final ClassModel model;
    private final ReflectionMethods reflection;

    PersistentCode(ClassVisitor next, ClassModel model) {
      super(Opcodes.ASM9, next);
      this.model = model;
      this.reflection = new ReflectionMethods(model);
    }

    @Override
    public MethodVisitor visitMethod(
        int access,
        String name,
        String desc,
        @Nullable String signature,
        String @Nullable [] exceptions) {
      MethodVisitor method = super.visitMethod(access, name, desc, signature, exceptions);
      MethodVisitor late = new LateFieldRule(method, models, model, () -> {});
      MethodVisitor next = new ReflectionRule(new CloneRule(late, model.name()), reflection);
      if (name.equals("<init>")) {
        return new ConstructorRule(next, models);
      }
      MethodVisitor rule = new FieldAccessRule(next, models, () -> {});
      boolean writes =
          name.equals(SerialMembers.WRITE_OBJECT) && desc.equals(SerialMembers.WRITE_OBJECT_DESC);
      return writes ? new SerialRule(rule, model.name()) : rule;
    }

    @Override
    public void visitEnd() {
      reflection.addTo(cv);
      super.visitEnd();
    }
  }

  /** The methods of any other class. */
  private final class ForeignCode extends ClassVisitor {
    private final ClassModel model;
    private final ReflectionMethods reflection;
    private final boolean reflects;
    private final IntPredicate methods;
    private int methodCount;
    private boolean fieldsChanged;

    ForeignCode(ClassVisitor next, ClassModel model, boolean reflects, IntPredicate methods) {
      super(Opcodes.ASM9, next);
      this.model = model;
      this.reflection = new ReflectionMethods(model);
      this.reflects = reflects;
      this.methods = methods;
    }

    boolean changed() {
      return fieldsChanged || reflection.changed();
    }

    @Override
    public MethodVisitor visitMethod(
        int access,
        String name,
        String desc,
        @Nullable String signature,
        String @Nullable [] exceptions) {
      MethodVisitor method = super.visitMethod(access, name, desc, signature, exceptions);
      if (!methods.test(methodCount++)) {
        return method;
      }
      MethodVisitor next = new LateFieldRule(method, models, model, () -> fieldsChanged = true);
      if (reflects && !name.startsWith(ReflectionMethods.PREFIX)) {
        next = new ReflectionRule(next, reflection);
      }
      return new FieldAccessRule(next, models, () -> fieldsChanged = true);
    }

    @Override
    public void visitEnd() {
      reflection.addTo(cv);
      super.visitEnd();
    }
  }
}
