package dev.basalt.agent;

import net.bytebuddy.jar.asm.Opcodes;

/**
 * A method as its class file declares it.
 *
 * @param access its flags
 * @param name its name
 * @param desc its descriptor
 * @param transaction the kind of transaction that it asks for
 * @param isOnHandle whether it sets up handles
 */
record MethodModel(
    int access, String name, String desc, Transaction transaction, boolean isOnHandle) {
  /** What {@code @Transactional} says. */
  enum Transaction {
    NONE,
    VIEW,
    UPDATE
  }

  boolean is(int flag) {
    return (access & flag) != 0;
  }

  boolean hasSignature(String otherName, String otherDesc) {
    return name.equals(otherName) && desc.equals(otherDesc);
  }

  /** Compilers copy annotations to bridge methods, which call the method that is meant. */
  boolean isTransactional() {
    return transaction != Transaction.NONE && !is(Opcodes.ACC_BRIDGE);
  }
}
