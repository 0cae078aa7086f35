package dev.basalt.agent;

import static net.bytebuddy.jar.asm.Opcodes.*;

import java.util.List;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.Handle;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Type;
import org.jspecify.annotations.Nullable;

/**
 * Makes the {@code @Transactional} methods of any class run in a transaction. The body moves to a
 * method of its own, because an update that meets a conflict runs it again.
 *
 * <pre>
 * before   &#64;Transactional long transfer(Account to, long cents) { body }
 *
 * after    &#64;Transactional long transfer(Account to, long cents) {
 *            return (long) Bridge.transactional(
 *                this, false, "Bank.transfer", () -> $basalt$body$transfer(to, cents));
 *          }
 *          private long $basalt$body$transfer(Account to, long cents) { body }
 * </pre>
 *
 * <p>What belongs to the method as its callers know it (flags, annotations, generic signature,
 * {@code synchronized}) stays; what belongs to the code (lines, variables, handlers) moves.
 */
final class TransactionalMethods extends ClassVisitor {
  private static final Handle LAMBDAS =
      new Handle(
          H_INVOKESTATIC,
          "java/lang/invoke/LambdaMetafactory",
          "metafactory",
          "(Ljava/lang/invoke/MethodHandles$Lookup;Ljava/lang/String;Ljava/lang/invoke/MethodType;"
              + "Ljava/lang/invoke/MethodType;Ljava/lang/invoke/MethodHandle;"
              + "Ljava/lang/invoke/MethodType;)Ljava/lang/invoke/CallSite;",
          false);

  private final ClassModel model;
  private final List<MethodModel> transactional;

  TransactionalMethods(ClassVisitor next, ClassModel model) {
    super(ASM9, next);
    this.model = model;
    this.transactional = model.transactionalMethods();
  }

  @Override
  public void visit(
      int version,
      int access,
      String name,
      @Nullable String signature,
      @Nullable String superName,
      String[] interfaces) {
    super.visit(PersistentClass.atLeast(version), access, name, signature, superName, interfaces);
  }

  @Override
  public MethodVisitor visitMethod(
      int access,
      String name,
      String desc,
      @Nullable String signature,
      String @Nullable [] exceptions) {
    MethodVisitor method = super.visitMethod(access, name, desc, signature, exceptions);
    return transactional.stream()
        .filter(marked -> marked.hasSignature(name, desc))
        .findFirst()
        .<MethodVisitor>map(marked -> new Split(method, marked, exceptions))
        .orElse(method);
  }

  /** Takes what comes before the code to the method, and the code to its body. */
  private final class Split extends MethodVisitor {
    private final MethodModel method;
    private final String @Nullable [] exceptions;

    Split(MethodVisitor next, MethodModel method, String @Nullable [] exceptions) {
      super(ASM9, next);
      this.method = method;
      this.exceptions = exceptions;
    }

    @Override
    public void visitCode() {
      addCall(mv, method);
      int access = ACC_PRIVATE | ACC_SYNTHETIC | (method.access() & (ACC_STATIC | ACC_STRICT));
      mv = cv.visitMethod(access, Names.body(method.name()), method.desc(), null, exceptions);
      super.visitCode();
    }
  }

  private void addCall(MethodVisitor code, MethodModel method) {
    boolean isStatic = method.is(ACC_STATIC);
    Type result = Type.getReturnType(method.desc());
    boolean hasResult = result.getSort() != Type.VOID;
    String door = hasResult ? Names.BODY_WITH_RESULT : Names.BODY_WITHOUT_RESULT;

    code.visitCode();
    if (isStatic) {
      code.visitInsn(ACONST_NULL);
    } else {
      code.visitVarInsn(ALOAD, 0);
    }
    code.visitInsn(method.transaction() == MethodModel.Transaction.VIEW ? ICONST_1 : ICONST_0);
    code.visitLdcInsn(Names.readableClass(model.name()) + "." + method.name());
    int locals = loadArguments(code, method);
    addLambda(code, method, hasResult, door);
    code.visitMethodInsn(
        INVOKESTATIC,
        Names.BRIDGE,
        "transactional",
        "(Ljava/lang/Object;ZLjava/lang/String;L"
            + door
            + ";)"
            + (hasResult ? "Ljava/lang/Object;" : "V"),
        false);
    if (hasResult) {
      Boxing.unbox(code, result);
    }
    code.visitInsn(result.getOpcode(IRETURN));
    code.visitMaxs(3 + Math.max(locals, 2), locals);
    code.visitEnd();
  }

  /** Pushes the receiver and the arguments; returns how many words they are. */
  private static int loadArguments(MethodVisitor code, MethodModel method) {
    int variable = 0;
    if (!method.is(ACC_STATIC)) {
      code.visitVarInsn(ALOAD, variable++);
    }
    for (Type argument : Type.getArgumentTypes(method.desc())) {
      code.visitVarInsn(argument.getOpcode(ILOAD), variable);
      variable += argument.getSize();
    }
    return variable;
  }

  private void addLambda(MethodVisitor code, MethodModel method, boolean hasResult, String door) {
    boolean isStatic = method.is(ACC_STATIC);
    String arguments = method.desc().substring(1, method.desc().indexOf(')'));
    String captured = isStatic ? arguments : "L" + model.name() + ";" + arguments;
    Type erased = Type.getMethodType(hasResult ? "()Ljava/lang/Object;" : "()V");
    Handle body =
        new Handle(
            isStatic ? H_INVOKESTATIC : H_INVOKESPECIAL,
            model.name(),
            Names.body(method.name()),
            method.desc(),
            model.is(ACC_INTERFACE));
    code.visitInvokeDynamicInsn(
        "run", "(" + captured + ")L" + door + ";", LAMBDAS, erased, body, erased);
  }
}
