package dev.basalt.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.Pool;
import dev.basalt.PoolBuilder;
import dev.basalt.junit.PoolUnderTest;
import dev.basalt.junit.TestPool;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Classes that come from loaders which keep them in memory and answer no question for a file, as
 * compilers at run time do; and classes that are defined through a lookup.
 */
class LoadersIT {
  /** Its main class is loaded before those whose fields it uses, and so are its nested ones. */
  private static final String PROGRAM =
      """
      package memory;

      import dev.basalt.Pool;
      import dev.basalt.annotation.Persistent;
      import java.util.function.Function;
      import java.util.function.Supplier;

      public class Main implements Function<Pool, String> {
        @Persistent
        static class Inner {
          private int count = 1;
          private String text = "in";
        }

        /** Stores no field, and is no other's business. */
        static class Ordinary {
          private int count = 5;
        }

        @Override
        public String apply(Pool pool) {
          boolean found = pool.root("inner", Inner.class).isPresent();
          Inner inner = pool.root("inner", Inner.class, Inner::new);
          Outer outer = pool.root("outer", Outer.class, () -> new Outer(40));
          Ordinary ordinary = new Ordinary();
          inner.count++;
          inner.text += inner.count;
          outer.number += inner.count;
          outer.wide *= 2;
          outer.inner = inner;
          Supplier<String> lambda = () -> outer.label + inner.text;
          pool.update(() -> outer.sub().number++);
          return found + " " + inner.count + " " + lambda.get() + " " + outer.number + " "
              + outer.wide + " " + (outer.inner == inner) + " " + outer.sub().number + " "
              + --ordinary.count;
        }
      }

      @Persistent
      class Outer {
        int number;
        long wide = 1L << 40;
        Main.Inner inner;
        protected String label = "out";
        Outer sub;

        Outer(int number) {
          this.number = number;
        }

        Outer sub() {
          if (sub == null) {
            sub = new Outer(7);
          }
          return sub;
        }
      }
      """;

  /** Uses a field of a class that the application's loader has. */
  private static final String CALLER =
      """
      package dev.basalt.agent;

      public class Caller implements java.util.function.Function<LoadersIT.Shared, Integer> {
        @Override
        public Integer apply(LoadersIT.Shared shared) {
          shared.number += 2;
          return shared.number;
        }
      }
      """;

  @dev.basalt.annotation.Persistent
  static class Shared {
    int number = 1;
  }

  /** By name. */
  private static final Map<String, byte[]> CLASSES = new HashMap<>();

  private static Memory memory = new Memory();

  @TestPool(options = Loader.class)
  private PoolUnderTest pools;

  static final class Loader implements TestPool.Options {
    @Override
    public void set(PoolBuilder builder) {
      memory = new Memory(); // as in a new start
      builder.classLoader(memory);
    }
  }

  /** Has the compiled classes and no files. */
  private static final class Memory extends ClassLoader {
    Memory() {
      super(LoadersIT.class.getClassLoader());
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      byte[] file = CLASSES.get(name);
      if (file == null) {
        throw new ClassNotFoundException(name);
      }
      return defineClass(name, file, 0, file.length);
    }

    @Override
    public URL getResource(String path) {
      return null;
    }

    @Override
    public InputStream getResourceAsStream(String path) {
      return null;
    }
  }

  @BeforeAll
  static void compile(@TempDir Path folder) throws Exception {
    Path main = Files.writeString(folder.resolve("Main.java"), PROGRAM);
    Path caller = Files.writeString(folder.resolve("Caller.java"), CALLER);
    Path target = folder.resolve("classes");
    String[] arguments = {
      "-d",
      target.toString(),
      "-proc:none",
      "-cp",
      ChildJvm.classPath(),
      main.toString(),
      caller.toString()
    };
    assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments)).isZero();
    try (Stream<Path> files = Files.walk(target)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = target.relativize(file).toString().replace('/', '.');
        CLASSES.put(name.substring(0, name.length() - ".class".length()), Files.readAllBytes(file));
      }
    }
  }

  @SuppressWarnings("unchecked")
  private static <T, R> Function<T, R> make(Class<?> type) throws ReflectiveOperationException {
    var constructor = type.getDeclaredConstructor();
    constructor.setAccessible(true);
    return (Function<T, R>) constructor.newInstance();
  }

  @Test
  void classesOfALoaderWithoutFilesWork() throws Exception {
    Pool pool = pools.pool();
    Function<Pool, String> main = make(memory.loadClass("memory.Main"));
    assertThat(main.apply(pool)).isEqualTo("false 2 outin2 42 2199023255552 true 8 4");
    assertThat(main.apply(pool)).isEqualTo("true 3 outin23 45 4398046511104 true 9 4");
    Pool reopened = pools.reopen();
    Function<Pool, String> again = make(memory.loadClass("memory.Main"));
    assertThat(again).isNotInstanceOf(main.getClass());
    assertThat(again.apply(reopened)).isEqualTo("true 4 outin234 49 8796093022208 true 10 4");
  }

  @Test
  void callerInALoaderWithoutFilesReachesClassesOfTheLoadersAbove() throws Exception {
    Shared shared = new Shared();
    pools.pool().putRoot("shared", shared);
    byte[] file = CLASSES.get("dev.basalt.agent.Caller");
    Function<Shared, Integer> caller =
        make(MethodHandles.lookup().defineClass(file)); // in this loader, which has no such file
    assertThat(caller.apply(shared)).isEqualTo(3);
    assertThat(shared.number).isEqualTo(3);
  }

  /** The JVM shows them to no agent. */
  @Test
  void hiddenClassesAreRefusedTheFields() throws Exception {
    Shared shared = new Shared();
    byte[] file = CLASSES.get("dev.basalt.agent.Caller");
    Function<Shared, Integer> caller =
        make(MethodHandles.lookup().defineHiddenClass(file, true).lookupClass());
    assertThatThrownBy(() -> caller.apply(shared)).isInstanceOf(IllegalAccessError.class);
    assertThat(shared.number).isEqualTo(1);
  }

  /**
   * A class that is missing, as those of optional libraries are, is no reason to rewrite another.
   */
  @Test
  void classThatUsesAMissingOneIsLeftAlone() {
    byte[] caller = CLASSES.get("dev.basalt.agent.Caller");
    ClassFileSource missing =
        path -> path.contains("Shared") ? null : LoadersIT.class.getResourceAsStream("/" + path);
    ClassFileSource withCaller =
        path ->
            path.endsWith("/Caller.class") ? new ByteArrayInputStream(caller) : missing.open(path);
    assertThat(new ClassRewriter(missing, reasons -> {}).rewrite(caller)).isPresent();
    assertThat(new ClassRewriter(withCaller, reasons -> {}).rewrite(caller)).isEmpty();
    assertThat(new ClassRewriter(path -> null, reasons -> {}).rewrite(caller))
        .as("without the runtime")
        .isEmpty();
  }
}
