package dev.basalt.agent;

import static net.bytebuddy.jar.asm.Opcodes.*;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.MethodVisitor;
import org.junit.jupiter.api.Test;

/** Methods that use fields are found among others, behind interfaces, fields and attributes. */
class MethodsInFileTest {
  private int constant;

  private byte[] file(int constantsBefore) {
    ClassWriter writer = new ClassWriter(0);
    String[] interfaces = {"java/lang/Runnable", "java/io/Serializable"};
    writer.visit(V21, ACC_PUBLIC | ACC_ABSTRACT, "made/User", null, "java/lang/Object", interfaces);
    for (int i = 0; i < constantsBefore; i++) {
      writer.newConst(i);
    }
    constant = writer.newField("made/Owner", "f", "I");
    writer.visitField(ACC_STATIC | ACC_FINAL, "CONSTANT", "I", null, 17).visitEnd();
    writer
        .visitField(ACC_PRIVATE, "own", "Ljava/util/List;", "Ljava/util/List<*>;", null)
        .visitEnd();
    writer.visitMethod(ACC_PUBLIC | ACC_ABSTRACT, "run", "()V", null, null).visitEnd();
    method(writer, "reads", GETFIELD, "made/Owner");
    method(writer, "readsAnother", GETFIELD, "made/Other");
    method(writer, "writes", PUTFIELD, "made/Owner");
    method(writer, "readsNothing", NOP, "");
    writer.visitEnd();
    return writer.toByteArray();
  }

  private static void method(ClassWriter writer, String name, int opcode, String owner) {
    MethodVisitor code =
        writer.visitMethod(ACC_STATIC, name, "(L" + owner + ";)V", null, new String[] {"E"});
    code.visitCode();
    if (opcode != NOP) {
      code.visitVarInsn(ALOAD, 0);
      if (opcode == PUTFIELD) {
        code.visitInsn(ICONST_1);
      }
      code.visitFieldInsn(opcode, owner, "f", "I");
      if (opcode == GETFIELD) {
        code.visitInsn(POP);
      }
    }
    code.visitInsn(RETURN);
    code.visitMaxs(2, 1);
    code.visitEnd();
  }

  private BitSet find(byte[] file, int... constants) {
    BitSet wanted = new BitSet();
    for (int each : constants) {
      wanted.set(each);
    }
    return MethodsInFile.using(new ClassReader(file), file, wanted);
  }

  @Test
  void methodsThatUseAFieldAreFound() {
    for (int constantsBefore : new int[] {0, 300, 40_000}) {
      byte[] file = file(constantsBefore);
      assertThat(find(file, constant)).as("constant %d", constant).hasToString("{1, 3}");
      assertThat(find(file)).hasToString("{}");
    }
  }
}
