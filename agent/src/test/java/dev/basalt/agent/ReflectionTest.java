package dev.basalt.agent;

import static net.bytebuddy.jar.asm.Opcodes.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.Pool;
import dev.basalt.agent.fixture.Guarded;
import dev.basalt.agent.fixture.SerialFields;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.OutputStream;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What reflection and serialisation refuse; what they do right is in {@link ProgramTest}. */
class ReflectionTest {
  private final RewritingLoader loader = new RewritingLoader();

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "varHandle",
        "unreflectedVarHandle",
        "integerUpdater",
        "longUpdater",
        "referenceUpdater"
      })
  void waysThatWouldMissThePoolAreRefused(String way) throws Exception {
    Class<?> guarded = loader.loadClass(Guarded.class.getName());
    Callable<?> attempt = (Callable<?>) guarded.getMethod(way).invoke(null);
    assertThatThrownBy(attempt::call)
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining(Guarded.class.getName() + ".")
        .hasMessageContaining("use the field itself");
  }

  @ParameterizedTest
  @ValueSource(strings = {"varHandle", "integerUpdater", "longUpdater", "referenceUpdater"})
  void theyWorkWhereNothingIsRewritten(String way) throws Exception {
    Callable<?> attempt = (Callable<?>) Guarded.class.getMethod(way).invoke(null);
    assertThat(attempt.call()).isNotNull();
  }

  /** The compiler warns of Unsafe, so the call is made here. */
  @Test
  void unsafeIsRefusedTheOffsetOfAStoredField() throws Exception {
    String path = "dev/basalt/agent/made/Sly";
    String desc = "(Lsun/misc/Unsafe;Ljava/lang/reflect/Field;)J";
    loader.with(
        path.replace('/', '.'),
        TestClasses.persistent(
            path.replace('/', '.'),
            writer ->
                TestClasses.addMethod(
                    writer,
                    ACC_PUBLIC | ACC_STATIC,
                    "offset",
                    desc,
                    code -> {
                      code.visitVarInsn(ALOAD, 0);
                      code.visitVarInsn(ALOAD, 1);
                      code.visitMethodInsn(
                          INVOKEVIRTUAL,
                          "sun/misc/Unsafe",
                          "objectFieldOffset",
                          "(Ljava/lang/reflect/Field;)J",
                          false);
                      code.visitInsn(LRETURN);
                      code.visitMaxs(2, 2);
                    })));
    Class<?> unsafeClass = Class.forName("sun.misc.Unsafe");
    Field theUnsafe = unsafeClass.getDeclaredField("theUnsafe");
    theUnsafe.setAccessible(true);
    Method offset =
        loader.loadClass(path.replace('/', '.')).getMethod("offset", unsafeClass, Field.class);
    Field stored = loader.loadClass(Guarded.class.getName()).getDeclaredField("number");
    assertThatThrownBy(() -> offset.invoke(null, theUnsafe.get(null), stored))
        .hasCauseInstanceOf(UnsupportedOperationException.class)
        .hasStackTraceContaining("Unsafe would reach the Java field " + Guarded.class.getName());
    Field plain = Guarded.class.getDeclaredField("number");
    assertThat((long) offset.invoke(null, theUnsafe.get(null), plain)).isPositive();
  }

  @Test
  void accessIsCheckedAsForTheCaller() throws Exception {
    Class<?> guarded = loader.loadClass(Guarded.class.getName());
    Class<?> links = loader.loadClass("dev.basalt.agent.fixture.Serialised$Link");
    var constructor = links.getDeclaredConstructor(String.class);
    constructor.setAccessible(true);
    Object link = constructor.newInstance("a");
    Field name = links.getDeclaredField("name");
    var read = guarded.getMethod("privateFieldOfAnother", Field.class, Object.class);
    assertThatThrownBy(() -> read.invoke(null, name, link))
        .hasCauseInstanceOf(IllegalAccessException.class)
        .hasStackTraceContaining("class " + Guarded.class.getName() + " cannot access");
    name.setAccessible(true);
    assertThat(read.invoke(null, name, link)).isEqualTo("a");
  }

  @Test
  void serialFieldsThatTheClassNamesMustBeWrittenByIt() throws Exception {
    Object object = loader.loadClass(SerialFields.class.getName()).getConstructor().newInstance();
    try (ObjectOutputStream out = new ObjectOutputStream(OutputStream.nullOutputStream());
        Pool pool =
            Pool.builder(folder.resolve("a.pool"))
                .maxSize(64L << 20)
                .logSize(1 << 20)
                .classLoader(loader)
                .open()) {
      out.writeObject(object);
      out.reset();
      pool.putRoot("object", object);
      assertThatThrownBy(() -> out.writeObject(object))
          .isInstanceOf(NotSerializableException.class)
          .hasMessageContaining(SerialFields.class.getName() + " lives in a pool")
          .hasMessageContaining("writeObject");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Link", "Own", "Replaced", "Sub"})
  void streamVersionIsThatOfTheOriginalClass(String name) throws Exception {
    String className = "dev.basalt.agent.fixture.Serialised$" + name;
    Class<?> original = Class.forName(className);
    Class<?> rewritten = loader.loadClass(className);
    assertThat(rewritten).isNotSameAs(original);
    assertThat(ObjectStreamClass.lookup(rewritten).getSerialVersionUID())
        .isEqualTo(ObjectStreamClass.lookup(original).getSerialVersionUID());
    assertThat(ObjectStreamClass.lookup(rewritten).getFields())
        .extracting(Object::toString)
        .isEqualTo(
            java.util.Arrays.stream(ObjectStreamClass.lookup(original).getFields())
                .map(Object::toString)
                .toList());
  }
}
