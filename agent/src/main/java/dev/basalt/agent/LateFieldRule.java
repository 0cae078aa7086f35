package dev.basalt.agent;

import net.bytebuddy.jar.asm.Handle;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;

/**
 * Leaves a field access to be decided when it first runs, if the field's class is not to be found
 * before it is loaded. So it is with loaders that keep their classes in memory and do not offer
 * their files.
 *
 * <pre>
 * before   getfield Account.cents : J
 * after    invokedynamic cents (LAccount;)J    // linked by LateFields.get
 * </pre>
 */
final class LateFieldRule extends MethodVisitor {
  private static final String LINK_DESC =
      "(Ljava/lang/invoke/MethodHandles$Lookup;Ljava/lang/String;Ljava/lang/invoke/MethodType;)"
          + "Ljava/lang/invoke/CallSite;";
  private static final Handle GET = link("get");
  private static final Handle SET = link("set");

  private final ClassModels models;
  private final ClassModel user;
  private final Runnable onChange;

  /**
   * Makes the rule for one method.
   *
   * @param next takes the rewritten code
   * @param models tells which classes are not to be found
   * @param user the class that has the method
   * @param onChange told of every change
   */
  LateFieldRule(MethodVisitor next, ClassModels models, ClassModel user, Runnable onChange) {
    super(Opcodes.ASM9, next);
    this.models = models;
    this.user = user;
    this.onChange = onChange;
  }

  private static Handle link(String name) {
    return new Handle(Opcodes.H_INVOKESTATIC, Names.LATE_FIELDS, name, LINK_DESC, false);
  }

  @Override
  public void visitFieldInsn(int opcode, String owner, String name, String desc) {
    boolean get = opcode == Opcodes.GETFIELD;
    if ((!get && opcode != Opcodes.PUTFIELD) || !models.isKnownLate(owner, user)) {
      super.visitFieldInsn(opcode, owner, name, desc);
      return;
    }
    onChange.run();
    if (get) {
      super.visitInvokeDynamicInsn(name, Names.getterDesc(owner, desc), GET);
    } else {
      super.visitInvokeDynamicInsn(name, Names.setterDesc(owner, desc), SET);
    }
  }
}
