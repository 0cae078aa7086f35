package dev.basalt.agent;

import java.util.BitSet;
import net.bytebuddy.jar.asm.ClassReader;

/**
 * Which of a class file's field constants can be those of instance fields. Most field constants
 * that name another class are static fields of it, and the agent would have to read that class's
 * file to know so: that is several times as much work as all the rest.
 *
 * <p>An instance field is used by an instruction or by a method handle constant. Rather than to
 * take the code apart, every place in the file that looks like such an instruction counts as one:
 * an opcode followed by the constant's index. So there may be too many, but none is missing.
 */
final class InstanceFieldUses {
  private static final int METHOD_HANDLE = 15;
  private static final int REF_GET_FIELD = 1;
  private static final int REF_PUT_FIELD = 3;
  private static final int GET_FIELD = 0xb4;
  private static final int PUT_FIELD = 0xb5;

  private InstanceFieldUses() {}

  /**
   * Finds the constants that may be used so; some may be no field constants at all.
   *
   * @param reader of the class file
   * @param classFile its bytes
   * @return their indexes
   */
  static BitSet of(ClassReader reader, byte[] classFile) {
    int count = reader.getItemCount();
    BitSet found = new BitSet(count);
    for (int i = reader.header; i < classFile.length - 2; i++) {
      int opcode = classFile[i] & 0xff;
      if (opcode == GET_FIELD || opcode == PUT_FIELD) {
        int constant = ((classFile[i + 1] & 0xff) << 8) | (classFile[i + 2] & 0xff);
        if (constant < count) {
          found.set(constant);
        }
      }
    }
    for (int i = 1; i < count; i++) {
      if (isFieldHandle(reader, i)) {
        found.set(reader.readUnsignedShort(reader.getItem(i) + 1));
      }
    }
    return found;
  }

  private static boolean isFieldHandle(ClassReader reader, int constant) {
    int item = reader.getItem(constant);
    if (item == 0 || reader.readByte(item - 1) != METHOD_HANDLE) {
      return false;
    }
    int kind = reader.readByte(item);
    return kind == REF_GET_FIELD || kind == REF_PUT_FIELD;
  }

  /** Whether there are method handles of instance fields among the constants. */
  static boolean hasFieldHandles(ClassReader reader) {
    for (int i = 1; i < reader.getItemCount(); i++) {
      if (isFieldHandle(reader, i)) {
        return true;
      }
    }
    return false;
  }
}
