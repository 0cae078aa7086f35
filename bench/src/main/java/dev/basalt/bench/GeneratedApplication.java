package dev.basalt.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;

/**
 * A jar of many classes of the size that those of an application have: some are persistent, some
 * touch the fields of those, most have nothing to do with either. Each has a superclass or an
 * interface, fields, a switch, a lambda, strings, and looks at constants and fields of its
 * neighbours.
 */
final class GeneratedApplication {
  /** Loads and uses the first n classes; prints how long that took. */
  static final String MAIN = "generated.Main";

  private static final int CLASSES_OF_A_PACKAGE = 100;

  private final int classes;
  private final int persistent;
  private final int callers;

  /**
   * Plans an application.
   *
   * @param classes how many classes there are
   * @param persistent how many of them are persistent
   * @param callers how many others read and write fields of those
   */
  GeneratedApplication(int classes, int persistent, int callers) {
    this.classes = classes;
    this.persistent = persistent;
    this.callers = callers;
  }

  /** Compiles the classes into a jar. */
  void write(Path jar) throws IOException {
    Path folder = Files.createTempDirectory(jar.toAbsolutePath().getParent(), "classes");
    try {
      compile(folder);
      pack(folder, jar);
    } finally {
      delete(folder);
    }
  }

  private void compile(Path folder) throws IOException {
    List<JavaFileObject> sources = new ArrayList<>();
    sources.add(new Source(MAIN, main()));
    for (int i = 0; i < classes; i++) {
      sources.add(new Source(name(i), source(i)));
    }
    JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    try (StandardJavaFileManager files =
        javac.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
      files.setLocationFromPaths(StandardLocation.CLASS_OUTPUT, List.of(folder));
      List<String> options = List.of("-proc:none", "-g", "-nowarn");
      if (!javac.getTask(messages, files, null, options, null, sources).call()) {
        throw new IOException("the generated classes do not compile: " + messages);
      }
    }
  }

  private static void pack(Path folder, Path jar) throws IOException {
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out);
        Stream<Path> tree = Files.walk(folder)) {
      for (Path file : tree.filter(Files::isRegularFile).sorted().toList()) {
        entries.putNextEntry(new ZipEntry(folder.relativize(file).toString()));
        Files.copy(file, entries);
        entries.closeEntry();
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> tree = Files.walk(folder)) {
      for (Path file : tree.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(file);
      }
    }
  }

  /** Spread over all packages: every n-th class is persistent, those after it are its callers. */
  private boolean isPersistent(int i) {
    return i % (classes / persistent) == 0 && i / (classes / persistent) < persistent;
  }

  private boolean isCaller(int i) {
    int distance = i % (classes / persistent);
    return distance > 0 && distance <= callers / persistent;
  }

  private static String name(int i) {
    return "generated.p%d.C%d".formatted(i / CLASSES_OF_A_PACKAGE, i);
  }

  private static String main() {
    return """
    package generated;
    public class Main {
      public static void main(String[] args) throws Exception {
        long start = System.nanoTime();
        int sum = 0;
        int classes = Integer.parseInt(args[0]);
        for (int i = 0; i < classes; i++) {
          Class<?> type = Class.forName("generated.p" + i / %d + ".C" + i);
          sum += type.getConstructor(int.class).newInstance(i).hashCode();
        }
        System.out.println((System.nanoTime() - start) + " " + sum);
      }
    }
    """
        .formatted(CLASSES_OF_A_PACKAGE);
  }

  private String source(int i) {
    int first = i - i % CLASSES_OF_A_PACKAGE;
    int nearby = first + (i + 7) % CLASSES_OF_A_PACKAGE;
    int neighbour = isPersistent(nearby) ? nearby + 1 : nearby;
    // Plain classes extend the one of their package that is neither persistent nor a caller.
    int base = first + callers / persistent + 1;
    boolean inherits = i > base && !isPersistent(i) && i % 3 == 0;
    String touches =
        isCaller(i)
            ? "other.number += %d; return other.number;".formatted(i)
            : "return other == null ? 0 : 1;";
    String stored = name(i - i % (classes / persistent));
    return """
    package %1$s;
    import java.util.*;
    import java.util.concurrent.TimeUnit;
    import java.util.function.*;
    %2$s public class %3$s %4$s {
      public static int shared = %5$d;
      public enum Kind { SMALL, LARGE, OTHER_%5$d }
      public int number;
      private String name = "name of %5$d";
      private long total;
      private TimeUnit unit = TimeUnit.DAYS;
      public %3$s(int number) { this.number = number; this.total = number * 31L; }
      public %3$s() { this(0); }
      public int getNumber() { return number; }
      public void setNumber(int number) { this.number = number; }
      public String getName() { return name; }
      public void setName(String name) { this.name = Objects.requireNonNull(name, "name %5$d"); }
      public int touch(%6$s other) { %7$s }
      public int look(%8$s other) { return other.getNumber() + %8$s.shared + shared; }
      public Supplier<String> later(String text) { return () -> text + name + total; }
      public long sum(List<Integer> values) {
        long result = 0;
        for (Integer value : values) {
          if (value == null) { continue; }
          try { result = Math.addExact(result, value); }
          catch (ArithmeticException e) { throw new IllegalStateException("at " + value, e); }
        }
        total += result;
        return result;
      }
      public String describe(int code) {
        switch (code) {
          case 1: return "one of %5$d";
          case 2: return String.format("%%d of %%s", number, name);
          case 30: return unit == TimeUnit.DAYS ? "days" : unit.name().toLowerCase(Locale.ROOT);
          default: return Map.of("code", code, "number", number).toString();
        }
      }
      public int compareTo(%9$s other) { return Integer.compare(number, other.number); }
      @Override public int hashCode() { return 31 * number + name.length(); }
      @Override public boolean equals(Object o) {
        return o instanceof %3$s other && other.number == number && other.name.equals(name);
      }
    }
    """
        .formatted(
            name(i).substring(0, name(i).lastIndexOf('.')),
            isPersistent(i) ? "@dev.basalt.annotation.Persistent" : "",
            "C" + i,
            inherits ? "extends " + name(base) : "implements Comparable<C%d>".formatted(i),
            i,
            stored,
            touches,
            name(neighbour),
            inherits ? name(base) : "C" + i);
  }

  /** A source in memory. */
  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String className, String text) {
      super(URI.create("string:///" + className.replace('.', '/') + ".java"), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }
}
