package dev.basalt.agent;

import net.bytebuddy.jar.asm.Handle;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;

/**
 * Makes reflection on stored fields right, or refuses it, in any class: without this it would read
 * the empty Java fields of a handle.
 *
 * <pre>
 * before   invokevirtual Field.getLong (Object)J
 * after    invokestatic $basalt$reflect$getLong (Field, Object)J    // added to the same class
 *
 * before   invokevirtual MethodHandles$Lookup.findGetter (Class, String, Class)MethodHandle
 * after    invokestatic Reflection.findGetter (Lookup, Class, String, Class)MethodHandle
 * </pre>
 *
 * <p>See {@link ReflectionMethods} for the methods that are added.
 */
final class ReflectionRule extends HandleConstantRule {
  private final ReflectionMethods methods;

  ReflectionRule(MethodVisitor next, ReflectionMethods methods) {
    super(next);
    this.methods = methods;
  }

  @Override
  public void visitMethodInsn(
      int opcode, String owner, String name, String desc, boolean isInterface) {
    Handle instead =
        opcode == Opcodes.INVOKEVIRTUAL || opcode == Opcodes.INVOKESTATIC
            ? methods.insteadOf(owner, name, desc)
            : null;
    if (instead == null) {
      super.visitMethodInsn(opcode, owner, name, desc, isInterface);
    } else {
      super.visitMethodInsn(
          Opcodes.INVOKESTATIC,
          instead.getOwner(),
          instead.getName(),
          instead.getDesc(),
          instead.isInterface());
    }
  }

  @Override
  Handle replacement(Handle handle) {
    boolean call =
        handle.getTag() == Opcodes.H_INVOKEVIRTUAL || handle.getTag() == Opcodes.H_INVOKESTATIC;
    Handle instead =
        call ? methods.insteadOf(handle.getOwner(), handle.getName(), handle.getDesc()) : null;
    return instead == null ? handle : instead;
  }
}
