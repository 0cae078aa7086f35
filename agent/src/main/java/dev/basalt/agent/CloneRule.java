package dev.basalt.agent;

import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.jar.asm.Type;

/**
 * Makes the clone of a handle a plain object with the same field values. {@code Object.clone} would
 * copy the handle itself, and one persistent object would have two.
 *
 * <pre>
 * before   aload_0; invokespecial Object.clone ()Object
 * after    aload_0; invokespecial Object.clone ()Object; invokestatic Account.$basalt$cloned
 * </pre>
 */
final class CloneRule extends MethodVisitor {
  private final String owner;

  CloneRule(MethodVisitor next, String owner) {
    super(Opcodes.ASM9, next);
    this.owner = owner;
  }

  @Override
  public void visitMethodInsn(
      int opcode, String declaring, String name, String desc, boolean isInterface) {
    super.visitMethodInsn(opcode, declaring, name, desc, isInterface);
    if (opcode == Opcodes.INVOKESPECIAL && name.equals("clone") && desc.startsWith("()L")) {
      addCall(mv, owner, desc);
    }
  }

  /** Makes the clone on the stack plain; it keeps its type. */
  static void addCall(MethodVisitor code, String owner, String cloneDesc) {
    code.visitMethodInsn(Opcodes.INVOKESTATIC, owner, Names.CLONED, Names.CLONED_DESC, false);
    String type = Type.getReturnType(cloneDesc).getInternalName();
    if (!type.equals("java/lang/Object")) {
      code.visitTypeInsn(Opcodes.CHECKCAST, type);
    }
  }
}
