package dev.basalt.agent;

import static net.bytebuddy.jar.asm.Opcodes.*;

import java.util.function.Consumer;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.MethodVisitor;

/** Makes classes that no Java compiler would. */
final class TestClasses {
  private TestClasses() {}

  /** A persistent class with a public constructor, of this JDK's version. */
  static byte[] persistent(String name, Consumer<ClassWriter> members) {
    return persistent(V25, name, members);
  }

  static byte[] persistent(int version, String name, Consumer<ClassWriter> members) {
    return persistent(version, name, "java.lang.Object", members);
  }

  static byte[] persistent(
      int version, String name, String superName, Consumer<ClassWriter> members) {
    ClassWriter writer = new ClassWriter(0);
    writer.visit(
        version,
        ACC_PUBLIC | ACC_SUPER,
        name.replace('.', '/'),
        null,
        superName.replace('.', '/'),
        null);
    writer.visitAnnotation(Names.PERSISTENT, true).visitEnd();
    members.accept(writer);
    writer.visitEnd();
    return writer.toByteArray();
  }

  /** Adds a constructor without parameters that does nothing. */
  static void addConstructor(ClassWriter writer) {
    addConstructor(writer, "java/lang/Object");
  }

  static void addConstructor(ClassWriter writer, String superPath) {
    addMethod(
        writer,
        ACC_PUBLIC,
        "<init>",
        "()V",
        code -> {
          code.visitVarInsn(ALOAD, 0);
          code.visitMethodInsn(INVOKESPECIAL, superPath, "<init>", "()V", false);
          code.visitInsn(RETURN);
          code.visitMaxs(1, 1);
        });
  }

  static void addMethod(
      ClassWriter writer, int access, String name, String desc, Consumer<MethodVisitor> body) {
    MethodVisitor code = writer.visitMethod(access, name, desc, null, null);
    code.visitCode();
    body.accept(code);
    code.visitEnd();
  }
}
