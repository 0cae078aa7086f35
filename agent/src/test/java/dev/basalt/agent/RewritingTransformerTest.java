package dev.basalt.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.agent.elsewhere.Parent;
import java.io.InputStream;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.Proxy;
import java.security.ProtectionDomain;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which classes are offered to the rewriter, and what happens to its failures. */
class RewritingTransformerTest {
  private static final String NAME = Parent.class.getName().replace('.', '/');
  private static final byte[] FILE = RewritingLoader.classFile(Parent.class);

  private final Logger logger = Logger.getLogger("dev.basalt.agent");
  private final List<LogRecord> logged = new ArrayList<>();
  private final RewritingTransformer transformer = new RewritingTransformer(instrumentation());
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord record) {
          logged.add(record);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  private static Instrumentation instrumentation() {
    return (Instrumentation)
        Proxy.newProxyInstance(
            RewritingTransformerTest.class.getClassLoader(),
            new Class<?>[] {Instrumentation.class},
            (proxy, method, arguments) -> new Class<?>[0]);
  }

  @BeforeEach
  void listen() {
    logger.setUseParentHandlers(false);
    logger.addHandler(handler);
  }

  @AfterEach
  void stopListening() {
    logger.removeHandler(handler);
    logger.setUseParentHandlers(true);
  }

  private byte[] transform(ClassLoader loader, ProtectionDomain domain, byte[] classFile) {
    Module module = getClass().getModule();
    return transformer.transform(module, loader, NAME, null, domain, classFile);
  }

  @Test
  void classesOfTheApplicationAreRewritten() {
    assertThat(transform(new RewritingLoader(), null, FILE)).isNotNull().isNotEqualTo(FILE);
    assertThat(logged).isEmpty();
  }

  @Test
  void classesOfTheJdkAndOfTheAgentAreLeftAlone() {
    assertThat(transform(null, null, FILE)).isNull();
    assertThat(transform(ClassLoader.getPlatformClassLoader(), null, FILE)).isNull();
    assertThat(transform(new RewritingLoader(), ClassRewriter.class.getProtectionDomain(), FILE))
        .isNull();
  }

  @Test
  void failureIsLoggedAndLeavesTheClassAlone() {
    ClassLoader broken =
        new ClassLoader() {
          @Override
          public InputStream getResourceAsStream(String name) {
            throw new IllegalStateException("broken loader");
          }
        };
    byte[] child = RewritingLoader.classFile(neighboursChild());
    assertThat(transform(broken, null, child)).isNull();
    assertThat(logged)
        .singleElement()
        .satisfies(
            record -> {
              assertThat(record.getMessage()).contains(NAME, "could not be rewritten");
              assertThat(record.getThrown()).hasMessage("broken loader");
            });
  }

  @Test
  void damagedClassFileIsLoggedAndLeftToTheJvm() {
    assertThat(transform(new RewritingLoader(), null, new byte[100])).isNull();
    assertThat(logged).hasSize(1);
  }

  @Test
  void refusalIsLoggedToo() {
    byte[] bad = RewritingLoader.classFile(dev.basalt.agent.refused.BadFields.class);
    assertThat(transform(new RewritingLoader(), null, bad)).isNotNull();
    assertThat(logged)
        .singleElement()
        .satisfies(
            r ->
                assertThat(r.getMessage())
                    .contains("BadFields.threads has type java.lang.Thread[]"));
  }

  private static Class<?> neighboursChild() {
    try {
      return Class.forName(
          "dev.basalt.agent.fixture.Neighbours$Child",
          false,
          RewritingTransformerTest.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }
}
