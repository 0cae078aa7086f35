package dev.basalt.agent;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import org.jspecify.annotations.Nullable;

/**
 * Settles whether the classes of a nest whose fields a class uses are {@linkplain Bases bases}.
 * Private fields are open to the nest, so a class of it that was rewritten before a base is known
 * would read its plain field, which in a handle is empty. Others meet an {@link
 * IllegalAccessError}.
 */
final class Nest {
  private static final int FIELD_REF = 9;

  private Nest() {}

  /** From now on it is certain which classes of the nest have accessors. */
  static void settle(ClassReader reader, ClassModels models) {
    List<String> owners = plainOwners(reader, models);
    if (owners.isEmpty()) {
      return;
    }
    for (String member : members(reader)) {
      models.find(member); // a persistent one makes its superclasses known
    }
    owners.forEach(models::settle);
  }

  /** Other classes of the nest, not persistent as far as is known, that own a field it uses. */
  private static List<String> plainOwners(ClassReader reader, ClassModels models) {
    List<String> owners = new ArrayList<>();
    char[] buffer = new char[reader.getMaxStringLength()];
    Set<Integer> seen = new HashSet<>(Set.of(reader.readUnsignedShort(reader.header + 2)));
    for (int i = 1; i < reader.getItemCount(); i++) {
      int item = reader.getItem(i);
      if (item == 0
          || reader.readByte(item - 1) != FIELD_REF
          || !seen.add(reader.readUnsignedShort(item))) {
        continue;
      }
      String owner = reader.readClass(item, buffer);
      ClassModel model = isNear(owner, reader.getClassName()) ? models.find(owner) : null;
      if (model != null && !models.isPersistent(model)) {
        owners.add(owner);
      }
    }
    return owners;
  }

  private static boolean isNear(String owner, String user) {
    return outermost(owner).equals(outermost(user));
  }

  private static String outermost(String name) {
    int end = name.indexOf('$');
    return end < 0 ? name : name.substring(0, end);
  }

  private static List<String> members(ClassReader reader) {
    List<String> members = new ArrayList<>();
    reader.accept(
        new ClassVisitor(Opcodes.ASM9) {
          @Override
          public void visitInnerClass(
              String name, @Nullable String outer, @Nullable String simpleName, int access) {
            if (isNear(name, reader.getClassName())) {
              members.add(name);
            }
          }
        },
        ClassReader.SKIP_CODE | ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
    return members;
  }
}
