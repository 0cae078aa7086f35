package dev.basalt.agent;

import net.bytebuddy.jar.asm.ConstantDynamic;
import net.bytebuddy.jar.asm.Handle;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import org.jspecify.annotations.Nullable;

/**
 * A rule that replaces instructions; here it does the same to the method handles among a method's
 * constants: those of method references, lambdas and dynamic constants.
 */
abstract class HandleConstantRule extends MethodVisitor {
  HandleConstantRule(MethodVisitor next) {
    super(Opcodes.ASM9, next);
  }

  /** What takes the place of a handle; the handle itself if it does not concern the rule. */
  abstract Handle replacement(Handle handle);

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
    if (value instanceof Handle handle) {
      return replacement(handle);
    }
    return value instanceof ConstantDynamic dynamic ? dynamic(dynamic) : value;
  }

  private Object dynamic(ConstantDynamic dynamic) {
    Object[] arguments = new Object[dynamic.getBootstrapMethodArgumentCount()];
    for (int i = 0; i < arguments.length; i++) {
      arguments[i] = constant(dynamic.getBootstrapMethodArgument(i));
    }
    return new ConstantDynamic(
        dynamic.getName(), dynamic.getDescriptor(), dynamic.getBootstrapMethod(), arguments);
  }
}
