package dev.basalt.agent;

import java.util.function.Consumer;
import net.bytebuddy.jar.asm.AnnotationVisitor;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import org.jspecify.annotations.Nullable;

/** Reads the annotations of a method and hands over its model. */
final class MethodReader extends MethodVisitor {
  private final int access;
  private final String name;
  private final String desc;
  private final Consumer<MethodModel> target;
  private MethodModel.Transaction transaction = MethodModel.Transaction.NONE;
  private boolean isOnHandle;

  MethodReader(int access, String name, String desc, Consumer<MethodModel> target) {
    super(Opcodes.ASM9);
    this.access = access;
    this.name = name;
    this.desc = desc;
    this.target = target;
  }

  @Override
  public @Nullable AnnotationVisitor visitAnnotation(String annotation, boolean visible) {
    isOnHandle |= annotation.equals(Names.ON_HANDLE);
    if (!annotation.equals(Names.TRANSACTIONAL)) {
      return null;
    }
    transaction = MethodModel.Transaction.UPDATE;
    return new AnnotationVisitor(Opcodes.ASM9) {
      @Override
      public void visit(String element, Object value) {
        if (element.equals("readOnly") && value.equals(true)) {
          transaction = MethodModel.Transaction.VIEW;
        }
      }
    };
  }

  @Override
  public void visitEnd() {
    target.accept(new MethodModel(access, name, desc, transaction, isOnHandle));
  }
}
