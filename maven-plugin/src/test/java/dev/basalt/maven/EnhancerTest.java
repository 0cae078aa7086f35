package dev.basalt.maven;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.agent.ClassRewriter;
import dev.basalt.maven.fixture.Account;
import dev.basalt.maven.fixture.Base;
import dev.basalt.maven.fixture.Bystander;
import dev.basalt.maven.fixture.Clerk;
import dev.basalt.maven.fixture.Derived;
import dev.basalt.maven.fixture.Refused;
import java.io.File;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Class files of a folder, rewritten in place. */
class EnhancerTest {
  static final List<Path> CLASS_PATH =
      Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
          .map(Path::of)
          .toList();

  @TempDir private Path folder;

  private static byte[] original(Class<?> type) throws Exception {
    try (InputStream file = type.getResourceAsStream(type.getSimpleName() + ".class")) {
      return file.readAllBytes();
    }
  }

  private Path copy(Class<?> type) throws Exception {
    Path copy = folder.resolve(type.getName().replace('.', '/') + ".class");
    Files.createDirectories(copy.getParent());
    return Files.write(copy, original(type));
  }

  private Enhancer enhancer() {
    return new Enhancer(folder, CLASS_PATH);
  }

  @Test
  void classesBecomeWhatTheAgentMakesOfThem() throws Exception {
    ClassRewriter agent =
        new ClassRewriter(getClass().getClassLoader()::getResourceAsStream, text -> {});
    Path account = copy(Account.class);
    Path clerk = copy(Clerk.class);
    Path bystander = copy(Bystander.class);
    assertThat(enhancer().enhance()).isEqualTo(2);
    assertThat(Files.readAllBytes(account))
        .isEqualTo(agent.rewrite(original(Account.class)).orElseThrow());
    assertThat(Files.readAllBytes(clerk))
        .isEqualTo(agent.rewrite(original(Clerk.class)).orElseThrow());
    assertThat(Files.readAllBytes(bystander)).isEqualTo(original(Bystander.class));
  }

  @Test
  void superclassWithStateIsRewrittenWithItsSubclassWhicheverComesFirst() throws Exception {
    Path base = copy(Base.class);
    copy(Derived.class);
    assertThat(enhancer().enhance()).isEqualTo(2);
    assertThat(Files.readAllBytes(base)).isNotEqualTo(original(Base.class));
    assertThat(enhancer().enhance()).isZero();
  }

  @Test
  void enhancingTwiceChangesNothing() throws Exception {
    copy(Account.class);
    copy(Clerk.class);
    assertThat(enhancer().enhance()).isEqualTo(2);
    assertThat(enhancer().enhance()).isZero();
  }

  @Test
  void refusedClassFailsTheBuildAndNothingIsChanged() throws Exception {
    Path account = copy(Account.class);
    copy(Refused.class);
    Enhancer enhancer = enhancer();
    assertThatThrownBy(enhancer::enhance)
        .isInstanceOf(Enhancer.RefusedException.class)
        .hasMessageContaining("Refused.thread has type java.lang.Thread");
    assertThat(Files.readAllBytes(account)).isEqualTo(original(Account.class));
  }
}
