package dev.basalt.agent;

import java.util.ArrayList;
import java.util.List;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.jar.asm.Type;

/** Finds every reason why an annotation of a method, in any class, cannot have its effect. */
final class MethodRefusals {
  /** A lambda cannot capture more words. */
  private static final int ARGUMENT_WORDS_MAX = 250;

  private MethodRefusals() {}

  /** The reasons, each with class, method and the way out; empty if there is none. */
  static List<String> of(ClassModel model, boolean isPersistent) {
    List<String> reasons = new ArrayList<>();
    int hooks = 0;
    for (MethodModel method : model.methods()) {
      if (method.isTransactional()) {
        addTransactional(model, method, reasons);
      }
      if (method.isOnHandle() && !method.is(Opcodes.ACC_BRIDGE)) {
        addOnHandle(model, method, isPersistent, reasons);
        hooks++;
      }
    }
    if (hooks > 1) {
      reasons.add(
          "%s has %d @OnHandle methods; call the others from one of them"
              .formatted(Names.readableClass(model.name()), hooks));
    }
    return reasons;
  }

  private static void addTransactional(ClassModel model, MethodModel method, List<String> reasons) {
    String problem = null;
    if (method.name().equals("<init>")) {
      problem = "a constructor cannot be; make the object inside an update";
    } else if (method.is(Opcodes.ACC_ABSTRACT)) {
      problem = "an abstract method cannot be; annotate the methods that implement it";
    } else if (method.is(Opcodes.ACC_NATIVE)) {
      problem = "a native method cannot be; call it from a method that is";
    } else if (Type.getArgumentsAndReturnSizes(method.desc()) >> 2 > ARGUMENT_WORDS_MAX) {
      problem = "a method with so many parameters cannot be; call it from a method that is";
    }
    if (problem != null) {
      reasons.add("%s is @Transactional, but %s".formatted(readable(model, method), problem));
    }
  }

  private static void addOnHandle(
      ClassModel model, MethodModel method, boolean isPersistent, List<String> reasons) {
    if (!isPersistent) {
      reasons.add(
          "%s is @OnHandle, but its class is not @Persistent; annotate the class"
              .formatted(readable(model, method)));
    }
    if (method.is(Opcodes.ACC_STATIC | Opcodes.ACC_ABSTRACT) || !method.desc().equals("()V")) {
      reasons.add(
          "%s is @OnHandle, but not an instance method without parameters and result; make it one"
              .formatted(readable(model, method)));
    }
  }

  private static String readable(ClassModel model, MethodModel method) {
    String name = method.name().equals("<init>") ? "" : "." + method.name();
    return Names.readableClass(model.name()) + name;
  }
}
