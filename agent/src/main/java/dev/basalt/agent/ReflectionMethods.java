package dev.basalt.agent;

import static net.bytebuddy.jar.asm.Opcodes.*;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.Handle;
import net.bytebuddy.jar.asm.Label;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Type;
import org.jspecify.annotations.Nullable;

/**
 * The methods that a class is given in place of reflective calls. They are in the class itself,
 * because {@link java.lang.reflect.Field} asks who calls it: what the class may not see, it still
 * may not see.
 *
 * <pre>
 * private static long $basalt$reflect$getLong(Field field, Object object) {
 *   return Reflection.getLong(field, object, field.getLong(object));   // which checks the access
 * }
 *
 * private static void $basalt$reflect$setLong(Field field, Object object, long value) {
 *   if (Reflection.isStored(field, object)) {
 *     field.get(object);                                               // checks the access
 *     Reflection.put(field, object, (Long) value);
 *   } else {
 *     field.setLong(object, value);
 *   }
 * }
 *
 * private static AtomicLongFieldUpdater $basalt$reflect$newUpdater(Class owner, String name) {
 *   Reflection.refuseUpdater(owner, name);
 *   return AtomicLongFieldUpdater.newUpdater(owner, name);
 * }
 *
 * private static long $basalt$reflect$objectFieldOffset(Unsafe unsafe, Field field) {
 *   Reflection.refuseOffset(field);
 *   return unsafe.objectFieldOffset(field);
 * }
 * </pre>
 */
final class ReflectionMethods {
  /** The names of the added methods begin with this; they are not rewritten themselves. */
  static final String PREFIX = Names.PREFIX + "reflect$";

  private static final String FIELD = "java/lang/reflect/Field";
  private static final String LOOKUP = "java/lang/invoke/MethodHandles$Lookup";
  private static final String UNSAFE = "sun/misc/Unsafe";
  private static final String UPDATER = "java/util/concurrent/atomic/Atomic";

  /** Methods of a lookup that stand or fall with the lookup and not with their caller. */
  private static final Set<String> OF_LOOKUP =
      Set.of(
          "findGetter",
          "findSetter",
          "findVarHandle",
          "unreflectGetter",
          "unreflectSetter",
          "unreflectVarHandle");

  private final String owner;
  private final boolean isInterface;

  /** The calls that were met, by the names and descriptors of the methods that replace them. */
  private final Map<String, Call> calls = new LinkedHashMap<>();

  private boolean changed;

  /** A reflective call, as the class file names it. */
  private record Call(String owner, String name, String desc) {
    /** The descriptor of a static method with the same operands. */
    String staticDesc() {
      return isUpdater() ? desc : "(L" + owner + ";" + desc.substring(1);
    }

    boolean isUpdater() {
      return owner.startsWith(UPDATER);
    }
  }

  ReflectionMethods(ClassModel model) {
    this.owner = model.name();
    this.isInterface = model.is(ACC_INTERFACE);
  }

  /** Whether a call was replaced. */
  boolean changed() {
    return changed;
  }

  /** The static method to call instead of a method, or null if that is to be left alone. */
  @Nullable Handle insteadOf(String callee, String name, String desc) {
    Call call = new Call(callee, name, desc);
    if (callee.equals(LOOKUP) && OF_LOOKUP.contains(name)) {
      changed = true;
      return new Handle(H_INVOKESTATIC, Names.REFLECTION, name, call.staticDesc(), false);
    }
    if (!needsMethod(call)) {
      return null;
    }
    changed = true;
    calls.put(PREFIX + name + call.staticDesc(), call);
    return new Handle(H_INVOKESTATIC, owner, PREFIX + name, call.staticDesc(), isInterface);
  }

  private static boolean needsMethod(Call call) {
    return switch (call.owner) {
      case FIELD -> isGet(call) || isSet(call);
      case UNSAFE ->
          call.name.equals("objectFieldOffset") && call.desc.equals("(L" + FIELD + ";)J");
      default ->
          call.isUpdater() && call.owner.endsWith("FieldUpdater") && call.name.equals("newUpdater");
    };
  }

  private static boolean isGet(Call call) {
    return call.name.startsWith("get")
        && call.desc.startsWith("(Ljava/lang/Object;)")
        && (call.name.equals("get") || isPrimitive(Type.getReturnType(call.desc)));
  }

  private static boolean isSet(Call call) {
    return call.name.startsWith("set") && call.desc.startsWith("(Ljava/lang/Object;");
  }

  private static boolean isPrimitive(Type type) {
    return type.getSort() != Type.OBJECT && type.getSort() != Type.ARRAY;
  }

