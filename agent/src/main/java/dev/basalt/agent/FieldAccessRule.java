package dev.basalt.agent;

import net.bytebuddy.jar.asm.ConstantDynamic;
import net.bytebuddy.jar.asm.Handle;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import org.jspecify.annotations.Nullable;

/**
 * Sends the reads and writes of stored fields to their accessors, in any class.
 *
 * <pre>
 * before   getfield Account.cents : J
 * after    invokestatic Account.$basalt$get$cents (LAccount;)J
 * </pre>
 *
 * <p>The owner stays the one that the instruction names; a static method is looked up through its
 * superclasses just like a field, and its parameter tells hidden fields of one name apart.
 */
class FieldAccessRule extends MethodVisitor {
  private final ClassModels models;
  private final Runnable onChange;

  /**
   * Makes the rule for one method.
   *
   * @param next takes the rewritten code
   * @param models tells which fields are stored
   * @param onChange told of every change
   */
  FieldAccessRule(MethodVisitor next, ClassModels models, Runnable onChange) {
    super(Opcodes.ASM9, next);
    this.models = models;
    this.onChange = onChange;
  }

  @Override
  public void visitFieldInsn(int opcode, String owner, String name, String desc) {
    ClassModels.StoredField stored =
        opcode == Opcodes.GETFIELD || opcode == Opcodes.PUTFIELD
            ? models.storedField(owner, name, desc)
            : null;
    if (stored == null) {
      super.visitFieldInsn(opcode, owner, name, desc);
      return;
    }
    onChange.run();
    if (opcode == Opcodes.GETFIELD) {
      super.visitMethodInsn(
          Opcodes.INVOKESTATIC,
          owner,
          Names.getter(name),
          Names.getterDesc(stored.declaringClass(), desc),
          false);
    } else {
      super.visitMethodInsn(
          Opcodes.INVOKESTATIC,
          owner,
          Names.setter(name),
          Names.setterDesc(stored.declaringClass(), desc),
          false);
    }
  }

  /** A constant handle of a field becomes one of its accessor. */
  @Override
  public void visitLdcInsn(Object value) {
    super.visitLdcInsn(constant(value));
  }

  @Override
  public void visitInvokeDynamicInsn(
      String name, String desc, Handle bootstrap, @Nullable Object... arguments) {
    @Nullable Object[] rewritten = new Object[arguments.length];
    for (int i = 0; i < arguments.length; i++) {
      Object argument = arguments[i];
      rewritten[i] = argument == null ? null : constant(argument);
    }
    super.visitInvokeDynamicInsn(name, desc, bootstrap, rewritten);
  }

  private Object constant(Object value) {
    return switch (value) {
      case Handle handle -> handle(handle);
      case ConstantDynamic dynamic -> dynamic(dynamic);
      default -> value;
    };
  }

  private Object dynamic(ConstantDynamic dynamic) {
    Object[] arguments = new Object[dynamic.getBootstrapMethodArgumentCount()];
    for (int i = 0; i < arguments.length; i++) {
      arguments[i] = constant(dynamic.getBootstrapMethodArgument(i));
    }
    return new ConstantDynamic(
        dynamic.getName(), dynamic.getDescriptor(), dynamic.getBootstrapMethod(), arguments);
  }

  private Handle handle(Handle handle) {
    boolean get = handle.getTag() == Opcodes.H_GETFIELD;
    if (!get && handle.getTag() != Opcodes.H_PUTFIELD) {
      return handle;
    }
    ClassModels.StoredField stored =
        models.storedField(handle.getOwner(), handle.getName(), handle.getDesc());
    if (stored == null) {
      return handle;
    }
    onChange.run();
    return new Handle(
        Opcodes.H_INVOKESTATIC,
        handle.getOwner(),
        get ? Names.getter(handle.getName()) : Names.setter(handle.getName()),
        get
            ? Names.getterDesc(stored.declaringClass(), handle.getDesc())
            : Names.setterDesc(stored.declaringClass(), handle.getDesc()),
        false);
  }
}
