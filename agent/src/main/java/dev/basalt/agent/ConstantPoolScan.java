package dev.basalt.agent;

import java.nio.charset.StandardCharsets;
import net.bytebuddy.jar.asm.ClassReader;

/**
 * A quick look at a class file's constants: does the class concern the agent at all? Nearly no
 * class does, so this decides what the agent costs.
 */
final class ConstantPoolScan {
  private static final int UTF8 = 1;
  private static final int FIELD_REF = 9;

  private static final byte[] PERSISTENT = Names.PERSISTENT.getBytes(StandardCharsets.US_ASCII);
  private static final byte[] CONSTRUCTOR_DESC =
      Names.CONSTRUCTOR_DESC.getBytes(StandardCharsets.US_ASCII);

  private ConstantPoolScan() {}

  /** Whether the class may be annotated, or have the agent's constructor already. */
  static boolean mayBePersistent(ClassReader reader) {
    for (int i = 1; i < reader.getItemCount(); i++) {
      int item = reader.getItem(i);
      if (item != 0 && reader.readByte(item - 1) == UTF8) {
        int length = reader.readUnsignedShort(item);
        if ((length == PERSISTENT.length && isAt(reader, item + 2, PERSISTENT))
            || (length == CONSTRUCTOR_DESC.length && isAt(reader, item + 2, CONSTRUCTOR_DESC))) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean isAt(ClassReader reader, int offset, byte[] expected) {
    for (int i = 0; i < expected.length; i++) {
      if (reader.readByte(offset + i) != expected[i]) {
        return false;
      }
    }
    return true;
  }

  /** Whether a class that has no stored fields itself refers to one of another class. */
  static boolean refersToStoredField(ClassReader reader, ClassModels models) {
    int ownClass = reader.readUnsignedShort(reader.header + 2);
    int lastOwner = ownClass;
    boolean lastMayHave = false;
    char[] buffer = new char[reader.getMaxStringLength()];
    for (int i = 1; i < reader.getItemCount(); i++) {
      int item = reader.getItem(i);
      if (item == 0 || reader.readByte(item - 1) != FIELD_REF) {
        continue;
      }
      int owner = reader.readUnsignedShort(item);
      if (owner != lastOwner && owner != ownClass) {
        lastOwner = owner;
        lastMayHave = models.mayHaveAccessors(reader.readClass(item, buffer));
      }
      if (owner == lastOwner && lastMayHave && isStored(reader, item, buffer, models)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isStored(
      ClassReader reader, int fieldRef, char[] buffer, ClassModels models) {
    int nameAndType = reader.getItem(reader.readUnsignedShort(fieldRef + 2));
    String owner = reader.readClass(fieldRef, buffer);
    String name = reader.readUTF8(nameAndType, buffer);
    String desc = reader.readUTF8(nameAndType + 2, buffer);
    return owner != null
        && name != null
        && desc != null
        && models.storedField(owner, name, desc) != null;
  }
}