  /** Adds the methods for the calls that were met. */
  void addTo(ClassVisitor target) {
    calls.forEach(
        (key, call) -> {
          MethodVisitor code =
              target.visitMethod(
                  ACC_PRIVATE | ACC_STATIC | ACC_SYNTHETIC,
                  PREFIX + call.name,
                  call.staticDesc(),
                  null,
                  null);
          code.visitCode();
          if (call.isUpdater()) {
            addUpdater(code, call);
          } else if (call.owner.equals(UNSAFE)) {
            addOffset(code, call);
          } else if (isGet(call)) {
            addGet(code, call);
          } else {
            addSet(code, call);
          }
          code.visitEnd();
        });
  }

  private static void addGet(MethodVisitor code, Call call) {
    Type result = Type.getReturnType(call.desc);
    code.visitVarInsn(ALOAD, 0);
    code.visitVarInsn(ALOAD, 1);
    code.visitInsn(DUP2);
    code.visitMethodInsn(INVOKEVIRTUAL, FIELD, call.name, call.desc, false);
    code.visitMethodInsn(
        INVOKESTATIC,
        Names.REFLECTION,
        call.name,
        "(L" + FIELD + ";Ljava/lang/Object;" + result + ")" + result,
        false);
    code.visitInsn(result.getOpcode(IRETURN));
    code.visitMaxs(4, 2);
  }

  private static void addSet(MethodVisitor code, Call call) {
    Type value = Type.getArgumentTypes(call.desc)[1];
    Label notStored = new Label();
    code.visitVarInsn(ALOAD, 0);
    code.visitVarInsn(ALOAD, 1);
    code.visitMethodInsn(
        INVOKESTATIC, Names.REFLECTION, "isStored", "(L" + FIELD + ";Ljava/lang/Object;)Z", false);
    code.visitJumpInsn(IFEQ, notStored);
    code.visitVarInsn(ALOAD, 0);
    code.visitVarInsn(ALOAD, 1);
    code.visitMethodInsn(
        INVOKEVIRTUAL, FIELD, "get", "(Ljava/lang/Object;)Ljava/lang/Object;", false);
    code.visitInsn(POP);
    code.visitVarInsn(ALOAD, 0);
    code.visitVarInsn(ALOAD, 1);
    code.visitVarInsn(value.getOpcode(ILOAD), 2);
    Boxing.box(code, value);
    code.visitMethodInsn(
        INVOKESTATIC,
        Names.REFLECTION,
        isPrimitive(value) ? "putPrimitive" : "put",
        "(L" + FIELD + ";Ljava/lang/Object;Ljava/lang/Object;)V",
        false);
    code.visitInsn(RETURN);
    code.visitLabel(notStored);
    Object[] locals = {FIELD, "java/lang/Object", Accessors.frameType(value)};
    code.visitFrame(F_NEW, 3, locals, 0, new Object[0]);
    code.visitVarInsn(ALOAD, 0);
    code.visitVarInsn(ALOAD, 1);
    code.visitVarInsn(value.getOpcode(ILOAD), 2);
    code.visitMethodInsn(INVOKEVIRTUAL, FIELD, call.name, call.desc, false);
    code.visitInsn(RETURN);
    code.visitMaxs(4, 4);
  }

  private static void addUpdater(MethodVisitor code, Call call) {
    int arguments = Type.getArgumentTypes(call.desc).length;
    code.visitVarInsn(ALOAD, 0);
    code.visitVarInsn(ALOAD, arguments - 1);
    code.visitMethodInsn(
        INVOKESTATIC,
        Names.REFLECTION,
        "refuseUpdater",
        "(Ljava/lang/Class;Ljava/lang/String;)V",
        false);
    for (int i = 0; i < arguments; i++) {
      code.visitVarInsn(ALOAD, i);
    }
    code.visitMethodInsn(INVOKESTATIC, call.owner, call.name, call.desc, false);
    code.visitInsn(ARETURN);
    code.visitMaxs(3, arguments);
  }

  private static void addOffset(MethodVisitor code, Call call) {
    code.visitVarInsn(ALOAD, 1);
    code.visitMethodInsn(
        INVOKESTATIC, Names.REFLECTION, "refuseOffset", "(L" + FIELD + ";)V", false);
    code.visitVarInsn(ALOAD, 0);
    code.visitVarInsn(ALOAD, 1);
    code.visitMethodInsn(INVOKEVIRTUAL, UNSAFE, call.name, call.desc, false);
    code.visitInsn(LRETURN);
    code.visitMaxs(2, 2);
  }
}
