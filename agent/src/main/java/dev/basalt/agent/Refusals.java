package dev.basalt.agent;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.jar.asm.Type;
import org.jspecify.annotations.Nullable;

/** Finds every reason why a persistent class cannot be rewritten. */
final class Refusals {
  /** Older class files have no stack maps. */
  private static final int VERSION_MIN = Opcodes.V1_6;

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
    if (model.version() < VERSION_MIN) {
      reasons.add(
          "%s was compiled for Java 5 or older; compile it for a newer one"
              .formatted(readable(model.name())));
    }
    for (String problem : superProblems(model)) {
      reasons.add(
          "%s extends %s, %s"
              .formatted(
                  readable(model.name()), readable(String.valueOf(model.superName())), problem));
    }
    for (FieldModel field : model.storedFields()) {
      String problem = problem(field);
      if (problem != null) {
        reasons.add(
            "%s.%s has type %s, %s"
                .formatted(
                    readable(model.name()), field.name(), Names.readable(field.desc()), problem));
      }
    }
    return reasons;
  }

  private List<String> superProblems(ClassModel model) {
    String superName = model.superName();
    if (superName == null || superName.equals("java/lang/Object")) {
      return List.of();
    }
    ClassModel superclass = models.findWithMembers(superName);
    if (superclass == null) {
      return List.of("whose class file was not found; add it to the class path");
    } else if (models.isHandWritten(superclass)) {
      return List.of("whose objects are laid out by hand; hold one in a field instead");
    } else if (models.isPersistent(superclass)) {
      return models.wasLoaded(superclass)
          ? List.of("which was loaded before the Basalt agent; start the agent earlier")
          : List.of();
    }
    List<String> problems = new ArrayList<>();
    if (!hasUsableConstructor(superclass, model)) {
      problems.add(
          "which is not @Persistent and has no constructor without parameters that it could call;"
              + " annotate it or give it one");
    }
    List<String> state = model.withoutSuperclassState() ? List.of() : stateFrom(superclass);
    if (!state.isEmpty()) {
      problems.add(
          "which is not @Persistent, so what it has would not be stored: %s; %s"
              .formatted(String.join(", ", state), remedyForState(superclass)));
    }
    return problems;
  }

  /**
   * The fields that make up the state of a class that is not persistent, with its superclasses'.
   */
  private List<String> stateFrom(ClassModel model) {
    List<String> fields = new ArrayList<>();
    for (ClassModel at = model; at != null; ) {
      for (FieldModel field : at.fields()) {
        if (field.isStored() || (at.writesItself() && !field.isStatic())) {
          fields.add(readable(at.name()) + "." + field.name());
        }
      }
      String above = at.superName();
      at = above == null ? null : models.findWithMembers(above);
    }
    return fields;
  }

  private static String remedyForState(ClassModel superclass) {
    return (ClassModels.isOfJdk(superclass.name())
            ? ""
            : "annotate it and mend what is refused then, make the fields transient, ")
        + "hold one in a field instead of extending it, or accept that with"
        + " @Persistent(withoutSuperclassState = true)";
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

  private static boolean hasUsableConstructor(ClassModel superclass, ClassModel model) {
    MethodModel constructor = superclass.method("<init>", "()V");
    if (constructor == null || constructor.is(Opcodes.ACC_PRIVATE)) {
      return false;
    }
    return constructor.is(Opcodes.ACC_PUBLIC | Opcodes.ACC_PROTECTED)
        || superclass.packageName().equals(model.packageName());
  }

  private @Nullable String problem(FieldModel field) {
    Type type = Type.getType(field.desc());
    String problem = problem(type, new HashSet<>());
    return problem == null && field.isWeak() && !canBeWeak(type)
        ? "to which no field can refer weakly, because its values are stored in the field; take the"
            + " annotation @Weak away"
        : problem;
  }

  /** Whether a value of a storable type may be an object with a place of its own. */
  private boolean canBeWeak(Type type) {
    if (type.getSort() != Type.OBJECT) {
      return false;
    }
    String name = type.getInternalName();
    if (name.equals("java/lang/Object")) {
      return true;
    }
    ClassModel model = models.isStorableValue(name) ? null : models.find(name);
    return model != null
        && !model.is(Opcodes.ACC_ENUM)
        && !"java/lang/Record".equals(model.superName());
  }

  /** Why a type cannot be stored, or null; records that are being looked at count as storable. */
  private @Nullable String problem(Type declared, Set<String> records) {
    Type type = declared.getSort() == Type.ARRAY ? declared.getElementType() : declared;
    if (type.getSort() != Type.OBJECT || models.isStorableValue(type.getInternalName())) {
      return null;
    }
    ClassModel model = models.find(type.getInternalName());
    if (model == null) {
      return "type not found; add its class file to the class path or make the field transient";
    }
    if (model.is(Opcodes.ACC_ENUM)) {
      return null;
    }
    if ("java/lang/Record".equals(model.superName())) {
      return records.add(model.name()) ? recordProblem(model.name(), records) : null;
    }
    boolean storable =
        (model.is(Opcodes.ACC_INTERFACE) && !model.is(Opcodes.ACC_ANNOTATION))
            || models.isHandWritten(model)
            || (models.isPersistent(model) && wrongKind(model) == null);
    return storable ? null : remedy(model);
  }

  private @Nullable String recordProblem(String name, Set<String> records) {
    ClassModel model = models.findWithMembers(name);
    if (model == null) {
      return null;
    }
    for (FieldModel component : model.storedFields()) {
      if (component.isWeak()) {
        return "a record whose component %s is @Weak, but records are stored by value"
            .formatted(component.name());
      }
      String problem = problem(Type.getType(component.desc()), records);
      if (problem != null) {
        return "a record whose component %s has type %s, %s"
            .formatted(component.name(), Names.readable(component.desc()), problem);
      }
    }
    return null;
  }

  private static String remedy(ClassModel model) {
    String kind = wrongKind(model);
    if (kind != null) {
      return kind + "; make it transient";
    }
    return ClassModels.isOfJdk(model.name())
        ? "not storable; make it transient, declare an interface or register a codec as a service"
        : "not @Persistent; annotate that type, make the field transient or register a codec as a"
            + " service";
  }

  private static String readable(String internalName) {
    return Names.readableClass(internalName);
  }
}
