package dev.basalt.agent;

import net.bytebuddy.jar.asm.ClassReader;

/** A quick look at a class file: does it concern the agent at all? */
final class ConstantPoolScan {
  private static final int FIELD_REF = 9;

  private ConstantPoolScan() {}

  /** Whether the class refers to a stored field of any class. */
  static boolean refersToStoredField(ClassReader reader, ClassModels models) {
    char[] buffer = new char[reader.getMaxStringLength()];
    for (int i = 1; i < reader.getItemCount(); i++) {
      int item = reader.getItem(i);
      if (item == 0 || reader.readByte(item - 1) != FIELD_REF) {
        continue;
      }
      String owner = reader.readClass(item, buffer);
      if (owner == null || ClassModels.isOfJdk(owner)) {
        continue;
      }
      int nameAndType = reader.getItem(reader.readUnsignedShort(item + 2));
      String name = reader.readUTF8(nameAndType, buffer);
      String desc = reader.readUTF8(nameAndType + 2, buffer);
      if (name != null && desc != null && models.storedField(owner, name, desc) != null) {
        return true;
      }
    }
    return false;
  }
}
