package dev.basalt.maven;

import dev.basalt.agent.ClassRewriter;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Rewrites the class files of a folder in place. No class is loaded: the class path is only read.
 * What the agent would do when the classes are loaded has been done then, to the byte; doing it
 * again changes nothing.
 */
final class Enhancer {
  private static final String CLASS_FILE = ".class";

  private final Path folder;
  private final List<Path> classPath;
  private final List<String> refusals = new ArrayList<>();

  /**
   * Makes an enhancer.
   *
   * @param folder what is rewritten
   * @param classPath folders and jars with the classes that those in the folder refer to
   */
  Enhancer(Path folder, List<Path> classPath) {
    this.folder = folder;
    this.classPath = classPath;
  }

  /**
   * Rewrites what concerns Basalt, or nothing if a class is refused.
   *
   * @return the number of classes that were changed
   * @throws RefusedException if classes cannot be rewritten as they demand: all reasons
   */
  int enhance() throws IOException {
    List<Change> changes = new ArrayList<>();
    try (URLClassLoader files = new URLClassLoader(urls(), null);
        Stream<Path> tree = Files.walk(folder)) {
      ClassRewriter rewriter = new ClassRewriter(path -> open(files, path), refusals::add);
      List<Path> classes = tree.filter(Enhancer::isClass).sorted().toList();
      for (Path file : classes) {
        rewriter.look(Files.readAllBytes(file));
      }
      for (Path file : classes) {
        Optional<byte[]> rewritten = rewriter.rewrite(Files.readAllBytes(file));
        rewritten.ifPresent(bytes -> changes.add(new Change(file, bytes)));
      }
    }
    if (!refusals.isEmpty()) {
      throw new RefusedException(String.join(System.lineSeparator(), refusals));
    }
    for (Change change : changes) {
      Files.write(change.file, change.bytes);
    }
    return changes.size();
  }

  private record Change(Path file, byte[] bytes) {}

  /** Some classes demand what cannot be done. */
  static final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RefusedException(String reasons) {
      super(reasons);
    }
  }

  private static boolean isClass(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.endsWith(CLASS_FILE) && !name.equals("module-info.class");
  }

  private URL[] urls() throws IOException {
    List<URL> urls = new ArrayList<>(List.of(folder.toUri().toURL()));
    for (Path entry : classPath) {
      urls.add(entry.toUri().toURL());
    }
    return urls.toArray(URL[]::new);
  }

  /** From the build's class path, else from the JDK. */
  private static @Nullable InputStream open(URLClassLoader files, String path) {
    InputStream file = files.getResourceAsStream(path);
    return file == null ? ClassLoader.getSystemResourceAsStream(path) : file;
  }
}
