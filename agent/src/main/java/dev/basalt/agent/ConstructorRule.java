package dev.basalt.agent;

import net.bytebuddy.jar.asm.ConstantDynamic;
import net.bytebuddy.jar.asm.Handle;
import net.bytebuddy.jar.asm.Label;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.jar.asm.Type;
import org.jspecify.annotations.Nullable;

/**
 * In a constructor, leaves the stores into the object itself that come before the superclass's
 * constructor as they are: the JVM allows no call with it yet, and it is certainly plain.
 *
 * <pre>
 * before   aload_0; lload_1; putfield Account.cents; aload_0; invokespecial Object.&lt;init&gt;; ...
 * after    the same, then as {@link FieldAccessRule}
 * </pre>
 */
final class ConstructorRule extends FieldAccessRule {
  private final MethodVisitor raw;
  private final OperandStack stack = new OperandStack();

  /** Whether the superclass's constructor may not have run yet. */
  private boolean early = true;

  ConstructorRule(MethodVisitor next, ClassModels models) {
    super(next, models, () -> {});
    this.raw = next;
  }

  @Override
  public void visitFieldInsn(int opcode, String owner, String name, String desc) {
    boolean intoThis =
        early && opcode == Opcodes.PUTFIELD && stack.isThis(Type.getType(desc).getSize());
    stack.field(opcode, desc);
    if (intoThis) {
      raw.visitFieldInsn(opcode, owner, name, desc);
    } else {
      super.visitFieldInsn(opcode, owner, name, desc);
    }
  }

  @Override
  public void visitMethodInsn(
      int opcode, String owner, String name, String desc, boolean isInterface) {
    if (early) {
      int argumentWords = (Type.getArgumentsAndReturnSizes(desc) >> 2) - 1;
      if (name.equals("<init>") && stack.isThis(argumentWords)) {
        early = false;
      }
      stack.invocation(opcode, desc);
    }
    super.visitMethodInsn(opcode, owner, name, desc, isInterface);
  }

  @Override
  public void visitFrame(
      int type,
      int localCount,
      @Nullable Object[] locals,
      int stackCount,
      @Nullable Object[] stackEntries) {
    early = stack.set(localCount, locals, stackCount, stackEntries);
    super.visitFrame(type, localCount, locals, stackCount, stackEntries);
  }

  @Override
  public void visitVarInsn(int opcode, int variable) {
    if (opcode == Opcodes.ALOAD) {
      stack.load(variable);
    } else if (opcode == Opcodes.ASTORE) {
      stack.store(variable);
    } else {
      stack.instruction(opcode);
    }
    super.visitVarInsn(opcode, variable);
  }

  @Override
  public void visitInsn(int opcode) {
    stack.instruction(opcode);
    super.visitInsn(opcode);
  }

  @Override
  public void visitIntInsn(int opcode, int operand) {
    stack.instruction(opcode);
    super.visitIntInsn(opcode, operand);
  }

  @Override
  public void visitTypeInsn(int opcode, String type) {
    stack.instruction(opcode);
    super.visitTypeInsn(opcode, type);
  }

  @Override
  public void visitJumpInsn(int opcode, Label label) {
    stack.instruction(opcode);
    super.visitJumpInsn(opcode, label);
  }

  @Override
  public void visitTableSwitchInsn(int min, int max, Label otherwise, Label... labels) {
    stack.instruction(Opcodes.TABLESWITCH);
    super.visitTableSwitchInsn(min, max, otherwise, labels);
  }

  @Override
  public void visitLookupSwitchInsn(Label otherwise, int[] keys, Label[] labels) {
    stack.instruction(Opcodes.LOOKUPSWITCH);
    super.visitLookupSwitchInsn(otherwise, keys, labels);
  }

  @Override
  public void visitLdcInsn(Object value) {
    boolean twoWords =
        value instanceof Long
            || value instanceof Double
            || (value instanceof ConstantDynamic dynamic && dynamic.getSize() == 2);
    stack.change(twoWords ? 2 : 1);
    super.visitLdcInsn(value);
  }

  @Override
  public void visitInvokeDynamicInsn(
      String name, String desc, Handle bootstrap, @Nullable Object... arguments) {
    stack.invocation(Opcodes.INVOKEDYNAMIC, desc);
    super.visitInvokeDynamicInsn(name, desc, bootstrap, arguments);
  }

  @Override
  public void visitMultiANewArrayInsn(String desc, int dimensions) {
    stack.change(1 - dimensions);
    super.visitMultiANewArrayInsn(desc, dimensions);
  }
}
