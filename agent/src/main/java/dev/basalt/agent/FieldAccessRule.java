package dev.basalt.agent;

import net.bytebuddy.jar.asm.Handle;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;

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
class FieldAccessRule extends HandleConstantRule {
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
    super(next);
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

  /** A handle of a field becomes one of its accessor. */
  @Override
  Handle replacement(Handle handle) {
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
