package dev.basalt.agent;

import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;

/**
 * In a persistent class's own {@code writeObject} method, makes the stream take the stored values:
 * it would read the Java fields, which are empty in a handle.
 *
 * <pre>
 * before   aload_1; invokevirtual ObjectOutputStream.defaultWriteObject ()V
 * after    aload_1; aload_0; invokestatic Account.$basalt$writeFields (ObjectOutputStream, Account)V
 * </pre>
 */
final class SerialRule extends MethodVisitor {
  private final String owner;

  SerialRule(MethodVisitor next, String owner) {
    super(Opcodes.ASM9, next);
    this.owner = owner;
  }

  @Override
  public void visitMethodInsn(
      int opcode, String declaring, String name, String desc, boolean isInterface) {
    if (declaring.equals(SerialMembers.STREAM) && name.equals("defaultWriteObject")) {
      super.visitVarInsn(Opcodes.ALOAD, 0);
      super.visitMethodInsn(
          Opcodes.INVOKESTATIC,
          owner,
          SerialMembers.WRITE_FIELDS,
          SerialMembers.writeFieldsDesc(owner),
          false);
    } else {
      super.visitMethodInsn(opcode, declaring, name, desc, isInterface);
    }
  }

  @Override
  public void visitMaxs(int stack, int locals) {
    super.visitMaxs(stack + 1, locals);
  }
}
