package dev.basalt.agent;

import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import org.jspecify.annotations.Nullable;

/**
 * Makes a class that cannot be rewritten say so when it is first used. (What a transformer throws
 * is swallowed by the JVM.)
 *
 * <pre>
 * before   static { ... }
 * after    static { throw new UnsupportedTypeException("all reasons"); }
 * </pre>
 */
final class RefusedClass extends ClassVisitor {
  private static final String INITIALISER = "<clinit>";
  private static final String KEPT_INITIALISER = Names.PREFIX + "clinit";

  /** A constant has at most 65535 bytes, and a character takes up to three. */
  private static final int LENGTH_MAX = 20_000;

  private final String message;

  RefusedClass(ClassVisitor next, String message) {
    super(Opcodes.ASM9, next);
    this.message =
        message.length() > LENGTH_MAX ? message.substring(0, LENGTH_MAX) + "..." : message;
  }

  @Override
  public MethodVisitor visitMethod(
      int access,
      String name,
      String desc,
      @Nullable String signature,
      String @Nullable [] exceptions) {
    if (name.equals(INITIALISER)) {
      int kept = Opcodes.ACC_PRIVATE | Opcodes.ACC_STATIC | Opcodes.ACC_SYNTHETIC;
      return super.visitMethod(kept, KEPT_INITIALISER, desc, signature, exceptions);
    }
    return super.visitMethod(access, name, desc, signature, exceptions);
  }

  @Override
  public void visitEnd() {
    MethodVisitor method = super.visitMethod(Opcodes.ACC_STATIC, INITIALISER, "()V", null, null);
    method.visitCode();
    method.visitTypeInsn(Opcodes.NEW, Names.UNSUPPORTED);
    method.visitInsn(Opcodes.DUP);
    method.visitLdcInsn(message);
    method.visitMethodInsn(
        Opcodes.INVOKESPECIAL, Names.UNSUPPORTED, "<init>", "(Ljava/lang/String;)V", false);
    method.visitInsn(Opcodes.ATHROW);
    method.visitMaxs(3, 0);
    method.visitEnd();
    super.visitEnd();
  }
}
