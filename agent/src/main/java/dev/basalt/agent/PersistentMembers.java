package dev.basalt.agent;

import static net.bytebuddy.jar.asm.Opcodes.*;

import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.Label;
import net.bytebuddy.jar.asm.MethodVisitor;
import org.jspecify.annotations.Nullable;

/**
 * Adds what makes a class a {@code PersistentObject}.
 *
 * <pre>
 * class Account {                                    // the topmost persistent class of its hierarchy:
 *   protected transient ObjectSpace $basalt$space;   // null: plain
 *   protected transient long $basalt$offset;
 *   $basalt$space(), $basalt$offset(), $basalt$bind(space, offset)
 *                                                    // every persistent class:
 *   public Account(HandleMarker none) { super(none or nothing); }
 *   public void $basalt$store(FieldWriter writer) { super; writer.putLong(CENTS, this.cents); ... }
 *   public void $basalt$clear() { super; this.next = null; ... }
 *   public void $basalt$detach() { super; this.cents = the value in the pool; ... }
 *   private static Object $basalt$cloned(Object clone) {
 *     if (((Account) clone).$basalt$space != null) { clone.$basalt$detach(); unbind it }
 *     return clone;
 *   }
 *   public void $basalt$onHandle() { super; this.setUp(); }           // if setUp is @OnHandle
 *   public PersistentObject $basalt$handle(ObjectSpace space, long offset) {   // unless abstract
 *     Account handle = new Account((HandleMarker) null);
 *     handle.$basalt$bind(space, offset);
 *     return handle;
 *   }
 * }
 * </pre>
 */
final class PersistentMembers {
  private static final int ADDED = ACC_PUBLIC | ACC_SYNTHETIC;

  private final ClassVisitor target;
  private final ClassModel model;
  private final ClassModels models;
  private final String superName;
  private final boolean isTopmost;

  PersistentMembers(ClassVisitor target, ClassModel model, ClassModels models) {
    this.target = target;
    this.model = model;
    this.models = models;
    this.superName = model.superName() == null ? "java/lang/Object" : model.superName();
    this.isTopmost = models.persistentSuperclass(model) == null;
  }

  void add() {
    if (isTopmost) {
      addState();
      addBind();
    }
    addConstructor();
    addStore();
    addClear();
    addDetach();
    addCloned();
    addInheritedClone();
    addOnHandle();
    if (!model.is(ACC_ABSTRACT)) {
      addHandle();
    }
  }

  private void addState() {
    int access = ACC_PROTECTED | ACC_TRANSIENT | ACC_SYNTHETIC;
    target.visitField(access, Names.SPACE_FIELD, Names.SPACE_DESC, null, null).visitEnd();
    target.visitField(access, Names.OFFSET_FIELD, "J", null, null).visitEnd();

    MethodVisitor space = start("$basalt$space", "()" + Names.SPACE_DESC);
    space.visitVarInsn(ALOAD, 0);
    space.visitFieldInsn(GETFIELD, model.name(), Names.SPACE_FIELD, Names.SPACE_DESC);
    space.visitInsn(ARETURN);
    end(space, 1, 1);

    MethodVisitor offset = start("$basalt$offset", "()J");
    offset.visitVarInsn(ALOAD, 0);
    offset.visitFieldInsn(GETFIELD, model.name(), Names.OFFSET_FIELD, "J");
    offset.visitInsn(LRETURN);
    end(offset, 2, 1);
  }

