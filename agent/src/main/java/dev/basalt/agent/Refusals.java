package dev.basalt.agent;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.jar.asm.Type;
import org.jspecify.annotations.Nullable;

/** Finds every reason why a persistent class cannot be rewritten. */
final class Refusals {
  private static final Set<String> VALUE_TYPES =
      Set.of(
          "java/lang/String",
          "java/lang/Object",
          "java/lang/Boolean",
          "java/lang/Byte",
          "java/lang/Character",
          "java/lang/Short",
          "java/lang/Integer",
          "java/lang/Long",
          "java/lang/Float",
          "java/lang/Double");

  private final ClassModels models;

  Refusals(ClassModels models) {
    this.models = models;
  }

  /** The reasons, each with class, field, type and the way out; empty if there is none. */
  List<String> of(ClassModel model) {
    List<String> reasons = new ArrayList<>();
    String kind = wrongKind(model);
    if (kind != null) {
      reasons.add(
          "%s is %s; only classes can be @Persistent".formatted(readable(model.name()), kind));
      return reasons;
    }
    if (models.persistentSuperclass(model) == null && !hasUsableSuperConstructor(model)) {
      reasons.add(
          ("%s extends %s, which is not @Persistent and has no constructor without parameters that"
                  + " it could call; annotate it or give it one")
              .formatted(readable(model.name()), readable(String.valueOf(model.superName()))));
    }
    for (FieldModel field : model.storedFields()) {
      String problem = problem(field);
      if (problem != null) {
        reasons.add(
            "%s.%s has type %s, %s; make it transient or change its type"
                .formatted(
                    readable(model.name()), field.name(), Names.readable(field.desc()), problem));
      }
    }
    return reasons;
  }

  private static @Nullable String wrongKind(ClassModel model) {
    if (model.is(Opcodes.ACC_ANNOTATION)) {
      return "an annotation";
    } else if (model.is(Opcodes.ACC_INTERFACE)) {
      return "an interface";
    } else if (model.is(Opcodes.ACC_ENUM)) {
      return "an enum";
    } else if ("java/lang/Record".equals(model.superName())) {
      return "a record";
    }
    return null;
  }

  private boolean hasUsableSuperConstructor(ClassModel model) {
    String superName = model.superName();
    if (superName == null || superName.equals("java/lang/Object")) {
      return true;
    }
    ClassModel superclass = models.find(superName);
    if (superclass == null || superclass.noArgConstructorAccess() == ClassModel.NO_CONSTRUCTOR) {
      return false;
    }
    int access = superclass.noArgConstructorAccess();
    return (access & (Opcodes.ACC_PUBLIC | Opcodes.ACC_PROTECTED)) != 0
        || ((access & Opcodes.ACC_PRIVATE) == 0
            && superclass.packageName().equals(model.packageName()));
  }

  private @Nullable String problem(FieldModel field) {
    Type type = Type.getType(field.desc());
    if (type.getSort() == Type.ARRAY) {
      return "an array, which cannot be stored";
    }
    if (type.getSort() != Type.OBJECT || VALUE_TYPES.contains(type.getInternalName())) {
      return null;
    }
    ClassModel model = models.find(type.getInternalName());
    if (model == null) {
      return "whose class file was not found";
    }
    boolean storable =
        model.is(Opcodes.ACC_INTERFACE)
            || models.isPersistent(model)
            || models.isHandWritten(model);
    return storable
        ? null
        : "which is neither @Persistent nor an interface nor a value type nor a Basalt collection";
  }

  private static String readable(String internalName) {
    return internalName.replace('/', '.');
  }
}
