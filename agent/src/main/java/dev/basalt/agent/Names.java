package dev.basalt.agent;

import net.bytebuddy.jar.asm.ConstantDynamic;
import net.bytebuddy.jar.asm.Handle;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.jar.asm.Type;

/** What the agent knows of the runtime: names and descriptors, in this one place. */
final class Names {
  static final String PERSISTENT = "Ldev/basalt/annotation/Persistent;";

  /** The element of that annotation. */
  static final String WITHOUT_SUPERCLASS_STATE = "withoutSuperclassState";

  static final String WEAK = "Ldev/basalt/annotation/Weak;";
  static final String TRANSACTIONAL = "Ldev/basalt/annotation/Transactional;";
  static final String ON_HANDLE = "Ldev/basalt/annotation/OnHandle;";
  static final String PERSISTENT_OBJECT = "dev/basalt/object/PersistentObject";
  static final String UNSUPPORTED = "dev/basalt/error/UnsupportedTypeException";
  static final String RUNTIME_MODULE = "dev.basalt.runtime";

  static final String SPACE = "dev/basalt/object/ObjectSpace";
  static final String SPACE_DESC = "L" + SPACE + ";";
  static final String WRITER = "dev/basalt/object/FieldWriter";
  static final String BRIDGE_PACKAGE = "dev/basalt/bridge/";
  static final String BRIDGE = BRIDGE_PACKAGE + "Bridge";

  /** How the bridge's methods take a field: the object, its space and based pointer, the place. */
  static final String PLACE_DESC = "(L" + PERSISTENT_OBJECT + ";" + SPACE_DESC + "JI";

  /** The method of a space that reads the word of a field. */
  static final String WORD_DESC = "(L" + PERSISTENT_OBJECT + ";JI)J";

  static final String CONSTRUCTOR_DESC = "(Ldev/basalt/object/HandleMarker;)V";
  static final String BIND_DESC = "(" + SPACE_DESC + "J)V";
  static final String STORE_DESC = "(L" + WRITER + ";)V";
  static final String HANDLE_DESC = "(" + SPACE_DESC + "J)L" + PERSISTENT_OBJECT + ";";

  static final String LATE_FIELDS = BRIDGE_PACKAGE + "LateFields";
  static final String REFLECTION = BRIDGE_PACKAGE + "Reflection";
  static final String BODY_WITH_RESULT = BRIDGE_PACKAGE + "TransactionalBody";
  static final String BODY_WITHOUT_RESULT = BRIDGE_PACKAGE + "TransactionalAction";

  static final String ON_HANDLE_METHOD = "$basalt$onHandle";
  static final String CLONED = "$basalt$cloned";
  static final String CLONED_DESC = "(Ljava/lang/Object;)Ljava/lang/Object;";

  /** Everything that the agent adds to a class begins with this. */
  static final String PREFIX = "$basalt$";

  static final String SPACE_FIELD = PREFIX + "space";
  static final String OFFSET_FIELD = PREFIX + "offset";

  private static final String GETTER = PREFIX + "get$";
  private static final String SETTER = PREFIX + "set$";
  private static final String BODY = PREFIX + "body$";

  private static final Handle FIELD_OFFSET =
      new Handle(
          Opcodes.H_INVOKESTATIC,
          BRIDGE,
          "fieldOffset",
          "(Ljava/lang/invoke/MethodHandles$Lookup;Ljava/lang/String;Ljava/lang/Class;)I",
          false);

  private Names() {}

  static String getter(String field) {
    return GETTER + field;
  }

  static String setter(String field) {
    return SETTER + field;
  }

  /** Where the body of a transactional method goes. */
  static String body(String method) {
    return BODY + method;
  }

  static String getterDesc(String declaringClass, String fieldDesc) {
    return "(L" + declaringClass + ";)" + fieldDesc;
  }

  static String setterDesc(String declaringClass, String fieldDesc) {
    return "(L" + declaringClass + ";" + fieldDesc + ")V";
  }

  /** The constant that is a field's place, resolved in the class that declares it. */
  static ConstantDynamic fieldOffset(String field) {
    return new ConstantDynamic(field, "I", FIELD_OFFSET);
  }

  /** What the bridge and the writer call a field's type: {@code Int}, {@code Reference}. */
  static String kind(String fieldDesc) {
    return switch (fieldDesc.charAt(0)) {
      case 'Z' -> "Boolean";
      case 'B' -> "Byte";
      case 'C' -> "Char";
      case 'S' -> "Short";
      case 'I' -> "Int";
      case 'J' -> "Long";
      case 'F' -> "Float";
      case 'D' -> "Double";
      default -> "Reference";
    };
  }

  static boolean isReference(String fieldDesc) {
    return fieldDesc.charAt(0) == 'L' || fieldDesc.charAt(0) == '[';
  }

  /** The descriptor under which the bridge and the writer take a field's value. */
  static String valueDesc(String fieldDesc) {
    return isReference(fieldDesc) ? "Ljava/lang/Object;" : fieldDesc;
  }

  /** The name of a class as a programmer writes it. */
  static String readableClass(String internalName) {
    return internalName.replace('/', '.');
  }

  /** The type's name as a programmer writes it. */
  static String readable(String fieldDesc) {
    return Type.getType(fieldDesc).getClassName();
  }
}
