package dev.basalt.agent;

import java.util.ArrayList;
import java.util.List;
import net.bytebuddy.jar.asm.AnnotationVisitor;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.FieldVisitor;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import org.jspecify.annotations.Nullable;

/**
 * What the agent needs to know of a class, read from its class file.
 *
 * @param version of the class file, without the mark of preview features
 * @param name with slashes, as all names here
 * @param access its flags
 * @param superName the superclass, or {@code null} for {@code Object}
 * @param interfaces what it implements or, an interface, extends
 * @param isAnnotated whether it is marked as persistent itself
 * @param fields the fields that it declares
 * @param noArgConstructorAccess the flags of its constructor without parameters, or {@link
 *     #NO_CONSTRUCTOR}
 * @param isRewritten whether it has the agent's constructor already
 */
record ClassModel(
    int version,
    String name,
    int access,
    @Nullable String superName,
    List<String> interfaces,
    boolean isAnnotated,
    List<FieldModel> fields,
    int noArgConstructorAccess,
    boolean isRewritten) {

  /** The access flags of a constructor that does not exist. */
  static final int NO_CONSTRUCTOR = -1;

  /** Where a class file has its version. */
  private static final int MAJOR_VERSION = 6;

  /** All but the annotation and the members: enough for a class that is not persistent. */
  static ClassModel outline(ClassReader reader) {
    return of(reader, new Visitor());
  }

  static ClassModel read(ClassReader reader) {
    Visitor visitor = new Visitor();
    reader.accept(
        visitor, ClassReader.SKIP_CODE | ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
    return of(reader, visitor);
  }

  private static ClassModel of(ClassReader reader, Visitor visitor) {
    return new ClassModel(
        reader.readUnsignedShort(MAJOR_VERSION),
        reader.getClassName(),
        reader.getAccess(),
        reader.getSuperName(),
        List.of(reader.getInterfaces()),
        visitor.isAnnotated,
        List.copyOf(visitor.fields),
        visitor.noArgConstructorAccess,
        visitor.isRewritten);
  }

  private static final class Visitor extends ClassVisitor {
    private final List<FieldModel> fields = new ArrayList<>();
    private boolean isAnnotated;
    private boolean isRewritten;
    private int noArgConstructorAccess = NO_CONSTRUCTOR;

    Visitor() {
      super(Opcodes.ASM9);
    }

    @Override
    public @Nullable AnnotationVisitor visitAnnotation(String desc, boolean visible) {
      isAnnotated |= desc.equals(Names.PERSISTENT);
      return null;
    }

    @Override
    public @Nullable FieldVisitor visitField(
        int access, String name, String desc, @Nullable String signature, @Nullable Object value) {
      fields.add(new FieldModel(access, name, desc));
      return null;
    }

    @Override
    public @Nullable MethodVisitor visitMethod(
        int access,
        String name,
        String desc,
        @Nullable String signature,
        String @Nullable [] exceptions) {
      if (name.equals("<init>") && desc.equals("()V")) {
        noArgConstructorAccess = access;
      }
      isRewritten |= name.equals("<init>") && desc.equals(Names.CONSTRUCTOR_DESC);
      return null;
    }
  }

  boolean is(int flag) {
    return (access & flag) != 0;
  }

  List<FieldModel> storedFields() {
    return fields.stream().filter(FieldModel::isStored).toList();
  }

  /** The package, with slashes. */
  String packageName() {
    return name.substring(0, Math.max(0, name.lastIndexOf('/')));
  }
}
