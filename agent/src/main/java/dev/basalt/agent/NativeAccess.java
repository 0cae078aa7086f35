package dev.basalt.agent;

import java.lang.instrument.Instrumentation;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Gives the runtime the right to call native code, so that no flag has to be typed even where
 * {@code --illegal-native-access=deny} is the default.
 */
final class NativeAccess {
  private NativeAccess() {}

  static void grant(Instrumentation instrumentation) throws ReflectiveOperationException {
    Module base = Object.class.getModule();
    instrumentation.redefineModule(
        base,
        Set.of(),
        Map.of(),
        Map.of("java.lang", Set.of(NativeAccess.class.getModule())),
        Set.of(),
        Map.of());
    Method toUnnamed = Module.class.getDeclaredMethod("implAddEnableNativeAccessToAllUnnamed");
    toUnnamed.setAccessible(true);
    toUnnamed.invoke(null);
    Optional<Module> runtime = ModuleLayer.boot().findModule(Names.RUNTIME_MODULE);
    if (runtime.isPresent()) {
      Method toModule = Module.class.getDeclaredMethod("implAddEnableNativeAccess");
      toModule.setAccessible(true);
      toModule.invoke(runtime.get());
    }
  }
}
