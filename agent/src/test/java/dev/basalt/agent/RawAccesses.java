package dev.basalt.agent;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.FieldInstruction;
import java.util.ArrayList;
import java.util.List;

/** Finds the instance field instructions that are left in a class. */
final class RawAccesses {
  private RawAccesses() {}

  /** As {@code method: getfield Owner.name}, except in what the agent added. */
  static List<String> of(byte[] classFile) {
    List<String> found = new ArrayList<>();
    ClassModel model = ClassFile.of().parse(classFile);
    for (MethodModel method : model.methods()) {
      if (!method.methodName().stringValue().startsWith("$basalt$")) {
        method
            .code()
            .ifPresent(
                code ->
                    code.forEach(
                        element -> {
                          if (element instanceof FieldInstruction field
                              && (field.opcode() == Opcode.GETFIELD
                                  || field.opcode() == Opcode.PUTFIELD)) {
                            found.add(
                                "%s: %s %s.%s"
                                    .formatted(
                                        method.methodName().stringValue(),
                                        field.opcode().name().toLowerCase(java.util.Locale.ROOT),
                                        field.owner().asInternalName().replaceAll(".*/", ""),
                                        field.name().stringValue()));
                          }
                        }));
      }
    }
    return found;
  }
}
