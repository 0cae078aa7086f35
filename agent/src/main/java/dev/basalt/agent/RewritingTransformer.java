package dev.basalt.agent;

import java.io.InputStream;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.lang.ref.WeakReference;
import java.security.ProtectionDomain;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Offers every class that is loaded to the rewriter, except the JDK's and the agent's own. What
 * goes wrong is logged, and the class is left alone.
 */
final class RewritingTransformer implements ClassFileTransformer {
  private final Instrumentation instrumentation;
  private final LoadedClasses loaded;
  private final Bases bases = new Bases();
  private final @Nullable ProtectionDomain ownDomain =
      RewritingTransformer.class.getProtectionDomain();

  /** The rewriter of each loader; its source holds the loader weakly. */
  private final Map<ClassLoader, ClassRewriter> rewriters =
      Collections.synchronizedMap(new WeakHashMap<>());

  RewritingTransformer(Instrumentation instrumentation) {
    this.instrumentation = instrumentation;
    this.loaded = new LoadedClasses(instrumentation.getAllLoadedClasses());
  }

  @Override
  public byte @Nullable [] transform(
      Module module,
      @Nullable ClassLoader loader,
      @Nullable String className,
      @Nullable Class<?> redefined,
      @Nullable ProtectionDomain domain,
      byte[] classFile) {
    if (loader == null
        || className == null
        || loader.equals(ClassLoader.getPlatformClassLoader())
        || (domain != null && domain.equals(ownDomain))) {
      return null;
    }
    try {
      Optional<byte[]> rewritten =
          rewriters.computeIfAbsent(loader, this::rewriter).rewrite(classFile);
      if (rewritten.isPresent() && module.isNamed()) {
        connect(module, className);
      }
      return rewritten.orElse(null);
    } catch (RuntimeException | Error e) {
      AgentLog.failed(className, e);
      return null;
    }
  }

  private ClassRewriter rewriter(ClassLoader loader) {
    WeakReference<ClassLoader> weak = new WeakReference<>(loader);
    return new ClassRewriter(
        path -> open(weak.get(), path),
        AgentLog::refused,
        name -> loaded.contains(weak.get(), name),
        bases);
  }

  /** Asks the loaders above too: not every loader passes questions for files on to them. */
  private static @Nullable InputStream open(@Nullable ClassLoader loader, String path) {
    for (ClassLoader at = loader; at != null; at = at.getParent()) {
      InputStream file = at.getResourceAsStream(path);
      if (file != null) {
        return file;
      }
    }
    return null;
  }

  /** Lets a named module call the bridge, and the runtime make handles of its classes. */
  private void connect(Module module, String className) {
    Module runtime =
        Optional.ofNullable(module.getLayer())
            .flatMap(layer -> layer.findModule(Names.RUNTIME_MODULE))
            .orElse(ClassLoader.getSystemClassLoader().getUnnamedModule());
    String packageName = className.substring(0, className.lastIndexOf('/')).replace('/', '.');
    instrumentation.redefineModule(
        module,
        Set.of(runtime),
        Map.of(),
        Map.of(packageName, Set.of(runtime)),
        Set.of(),
        Map.of());
  }
}
