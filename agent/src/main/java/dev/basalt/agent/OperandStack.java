package dev.basalt.agent;

import static net.bytebuddy.jar.asm.Opcodes.*;

import java.util.Arrays;
import java.util.BitSet;
import net.bytebuddy.jar.asm.Type;
import org.jspecify.annotations.Nullable;

/**
 * Follows one question through the beginning of a constructor: which words of the operand stack and
 * which variables hold the object under construction whose superclass constructor has not run yet?
 * Such an object can only be loaded, copied, kept in a variable, stored into (a field) and passed
 * to a constructor, so for all other instructions it is enough to know by how much the stack grows.
 */
final class OperandStack {
  private boolean[] words = new boolean[16];
  private int size;
  private final BitSet variables = new BitSet();

  /** Makes the state at the start of a constructor. */
  OperandStack() {
    variables.set(0);
  }

  /** Whether the word at a depth (0 is the top) is the object under construction. */
  boolean isThis(int depth) {
    int at = size - 1 - depth;
    return at >= 0 && words[at];
  }

  void push(boolean isThis) {
    if (size == words.length) {
      words = Arrays.copyOf(words, size * 2);
    }
    words[size++] = isThis;
  }

  void change(int delta) {
    for (int i = 0; i < delta; i++) {
      push(false);
    }
    if (delta < 0) {
      size = Math.max(0, size + delta);
    }
  }

  private boolean pop() {
    return size > 0 && words[--size];
  }

  void load(int variable) {
    push(variables.get(variable));
  }

  void store(int variable) {
    variables.set(variable, pop());
  }

  /** Takes over what a frame describes; returns whether the object is still under construction. */
  boolean set(
      int localCount, @Nullable Object[] locals, int stackCount, @Nullable Object[] entries) {
    variables.clear();
    int variable = 0;
    for (int i = 0; i < localCount; i++) {
      variables.set(variable, UNINITIALIZED_THIS.equals(locals[i]));
      variable += words(locals[i]);
    }
    size = 0;
    for (int i = 0; i < stackCount; i++) {
      push(UNINITIALIZED_THIS.equals(entries[i]));
      change(words(entries[i]) - 1);
    }
    return !variables.isEmpty();
  }

  private static int words(@Nullable Object entry) {
    return LONG.equals(entry) || DOUBLE.equals(entry) ? 2 : 1;
  }

  void instruction(int opcode) {
    switch (opcode) {
      case DUP -> copy(1, 0);
      case DUP_X1 -> copy(1, 1);
      case DUP_X2 -> copy(1, 2);
      case DUP2 -> copy(2, 0);
      case DUP2_X1 -> copy(2, 1);
      case DUP2_X2 -> copy(2, 2);
      case SWAP -> {
        boolean top = pop();
        boolean below = pop();
        push(top);
        push(below);
      }
      default -> change(delta(opcode));
    }
  }

  /** Copies the top words and puts the copy below as many words more. */
  private void copy(int count, int below) {
    boolean[] top = new boolean[count + below];
    for (int i = top.length - 1; i >= 0; i--) {
      top[i] = pop();
    }
    for (int i = 0; i < count; i++) {
      push(top[below + i]);
    }
    for (boolean word : top) {
      push(word);
    }
  }

  void field(int opcode, String desc) {
    int size = Type.getType(desc).getSize();
    change(
        switch (opcode) {
          case GETSTATIC -> size;
          case PUTSTATIC -> -size;
          case GETFIELD -> size - 1;
          default -> -size - 1;
        });
  }

  void invocation(int opcode, String desc) {
    int sizes = Type.getArgumentsAndReturnSizes(desc);
    boolean noReceiver = opcode == INVOKESTATIC || opcode == INVOKEDYNAMIC;
    change(-(sizes >> 2) + (noReceiver ? 1 : 0));
    change(sizes & 3);
  }

  /** By how many words an instruction without a type of its own makes the stack grow. */
  private static int delta(int opcode) {
    return switch (opcode) {
      case LCONST_0, LCONST_1, DCONST_0, DCONST_1, LLOAD, DLOAD -> 2;
      case ACONST_NULL,
          ICONST_M1,
          ICONST_0,
          ICONST_1,
          ICONST_2,
          ICONST_3,
          ICONST_4,
          ICONST_5,
          FCONST_0,
          FCONST_1,
          FCONST_2,
          BIPUSH,
          SIPUSH,
          ILOAD,
          FLOAD,
          ALOAD,
          I2L,
          I2D,
          F2L,
          F2D,
          NEW ->
          1;
      case LASTORE, DASTORE -> -4;
      case IASTORE, FASTORE, AASTORE, BASTORE, CASTORE, SASTORE, LCMP, DCMPL, DCMPG -> -3;
      case LSTORE,
          DSTORE,
          POP2,
          LADD,
          DADD,
          LSUB,
          DSUB,
          LMUL,
          DMUL,
          LDIV,
          DDIV,
          LREM,
          DREM,
          LAND,
          LOR,
          LXOR,
          IF_ICMPEQ,
          IF_ICMPNE,
          IF_ICMPLT,
          IF_ICMPGE,
          IF_ICMPGT,
          IF_ICMPLE,
          IF_ACMPEQ,
          IF_ACMPNE ->
          -2;
      case IALOAD,
          FALOAD,
          AALOAD,
          BALOAD,
          CALOAD,
          SALOAD,
          ISTORE,
          FSTORE,
          ASTORE,
          POP,
          IADD,
          FADD,
          ISUB,
          FSUB,
          IMUL,
          FMUL,
          IDIV,
          FDIV,
          IREM,
          FREM,
          ISHL,
          LSHL,
          ISHR,
          LSHR,
          IUSHR,
          LUSHR,
          IAND,
          IOR,
          IXOR,
          L2I,
          L2F,
          D2I,
          D2F,
          FCMPL,
          FCMPG,
          IFEQ,
          IFNE,
          IFLT,
          IFGE,
          IFGT,
          IFLE,
          IFNULL,
          IFNONNULL,
          TABLESWITCH,
          LOOKUPSWITCH,
          MONITORENTER,
          MONITOREXIT ->
          -1;
      default -> 0;
    };
  }
}
