package dev.basalt.agent;

import java.util.Arrays;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.FieldVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import org.jspecify.annotations.Nullable;

/**
 * Rewrites the declaration of a persistent class: it implements the runtime's interface, its stored
 * fields lose {@code final} (accessors must be able to set them) and become private (code that was
 * not rewritten gets an {@link IllegalAccessError}, not the empty field of a handle), and members
 * are added at the end.
 */
final class PersistentClass extends ClassVisitor {
  /** The first class file version that has constant-dynamic. */
  private static final int VERSION_MIN = Opcodes.V11;

  private final ClassModel model;
  private final ClassModels models;
  private final boolean isTopmost;

  PersistentClass(ClassVisitor next, ClassModel model, ClassModels models) {
    super(Opcodes.ASM9, next);
    this.model = model;
    this.models = models;
    this.isTopmost = models.persistentSuperclass(model) == null;
  }

  @Override
  public void visit(
      int version,
      int access,
      String name,
      @Nullable String signature,
      @Nullable String superName,
      String[] interfaces) {
    String[] implemented = interfaces;
    String generic = signature;
    if (isTopmost) {
      implemented = Arrays.copyOf(interfaces, interfaces.length + 1);
      implemented[interfaces.length] = Names.PERSISTENT_OBJECT;
      generic = signature == null ? null : signature + "L" + Names.PERSISTENT_OBJECT + ";";
    }
    super.visit(atLeast(version), access, name, generic, superName, implemented);
  }

  /** The upper half of a version is the mark of preview features. */
  static int atLeast(int version) {
    return (version & 0xFFFF) < VERSION_MIN ? VERSION_MIN : version;
  }

  @Override
  public FieldVisitor visitField(
      int access, String name, String desc, @Nullable String signature, @Nullable Object value) {
    boolean stored = new FieldModel(access, name, desc, false).isStored();
    return super.visitField(stored ? hidden(access) : access, name, desc, signature, value);
  }

  private static int hidden(int access) {
    int visible = Opcodes.ACC_PUBLIC | Opcodes.ACC_PROTECTED;
    return (access & ~(Opcodes.ACC_FINAL | visible)) | Opcodes.ACC_PRIVATE;
  }

  @Override
  public void visitEnd() {
    Accessors accessors = new Accessors(cv, model.name());
    model.storedFields().forEach(accessors::add);
    new PersistentMembers(cv, model, models).add();
    if (models.isSubtype(model, "java/io/Serializable")) {
      new SerialMembers(cv, model).add();
    }
    super.visitEnd();
  }
}
