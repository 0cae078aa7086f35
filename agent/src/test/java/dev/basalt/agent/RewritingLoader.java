package dev.basalt.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.constant.ClassDesc;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A throw-away loader that rewrites the tests' fixtures, and classes that a test makes, and checks
 * all that it rewrites with the JDK's class file verifier, before the JVM's.
 */
class RewritingLoader extends ClassLoader {
  private static final String PACKAGE = "dev.basalt.agent.";
  private static final List<String> FOLDERS =
      List.of("fixture.", "elsewhere.", "refused.", "conformance.");

  private final Map<String, byte[]> made = new HashMap<>();
  private final ClassRewriter rewriter;

  /** The texts of all refusals. */
  final List<String> refusals = new ArrayList<>();

  /** The classes that were rewritten, by name, as they were defined. */
  final Map<String, byte[]> rewritten = new HashMap<>();

  RewritingLoader() {
    super(RewritingLoader.class.getClassLoader());
    this.rewriter = new ClassRewriter(this::getResourceAsStream, refusals::add);
  }

  /** Adds a class that a test made; it takes the place of one on the class path. */
  RewritingLoader with(String name, byte[] classFile) {
    made.put(name, classFile);
    return this;
  }

  @Override
  public InputStream getResourceAsStream(String path) {
    byte[] own = made.get(path.replaceAll("\\.class$", "").replace('/', '.'));
    return own == null ? super.getResourceAsStream(path) : new java.io.ByteArrayInputStream(own);
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    synchronized (getClassLoadingLock(name)) {
      Class<?> known = findLoadedClass(name);
      if (known != null) {
        return known;
      }
      boolean fixture =
          !name.startsWith("dev.basalt.agent.fixture.Program")
              && FOLDERS.stream().anyMatch(folder -> name.startsWith(PACKAGE + folder));
      return fixture || made.containsKey(name) ? define(name) : super.loadClass(name, resolve);
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    byte[] original = made.containsKey(name) ? made.get(name) : classFile(name);
    Optional<byte[]> result = isRewritten(name) ? rewriter.rewrite(original) : Optional.empty();
    result.ifPresent(
        bytes -> {
          rewritten.put(name, bytes);
          verify(bytes);
        });
    byte[] bytes = result.orElse(original);
    return defineClass(name, bytes, 0, bytes.length);
  }

  /** Whether a class is offered to the rewriter. */
  boolean isRewritten(String name) {
    return true;
  }

  void verify(byte[] classFile) {
    ClassHierarchyResolver resolver =
        ClassHierarchyResolver.ofResourceParsing(type -> getResourceAsStream(path(type)));
    ClassFile verifier = ClassFile.of(ClassFile.ClassHierarchyResolverOption.of(resolver));
    assertThat(verifier.verify(classFile)).isEmpty();
  }

  private static String path(ClassDesc type) {
    String descriptor = type.descriptorString();
    return descriptor.substring(1, descriptor.length() - 1) + ".class";
  }

  /** The file of a class on the class path. */
  static byte[] classFile(String name) throws ClassNotFoundException {
    String path = name.replace('.', '/') + ".class";
    try (InputStream file = RewritingLoader.class.getClassLoader().getResourceAsStream(path)) {
      if (file == null) {
        throw new ClassNotFoundException(name);
      }
      return file.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] classFile(Class<?> type) {
    try {
      return classFile(type.getName());
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }
}
