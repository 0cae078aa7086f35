package dev.basalt.agent;

import java.lang.instrument.Instrumentation;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The Java agent: {@code java -javaagent:basalt-agent.jar ...}. Rewrites persistent classes and all
 * classes that touch their fields as they are loaded. It takes no arguments; starting it twice has
 * no effect.
 */
public final class BasaltAgent {
  private static final AtomicBoolean STARTED = new AtomicBoolean();

  /** What the runtime is compiled for. */
  private static final int JAVA_MIN = 25;

  private BasaltAgent() {}

  /**
   * Called by the JVM before the program's {@code main}.
   *
   * @param arguments not used
   * @param instrumentation the JVM's services
   */
  public static void premain(@Nullable String arguments, Instrumentation instrumentation) {
    start(instrumentation);
  }

  /**
   * Called by the JVM when the agent is attached, or named by an executable jar. Classes that are
   * loaded already are not rewritten.
   *
   * @param arguments not used
   * @param instrumentation the JVM's services
   */
  public static void agentmain(@Nullable String arguments, Instrumentation instrumentation) {
    start(instrumentation);
  }

  private static void start(Instrumentation instrumentation) {
    if (!STARTED.compareAndSet(false, true)) {
      return;
    }
    int feature = Runtime.version().feature();
    if (feature < JAVA_MIN) {
      AgentLog.oldJava(feature, JAVA_MIN);
      return;
    }
    try {
      NativeAccess.grant(instrumentation);
    } catch (ReflectiveOperationException | RuntimeException e) {
      AgentLog.noNativeAccess(e);
    }
    instrumentation.addTransformer(new RewritingTransformer(instrumentation));
  }
}
