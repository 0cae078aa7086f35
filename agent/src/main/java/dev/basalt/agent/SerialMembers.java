package dev.basalt.agent;

import static net.bytebuddy.jar.asm.Opcodes.*;

import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.Label;
import net.bytebuddy.jar.asm.MethodVisitor;

/**
 * Adds what makes Java serialisation of a handle write the stored values. The stream is the one
 * that the original class would have written, so either of the two can read it.
 *
 * <pre>
 * private static final long serialVersionUID = (that of the original class);   // unless declared
 *
 * private void writeObject(ObjectOutputStream out) {                           // unless declared
 *   $basalt$writeFields(out, this);
 * }
 *
 * private static void $basalt$writeFields(ObjectOutputStream out, Account self) {
 *   if (self.$basalt$space == null) { out.defaultWriteObject(); return; }
 *   ObjectOutputStream.PutField fields = out.putFields();
 *   fields.put("cents", $basalt$get$cents(self)); ...
 *   out.writeFields();
 * }
 * </pre>
 *
 * <p>A class that names its serial fields in {@code serialPersistentFields} must write them itself.
 */
final class SerialMembers {
  static final String STREAM = "java/io/ObjectOutputStream";
  static final String WRITE_OBJECT = "writeObject";
  static final String WRITE_OBJECT_DESC = "(L" + STREAM + ";)V";
  static final String WRITE_FIELDS = Names.PREFIX + "writeFields";

  private static final String PUT_FIELD = STREAM + "$PutField";
  private static final String REFUSED = "java/io/NotSerializableException";
  private static final String VERSION = "serialVersionUID";

  private final ClassVisitor target;
  private final ClassModel model;

  SerialMembers(ClassVisitor target, ClassModel model) {
    this.target = target;
    this.model = model;
  }

  static String writeFieldsDesc(String owner) {
    return "(L" + STREAM + ";L" + owner + ";)V";
  }

  void add() {
    if (model.field(VERSION) == null) {
      int access = ACC_PRIVATE | ACC_STATIC | ACC_FINAL | ACC_SYNTHETIC;
      target.visitField(access, VERSION, "J", null, SerialVersion.of(model)).visitEnd();
    }
    if (model.method(WRITE_OBJECT, WRITE_OBJECT_DESC) == null) {
      addWriteObject();
    }
    addWriteFields();
  }

  private void addWriteObject() {
    MethodVisitor code =
        target.visitMethod(
            ACC_PRIVATE | ACC_SYNTHETIC, WRITE_OBJECT, WRITE_OBJECT_DESC, null, null);
    code.visitCode();
    code.visitVarInsn(ALOAD, 1);
    code.visitVarInsn(ALOAD, 0);
    code.visitMethodInsn(
        INVOKESTATIC, model.name(), WRITE_FIELDS, writeFieldsDesc(model.name()), false);
    code.visitInsn(RETURN);
    code.visitMaxs(2, 2);
    code.visitEnd();
  }

  private void addWriteFields() {
    MethodVisitor code =
        target.visitMethod(
            ACC_PRIVATE | ACC_STATIC | ACC_SYNTHETIC,
            WRITE_FIELDS,
            writeFieldsDesc(model.name()),
            null,
            null);
    code.visitCode();
    Label handle = new Label();
    code.visitVarInsn(ALOAD, 1);
    code.visitFieldInsn(GETFIELD, model.name(), Names.SPACE_FIELD, Names.SPACE_DESC);
    code.visitJumpInsn(IFNONNULL, handle);
    code.visitVarInsn(ALOAD, 0);
    code.visitMethodInsn(INVOKEVIRTUAL, STREAM, "defaultWriteObject", "()V", false);
    code.visitInsn(RETURN);
    code.visitLabel(handle);
    Object[] locals = {STREAM, model.name()};
    code.visitFrame(F_NEW, 2, locals, 0, new Object[0]);
    if (model.field("serialPersistentFields") == null) {
      addFields(code);
    } else {
      addRefusal(code);
    }
    code.visitMaxs(4, 3);
    code.visitEnd();
  }

  private void addFields(MethodVisitor code) {
    code.visitVarInsn(ALOAD, 0);
    code.visitMethodInsn(INVOKEVIRTUAL, STREAM, "putFields", "()L" + PUT_FIELD + ";", false);
    code.visitVarInsn(ASTORE, 2);
    for (FieldModel field : model.storedFields()) {
      code.visitVarInsn(ALOAD, 2);
      code.visitLdcInsn(field.name());
      code.visitVarInsn(ALOAD, 1);
      code.visitMethodInsn(
          INVOKESTATIC,
          model.name(),
          Names.getter(field.name()),
          Names.getterDesc(model.name(), field.desc()),
          false);
      code.visitMethodInsn(
          INVOKEVIRTUAL,
          PUT_FIELD,
          "put",
          "(Ljava/lang/String;" + Names.valueDesc(field.desc()) + ")V",
          false);
    }
    code.visitVarInsn(ALOAD, 0);
    code.visitMethodInsn(INVOKEVIRTUAL, STREAM, "writeFields", "()V", false);
    code.visitInsn(RETURN);
  }

  private void addRefusal(MethodVisitor code) {
    code.visitTypeInsn(NEW, REFUSED);
    code.visitInsn(DUP);
    code.visitLdcInsn(
        Names.readableClass(model.name())
            + " lives in a pool and declares serialPersistentFields; write them in its writeObject"
            + " method with ObjectOutputStream.putFields");
    code.visitMethodInsn(INVOKESPECIAL, REFUSED, "<init>", "(Ljava/lang/String;)V", false);
    code.visitInsn(ATHROW);
  }
}
