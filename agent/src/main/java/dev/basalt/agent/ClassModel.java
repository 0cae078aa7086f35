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
 * @param declaredAccess the flags that its declaration has if it is nested in another class
 * @param superName the superclass, or {@code null} for {@code Object}
 * @param interfaces what it implements or, an interface, extends
 * @param isAnnotated whether it is marked as persistent itself
 * @param withoutSuperclassState whether that mark accepts that inherited state is not stored
 * @param fields the fields that it declares
 * @param methods the methods that it declares, constructors included
 */
record ClassModel(
    int version,
    String name,
    int access,
    int declaredAccess,
    @Nullable String superName,
    List<String> interfaces,
    boolean isAnnotated,
    boolean withoutSuperclassState,
    List<FieldModel> fields,
    List<MethodModel> methods) {

  /** Where a class file has its version. */
  private static final int MAJOR_VERSION = 6;

  /** All but the annotation and the members: enough for a class that is not persistent. */
  static ClassModel outline(ClassReader reader) {
    return of(reader, new Visitor(reader));
  }

  static ClassModel read(ClassReader reader) {
    Visitor visitor = new Visitor(reader);
    reader.accept(
        visitor, ClassReader.SKIP_CODE | ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
    return of(reader, visitor);
  }

  private static ClassModel of(ClassReader reader, Visitor visitor) {
    return new ClassModel(
        reader.readUnsignedShort(MAJOR_VERSION),
        reader.getClassName(),
        reader.getAccess(),
        visitor.declaredAccess,
        reader.getSuperName(),
        List.of(reader.getInterfaces()),
        visitor.isAnnotated,
        visitor.withoutSuperclassState,
        List.copyOf(visitor.fields),
        List.copyOf(visitor.methods));
  }

  private static final class Visitor extends ClassVisitor {
    private final List<FieldModel> fields = new ArrayList<>();
    private final List<MethodModel> methods = new ArrayList<>();
    private final String name;
    private int declaredAccess;
    private boolean isAnnotated;
    private boolean withoutSuperclassState;

    Visitor(ClassReader reader) {
      super(Opcodes.ASM9);
      this.name = reader.getClassName();
      this.declaredAccess = reader.getAccess();
    }

    @Override
    public void visitInnerClass(
        String inner, @Nullable String outer, @Nullable String simpleName, int access) {
      if (inner.equals(name)) {
        declaredAccess = access;
      }
    }

    @Override
    public @Nullable AnnotationVisitor visitAnnotation(String desc, boolean visible) {
      if (!desc.equals(Names.PERSISTENT)) {
        return null;
      }
      isAnnotated = true;
      return new AnnotationVisitor(Opcodes.ASM9) {
        @Override
        public void visit(String name, Object value) {
          withoutSuperclassState |=
              name.equals(Names.WITHOUT_SUPERCLASS_STATE) && value.equals(true);
        }
      };
    }

    @Override
    public FieldVisitor visitField(
        int access, String name, String desc, @Nullable String signature, @Nullable Object value) {
      return new FieldVisitor(Opcodes.ASM9) {
        private boolean isWeak;

        @Override
        public @Nullable AnnotationVisitor visitAnnotation(String type, boolean visible) {
          isWeak |= type.equals(Names.WEAK);
          return null;
        }

        @Override
        public void visitEnd() {
          fields.add(new FieldModel(access, name, desc, isWeak));
        }
      };
    }

    @Override
    public MethodVisitor visitMethod(
        int access,
        String name,
        String desc,
        @Nullable String signature,
        String @Nullable [] exceptions) {
      return new MethodReader(access, name, desc, methods::add);
    }
  }

  /** Whether it belongs to what rewritten code calls, which must not call itself. */
  boolean isPartOfTheBridge() {
    return name.startsWith(Names.BRIDGE_PACKAGE);
  }

  boolean is(int flag) {
    return (access & flag) != 0;
  }

  @Nullable FieldModel field(String fieldName) {
    for (FieldModel field : fields) {
      if (field.name().equals(fieldName)) {
        return field;
      }
    }
    return null;
  }

  @Nullable MethodModel method(String methodName, String methodDesc) {
    for (MethodModel method : methods) {
      if (method.hasSignature(methodName, methodDesc)) {
        return method;
      }
    }
    return null;
  }

  /** Whether it has the agent's constructor already. */
  boolean isRewritten() {
    return method("<init>", Names.CONSTRUCTOR_DESC) != null;
  }

  /** The methods whose bodies are to run in a transaction and do not yet. */
  List<MethodModel> transactionalMethods() {
    List<MethodModel> found = new ArrayList<>();
    for (MethodModel method : methods) {
      if (method.isTransactional() && method(Names.body(method.name()), method.desc()) == null) {
        found.add(method);
      }
    }
    return found;
  }

  /** The method that sets up handles, or null. */
  @Nullable MethodModel onHandle() {
    return methods.stream().filter(MethodModel::isOnHandle).findFirst().orElse(null);
  }

  /**
   * Whether it serialises itself, so that even its transient fields are state, as in collections.
   */
  boolean writesItself() {
    return method("writeObject", "(Ljava/io/ObjectOutputStream;)V") != null;
  }

  List<FieldModel> storedFields() {
    return fields.stream().filter(FieldModel::isStored).toList();
  }

  /** The package, with slashes. */
  String packageName() {
    return name.substring(0, Math.max(0, name.lastIndexOf('/')));
  }
}
