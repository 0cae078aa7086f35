package dev.basalt.agent;

import java.util.List;
import java.util.Optional;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import org.jspecify.annotations.Nullable;

/**
 * Rewrites one class: a persistent one gets its members, and in every class the accesses to stored
 * fields go to accessors. Does not load classes and keeps no state, so that it can run in an agent
 * or in a build. Thread-safe.
 */
final class ClassRewriter {
  private final ClassModels models;

  ClassRewriter(ClassModels models) {
    this.models = models;
  }

  /**
   * Rewrites a class.
   *
   * @param classFile its bytes
   * @return the new bytes, or empty if the class does not concern Basalt or is rewritten already
   */
  Optional<byte[]> rewrite(byte[] classFile) {
    ClassReader reader = new ClassReader(classFile);
    ClassModel model = ClassModel.read(reader);
    models.put(model);
    boolean rewritten =
        model.fields().stream().anyMatch(field -> field.name().startsWith(Names.PREFIX))
            || model.interfaces().contains(Names.PERSISTENT_OBJECT);
    boolean persistent = !rewritten && models.isPersistent(model) && !models.isHandWritten(model);
    if (!persistent && !ConstantPoolScan.refersToStoredField(reader, models)) {
      return Optional.empty();
    }
    ClassWriter writer = new ClassWriter(reader, 0);
    ClassVisitor target = writer;
    if (persistent) {
      List<String> reasons = new Refusals(models).of(model);
      if (!reasons.isEmpty()) {
        reader.accept(new RefusedClass(writer, String.join("; ", reasons)), 0);
        return Optional.of(writer.toByteArray());
      }
      target = new PersistentClass(writer, model, models.persistentSuperclass(model) == null);
    }
    reader.accept(new Accesses(target), ClassReader.EXPAND_FRAMES);
    return Optional.of(writer.toByteArray());
  }

  /** Sends the field accesses in all methods of a class to accessors. */
  private final class Accesses extends ClassVisitor {
    Accesses(ClassVisitor next) {
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
      return name.equals("<init>")
          ? new ConstructorRule(next, models)
          : new FieldAccessRule(next, models);
    }
  }
}
