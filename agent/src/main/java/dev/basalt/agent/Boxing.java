package dev.basalt.agent;

import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.jar.asm.Type;

/** Turns primitives on the stack into objects and back. */
final class Boxing {
  private Boxing() {}

  static void box(MethodVisitor code, Type type) {
    String box = boxOf(type);
    if (!box.isEmpty()) {
      String desc = "(" + type.getDescriptor() + ")L" + box + ";";
      code.visitMethodInsn(Opcodes.INVOKESTATIC, box, "valueOf", desc, false);
    }
  }

  /** Turns an {@code Object} into a value of a type. */
  static void unbox(MethodVisitor code, Type type) {
    String box = boxOf(type);
    if (!box.isEmpty()) {
      code.visitTypeInsn(Opcodes.CHECKCAST, box);
      String desc = "()" + type.getDescriptor();
      String name = type.getClassName() + "Value";
      code.visitMethodInsn(Opcodes.INVOKEVIRTUAL, box, name, desc, false);
    } else if (!type.getInternalName().equals("java/lang/Object")) {
      code.visitTypeInsn(Opcodes.CHECKCAST, type.getInternalName());
    }
  }

  /** The class that boxes a primitive type, or an empty string for a reference type. */
  private static String boxOf(Type type) {
    return switch (type.getSort()) {
      case Type.BOOLEAN -> "java/lang/Boolean";
      case Type.BYTE -> "java/lang/Byte";
      case Type.CHAR -> "java/lang/Character";
      case Type.SHORT -> "java/lang/Short";
      case Type.INT -> "java/lang/Integer";
      case Type.LONG -> "java/lang/Long";
      case Type.FLOAT -> "java/lang/Float";
      case Type.DOUBLE -> "java/lang/Double";
      default -> "";
    };
  }
}
