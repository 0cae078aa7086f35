package dev.basalt.agent;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import net.bytebuddy.jar.asm.Opcodes;

/**
 * The stream version that the JVM computes for a class which does not declare one: a hash of its
 * declaration (Java Object Serialization Specification, 4.6). What the agent adds would change it.
 */
final class SerialVersion {
  private static final int OF_CLASS =
      Opcodes.ACC_PUBLIC | Opcodes.ACC_FINAL | Opcodes.ACC_INTERFACE | Opcodes.ACC_ABSTRACT;
  private static final int VISIBILITY =
      Opcodes.ACC_PUBLIC | Opcodes.ACC_PRIVATE | Opcodes.ACC_PROTECTED;
  private static final int OF_FIELD =
      VISIBILITY
          | Opcodes.ACC_STATIC
          | Opcodes.ACC_FINAL
          | Opcodes.ACC_VOLATILE
          | Opcodes.ACC_TRANSIENT;
  private static final int OF_METHOD =
      VISIBILITY
          | Opcodes.ACC_STATIC
          | Opcodes.ACC_FINAL
          | Opcodes.ACC_SYNCHRONIZED
          | Opcodes.ACC_NATIVE
          | Opcodes.ACC_ABSTRACT
          | Opcodes.ACC_STRICT;

  private SerialVersion() {}

  static long of(ClassModel model) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      describe(model, new DataOutputStream(bytes));
      byte[] hash = MessageDigest.getInstance("SHA").digest(bytes.toByteArray());
      return ByteBuffer.wrap(hash).order(ByteOrder.LITTLE_ENDIAN).getLong();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void describe(ClassModel model, DataOutputStream out) throws IOException {
    out.writeUTF(Names.readableClass(model.name()));
    out.writeInt(model.declaredAccess() & OF_CLASS);
    for (String name : model.interfaces().stream().map(Names::readableClass).sorted().toList()) {
      out.writeUTF(name);
    }
    List<FieldModel> fields =
        model.fields().stream().sorted(Comparator.comparing(FieldModel::name)).toList();
    for (FieldModel field : fields) {
      boolean isPrivate = (field.access() & Opcodes.ACC_PRIVATE) != 0;
      if (!isPrivate || (field.access() & (Opcodes.ACC_STATIC | Opcodes.ACC_TRANSIENT)) == 0) {
        out.writeUTF(field.name());
        out.writeInt(field.access() & OF_FIELD);
        out.writeUTF(field.desc());
      }
    }
    if (model.method("<clinit>", "()V") != null) {
      write(out, "<clinit>", Opcodes.ACC_STATIC, "()V");
    }
    Comparator<MethodModel> order =
        Comparator.comparing(MethodModel::name).thenComparing(MethodModel::desc);
    Stream<MethodModel> constructors =
        model.methods().stream().filter(SerialVersion::isConstructor);
    Stream<MethodModel> others =
        model.methods().stream()
            .filter(method -> !isConstructor(method) && !method.name().equals("<clinit>"));
    for (MethodModel method :
        Stream.concat(constructors.sorted(order), others.sorted(order)).toList()) {
      if (!method.is(Opcodes.ACC_PRIVATE)) {
        write(out, method.name(), method.access() & OF_METHOD, Names.readableClass(method.desc()));
      }
    }
  }

  private static boolean isConstructor(MethodModel method) {
    return method.name().equals("<init>");
  }

  private static void write(DataOutputStream out, String name, int access, String desc)
      throws IOException {
    out.writeUTF(name);
    out.writeInt(access);
    out.writeUTF(desc);
  }
}
