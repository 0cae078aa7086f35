package dev.basalt.agent;

import static net.bytebuddy.jar.asm.Opcodes.*;

import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.Label;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Type;

/**
 * Adds the accessors of a stored field. They may be used by whoever may use the field.
 *
 * <pre>
 * static long $basalt$get$cents(Account self) {
 *   ObjectSpace space = self.$basalt$space;
 *   if (space == null) return self.cents;                              // plain
 *   VarHandle.loadLoadFence();                  // the offset is read after the space
 *   return space.word(self, self.$basalt$offset, FIELD_OFFSET);        // the same if it is an int:
 * }                         // Bridge.toInt(space.word(..., FIELD_OFFSET), FIELD_OFFSET)
 *
 * static Account $basalt$get$next(Account self) {
 *   Account plain = self.next;                  // before the check: becoming a handle clears it
 *   VarHandle.loadLoadFence();
 *   ObjectSpace space = self.$basalt$space;
 *   if (space == null) return plain;
 *   VarHandle.loadLoadFence();
 *   return (Account) Bridge.getReference(self, space, self.$basalt$offset, FIELD_OFFSET);
 * }
 *
 * static void $basalt$set$cents(Account self, long value) {
 *   ObjectSpace space = self.$basalt$space;
 *   if (space == null) { self.cents = value; return; }
 *   VarHandle.loadLoadFence();
 *   Bridge.putLong(self, space, self.$basalt$offset, FIELD_OFFSET, value);
 * }
 * </pre>
 */
final class Accessors {
  private final ClassVisitor target;
  private final String owner;

  Accessors(ClassVisitor target, String owner) {
    this.target = target;
    this.owner = owner;
  }

  void add(FieldModel field) {
    addGetter(field);
    addSetter(field);
  }

  private void addGetter(FieldModel field) {
    Type type = Type.getType(field.desc());
    boolean reference = Names.isReference(field.desc());
    MethodVisitor code =
        start(field, Names.getter(field.name()), Names.getterDesc(owner, field.desc()));
    Label handle = new Label();
    int plain = 1;
    int space = reference ? 2 : 1;
    if (reference) {
      getField(code, field);
      code.visitVarInsn(ASTORE, plain);
      fence(code);
    }
    loadSpace(code, space);
    code.visitJumpInsn(IFNONNULL, handle);
    if (reference) {
      code.visitVarInsn(ALOAD, plain);
    } else {
      getField(code, field);
    }
    code.visitInsn(type.getOpcode(IRETURN));
    code.visitLabel(handle);
    if (reference) {
      Object[] locals = {owner, type.getInternalName(), Names.SPACE};
      code.visitFrame(F_NEW, 3, locals, 0, new Object[0]);
    } else {
      Object[] locals = {owner, Names.SPACE};
      code.visitFrame(F_NEW, 2, locals, 0, new Object[0]);
    }
    if (reference) {
      readReference(code, space, field);
    } else {
      readPrimitive(code, space, field);
    }
    code.visitInsn(type.getOpcode(IRETURN));
    code.visitMaxs(5, space + 1);
    code.visitEnd();
  }

  private void readReference(MethodVisitor code, int space, FieldModel field) {
    loadPlace(code, space, field);
    code.visitMethodInsn(
        INVOKESTATIC,
        Names.BRIDGE,
        "getReference",
        Names.PLACE_DESC + ")" + Names.valueDesc(field.desc()),
        false);
    if (!field.desc().equals("Ljava/lang/Object;")) {
      code.visitTypeInsn(CHECKCAST, Type.getType(field.desc()).getInternalName());
    }
  }

  private void readPrimitive(MethodVisitor code, int space, FieldModel field) {
    fence(code);
    code.visitVarInsn(ALOAD, space);
    code.visitVarInsn(ALOAD, 0);
    loadOffsets(code, field);
    code.visitMethodInsn(INVOKEVIRTUAL, Names.SPACE, "word", Names.WORD_DESC, false);
    switch (field.desc()) {
      case "J" -> {}
      case "D" ->
          code.visitMethodInsn(INVOKESTATIC, "java/lang/Double", "longBitsToDouble", "(J)D", false);
      default -> {
        code.visitLdcInsn(Names.fieldOffset(field.name()));
        code.visitMethodInsn(
            INVOKESTATIC,
            Names.BRIDGE,
            "to" + Names.kind(field.desc()),
            "(JI)" + field.desc(),
            false);
      }
    }
  }

  private void addSetter(FieldModel field) {
    Type type = Type.getType(field.desc());
    int space = 1 + type.getSize();
    MethodVisitor code =
        start(field, Names.setter(field.name()), Names.setterDesc(owner, field.desc()));
    Label handle = new Label();
    loadSpace(code, space);
    code.visitJumpInsn(IFNONNULL, handle);
    code.visitVarInsn(ALOAD, 0);
    code.visitVarInsn(type.getOpcode(ILOAD), 1);
    code.visitFieldInsn(PUTFIELD, owner, field.name(), field.desc());
    code.visitInsn(RETURN);
    code.visitLabel(handle);
    Object[] locals = {owner, frameType(type), Names.SPACE};
    code.visitFrame(F_NEW, 3, locals, 0, new Object[0]);
    loadPlace(code, space, field);
    code.visitVarInsn(type.getOpcode(ILOAD), 1);
    code.visitMethodInsn(
        INVOKESTATIC,
        Names.BRIDGE,
        "put" + Names.kind(field.desc()),
        Names.PLACE_DESC + Names.valueDesc(field.desc()) + ")V",
        false);
    code.visitInsn(RETURN);
    code.visitMaxs(5 + type.getSize(), space + 1);
    code.visitEnd();
  }

  private MethodVisitor start(FieldModel field, String name, String desc) {
    MethodVisitor code =
        target.visitMethod(field.visibility() | ACC_STATIC | ACC_SYNTHETIC, name, desc, null, null);
    code.visitCode();
    return code;
  }

  private void getField(MethodVisitor code, FieldModel field) {
    code.visitVarInsn(ALOAD, 0);
    code.visitFieldInsn(GETFIELD, owner, field.name(), field.desc());
  }

  /** Puts the space into a variable and onto the stack. */
  private void loadSpace(MethodVisitor code, int variable) {
    code.visitVarInsn(ALOAD, 0);
    code.visitFieldInsn(GETFIELD, owner, Names.SPACE_FIELD, Names.SPACE_DESC);
    code.visitInsn(DUP);
    code.visitVarInsn(ASTORE, variable);
  }

  private static void fence(MethodVisitor code) {
    code.visitMethodInsn(INVOKESTATIC, "java/lang/invoke/VarHandle", "loadLoadFence", "()V", false);
  }

  /** Pushes the object, its space and based pointer, and the field's place. */
  private void loadPlace(MethodVisitor code, int space, FieldModel field) {
    fence(code);
    code.visitVarInsn(ALOAD, 0);
    code.visitVarInsn(ALOAD, space);
    loadOffsets(code, field);
  }

  private void loadOffsets(MethodVisitor code, FieldModel field) {
    code.visitVarInsn(ALOAD, 0);
    code.visitFieldInsn(GETFIELD, owner, Names.OFFSET_FIELD, "J");
    code.visitLdcInsn(Names.fieldOffset(field.name()));
  }

  /** What a frame calls a value of a type. */
  static Object frameType(Type type) {
    return switch (type.getSort()) {
      case Type.LONG -> LONG;
      case Type.FLOAT -> FLOAT;
      case Type.DOUBLE -> DOUBLE;
      case Type.OBJECT, Type.ARRAY -> type.getInternalName();
      default -> INTEGER;
    };
  }
}