  /**
   * Whoever sees the space sees its offset: it is written first, and stays when the space goes.
   *
   * <pre>
   * if (space != null) { this.$basalt$offset = offset; VarHandle.releaseFence(); }
   * this.$basalt$space = space;
   * </pre>
   */
  private void addBind() {
    MethodVisitor code = start("$basalt$bind", Names.BIND_DESC);
    Label unbind = new Label();
    code.visitVarInsn(ALOAD, 1);
    code.visitJumpInsn(IFNULL, unbind);
    code.visitVarInsn(ALOAD, 0);
    code.visitVarInsn(LLOAD, 2);
    code.visitFieldInsn(PUTFIELD, model.name(), Names.OFFSET_FIELD, "J");
    code.visitMethodInsn(INVOKESTATIC, "java/lang/invoke/VarHandle", "releaseFence", "()V", false);
    code.visitLabel(unbind);
    Object[] locals = {model.name(), Names.SPACE, LONG};
    code.visitFrame(F_NEW, 3, locals, 0, new Object[0]);
    code.visitVarInsn(ALOAD, 0);
    code.visitVarInsn(ALOAD, 1);
    code.visitFieldInsn(PUTFIELD, model.name(), Names.SPACE_FIELD, Names.SPACE_DESC);
    code.visitInsn(RETURN);
    end(code, 3, 4);
  }

  private void addConstructor() {
    MethodVisitor code = start("<init>", Names.CONSTRUCTOR_DESC);
    code.visitVarInsn(ALOAD, 0);
    if (isTopmost) {
      code.visitMethodInsn(INVOKESPECIAL, superName, "<init>", "()V", false);
    } else {
      code.visitVarInsn(ALOAD, 1);
      code.visitMethodInsn(INVOKESPECIAL, superName, "<init>", Names.CONSTRUCTOR_DESC, false);
    }
    code.visitInsn(RETURN);
    end(code, 2, 2);
  }

  private void addStore() {
    MethodVisitor code = start("$basalt$store", Names.STORE_DESC);
    if (!isTopmost) {
      code.visitVarInsn(ALOAD, 0);
      code.visitVarInsn(ALOAD, 1);
      code.visitMethodInsn(INVOKESPECIAL, superName, "$basalt$store", Names.STORE_DESC, false);
    }
    for (FieldModel field : model.storedFields()) {
      code.visitVarInsn(ALOAD, 1);
      code.visitLdcInsn(Names.fieldOffset(field.name()));
      code.visitVarInsn(ALOAD, 0);
      code.visitFieldInsn(GETFIELD, model.name(), field.name(), field.desc());
      code.visitMethodInsn(
          INVOKEINTERFACE,
          Names.WRITER,
          "put" + Names.kind(field.desc()),
          "(I" + Names.valueDesc(field.desc()) + ")V",
          true);
    }
    code.visitInsn(RETURN);
    end(code, 4, 2);
  }

  private void addClear() {
    MethodVisitor code = start("$basalt$clear", "()V");
    if (!isTopmost) {
      code.visitVarInsn(ALOAD, 0);
      code.visitMethodInsn(INVOKESPECIAL, superName, "$basalt$clear", "()V", false);
    }
    for (FieldModel field : model.storedFields()) {
      if (Names.isReference(field.desc())) {
        code.visitVarInsn(ALOAD, 0);
        code.visitInsn(ACONST_NULL);
        code.visitFieldInsn(PUTFIELD, model.name(), field.name(), field.desc());
      }
    }
    code.visitInsn(RETURN);
    end(code, 2, 1);
  }

  /** Copies the values in the pool to the plain fields. */
  private void addDetach() {
    MethodVisitor code = start("$basalt$detach", "()V");
    if (!isTopmost) {
      code.visitVarInsn(ALOAD, 0);
      code.visitMethodInsn(INVOKESPECIAL, superName, "$basalt$detach", "()V", false);
    }
    for (FieldModel field : model.storedFields()) {
      code.visitVarInsn(ALOAD, 0);
      code.visitInsn(DUP);
      code.visitMethodInsn(
          INVOKESTATIC,
          model.name(),
          Names.getter(field.name()),
          Names.getterDesc(model.name(), field.desc()),
          false);
      code.visitFieldInsn(PUTFIELD, model.name(), field.name(), field.desc());
    }
    code.visitInsn(RETURN);
    end(code, 3, 1);
  }

