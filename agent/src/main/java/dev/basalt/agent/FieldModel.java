package dev.basalt.agent;

import net.bytebuddy.jar.asm.Opcodes;

/** A field as its class file declares it. */
record FieldModel(int access, String name, String desc, boolean isWeak) {
  /** Whether the field's value is stored when its class is persistent. */
  boolean isStored() {
    return (access & (Opcodes.ACC_STATIC | Opcodes.ACC_TRANSIENT)) == 0
        && !name.startsWith(Names.PREFIX);
  }

  boolean isStatic() {
    return (access & Opcodes.ACC_STATIC) != 0;
  }

  /** The flags that decide who may use the field. */
  int visibility() {
    return access & (Opcodes.ACC_PUBLIC | Opcodes.ACC_PROTECTED | Opcodes.ACC_PRIVATE);
  }
}
