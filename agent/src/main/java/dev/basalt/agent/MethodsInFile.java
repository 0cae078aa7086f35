package dev.basalt.agent;

import java.util.BitSet;
import net.bytebuddy.jar.asm.ClassReader;

/**
 * Which methods of a class file use certain field constants. The others are copied as they are,
 * which takes a fraction of the time in which their code is taken apart and put together again.
 *
 * <p>As in {@link InstanceFieldUses}, what looks like such an instruction counts as one.
 */
final class MethodsInFile {
  private static final int GET_FIELD = 0xb4;
  private static final int PUT_FIELD = 0xb5;

  private final ClassReader reader;
  private final byte[] classFile;

  /** Where the next part begins. */
  private int at;

  private MethodsInFile(ClassReader reader, byte[] classFile) {
    this.reader = reader;
    this.classFile = classFile;
    this.at = reader.header + 6; // access, this class, superclass
  }

  /**
   * Finds the methods.
   *
   * @param reader of the class file
   * @param classFile its bytes
   * @param constants the indexes of the field constants
   * @return their numbers, in the order of the file
   */
  static BitSet using(ClassReader reader, byte[] classFile, BitSet constants) {
    return new MethodsInFile(reader, classFile).find(constants);
  }

  private BitSet find(BitSet constants) {
    BitSet found = new BitSet();
    int interfaces = count();
    at += interfaces * Short.BYTES;
    for (int fields = count(); fields > 0; fields--) {
      skipMember();
    }
    int methods = count();
    for (int i = 0; i < methods; i++) {
      int start = at;
      skipMember();
      found.set(i, uses(start, at, constants));
    }
    return found;
  }

  private int count() {
    int count = reader.readUnsignedShort(at);
    at += Short.BYTES;
    return count;
  }

  private void skipMember() {
    at += 3 * Short.BYTES; // access, name, type
    for (int attributes = count(); attributes > 0; attributes--) {
      at += Short.BYTES; // name
      at += Integer.BYTES + reader.readInt(at);
    }
  }

  private boolean uses(int from, int to, BitSet constants) {
    for (int i = from; i < to - 2; i++) {
      int opcode = classFile[i] & 0xff;
      if ((opcode == GET_FIELD || opcode == PUT_FIELD)
          && constants.get(reader.readUnsignedShort(i + 1))) {
        return true;
      }
    }
    return false;
  }
}