  /** See {@link CloneRule}. */
  private void addCloned() {
    MethodVisitor code =
        target.visitMethod(
            ACC_PRIVATE | ACC_STATIC | ACC_SYNTHETIC,
            Names.CLONED,
            Names.CLONED_DESC,
            null,
            noExceptions());
    code.visitCode();
    Label plain = new Label();
    code.visitVarInsn(ALOAD, 0);
    code.visitTypeInsn(CHECKCAST, model.name());
    code.visitVarInsn(ASTORE, 1);
    code.visitVarInsn(ALOAD, 1);
    code.visitFieldInsn(GETFIELD, model.name(), Names.SPACE_FIELD, Names.SPACE_DESC);
    code.visitJumpInsn(IFNULL, plain);
    code.visitVarInsn(ALOAD, 1);
    code.visitMethodInsn(INVOKEVIRTUAL, model.name(), "$basalt$detach", "()V", false);
    code.visitVarInsn(ALOAD, 1);
    code.visitInsn(ACONST_NULL);
    code.visitInsn(LCONST_0);
    code.visitMethodInsn(INVOKEVIRTUAL, model.name(), "$basalt$bind", Names.BIND_DESC, false);
    code.visitLabel(plain);
    Object[] locals = {"java/lang/Object", model.name()};
    code.visitFrame(F_NEW, 2, locals, 0, new Object[0]);
    code.visitVarInsn(ALOAD, 0);
    code.visitInsn(ARETURN);
    end(code, 4, 2);
  }

  /**
   * A clone method that a superclass brings along, and that was not rewritten, copies the handle.
   *
   * <pre>
   * protected Object clone() { return $basalt$cloned(super.clone()); }
   * </pre>
   */
  private void addInheritedClone() {
    MethodModel inherited = isTopmost ? models.inheritedClone(model) : null;
    if (inherited == null) {
      return;
    }
    MethodVisitor code =
        target.visitMethod(
            (inherited.access() & (ACC_PUBLIC | ACC_PROTECTED)) | ACC_SYNTHETIC,
            inherited.name(),
            inherited.desc(),
            null,
            noExceptions());
    code.visitCode();
    code.visitVarInsn(ALOAD, 0);
    code.visitMethodInsn(INVOKESPECIAL, superName, inherited.name(), inherited.desc(), false);
    CloneRule.addCall(code, model.name(), inherited.desc());
    code.visitInsn(ARETURN);
    end(code, 1, 1);
  }

  /** A method that overrides a superclass's own runs in its place, when that is called. */
  private void addOnHandle() {
    MethodModel method = model.onHandle();
    if (method == null || models.inheritsOnHandle(model, method)) {
      return;
    }
    MethodVisitor code = start(Names.ON_HANDLE_METHOD, "()V");
    if (!isTopmost) {
      code.visitVarInsn(ALOAD, 0);
      code.visitMethodInsn(INVOKESPECIAL, superName, Names.ON_HANDLE_METHOD, "()V", false);
    }
    code.visitVarInsn(ALOAD, 0);
    int call = method.is(ACC_PRIVATE) ? INVOKESPECIAL : INVOKEVIRTUAL;
    code.visitMethodInsn(call, model.name(), method.name(), method.desc(), false);
    code.visitInsn(RETURN);
    end(code, 1, 1);
  }

  private void addHandle() {
    MethodVisitor code = start("$basalt$handle", Names.HANDLE_DESC);
    code.visitTypeInsn(NEW, model.name());
    code.visitInsn(DUP);
    code.visitInsn(ACONST_NULL);
    code.visitMethodInsn(INVOKESPECIAL, model.name(), "<init>", Names.CONSTRUCTOR_DESC, false);
    code.visitInsn(DUP);
    code.visitVarInsn(ALOAD, 1);
    code.visitVarInsn(LLOAD, 2);
    code.visitMethodInsn(INVOKEVIRTUAL, model.name(), "$basalt$bind", Names.BIND_DESC, false);
    code.visitInsn(ARETURN);
    end(code, 5, 4);
  }

  private MethodVisitor start(String name, String desc) {
    MethodVisitor code = target.visitMethod(ADDED, name, desc, null, noExceptions());
    code.visitCode();
    return code;
  }

  private static String @Nullable [] noExceptions() {
    return null;
  }

  private static void end(MethodVisitor code, int stack, int locals) {
    code.visitMaxs(stack, locals);
    code.visitEnd();
  }
}
