package dev.basalt.agent;

import static net.bytebuddy.jar.asm.Opcodes.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.agent.elsewhere.Parent;
import dev.basalt.agent.fixture.Hidden;
import dev.basalt.agent.fixture.Neighbours;
import dev.basalt.collections.PersistentHashMap;
import dev.basalt.object.PersistentObject;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.bytebuddy.jar.asm.Handle;
import org.junit.jupiter.api.Test;

/** Which classes are rewritten, and the class files that only tools and old compilers make. */
class ClassRewriterTest {
  private static final String MADE = "dev.basalt.agent.made.";
  private static final String MADE_PATH = "dev/basalt/agent/made/";

  private final RewritingLoader loader = new RewritingLoader();
  private final List<String> refusals = new ArrayList<>();
  private final ClassRewriter rewriter =
      new ClassRewriter(getClass().getClassLoader()::getResourceAsStream, refusals::add);

  private byte[] rewrite(Class<?> type) {
    return rewriter.rewrite(RewritingLoader.classFile(type)).orElseThrow();
  }

  @Test
  void classesThatTouchNoStoredFieldAreLeftAlone() {
    for (Class<?> type :
        List.of(
            RewritingLoader.class,
            dev.basalt.bridge.Reflection.class,
            ClassRewriter.class,
            PersistentHashMap.class,
            Map.Entry.class)) {
      assertThat(rewriter.rewrite(RewritingLoader.classFile(type))).as(type.getName()).isEmpty();
    }
  }

  @Test
  void persistentClassIsRewrittenOnce() {
    byte[] once = rewrite(Parent.class);
    assertThat(rewriter.rewrite(once)).isEmpty();
  }

  @Test
  void subclassIsRewrittenOnce() throws Exception {
    loader.loadClass("dev.basalt.agent.fixture.Hidden$Derived");
    byte[] once = loader.rewritten.get("dev.basalt.agent.fixture.Hidden$Derived");
    assertThat(rewriter.rewrite(once)).isEmpty();
  }

  @Test
  void callerIsRewrittenOnce() {
    byte[] once = rewrite(Neighbours.class);
    assertThat(RawAccesses.of(once)).isEmpty();
    assertThat(rewriter.rewrite(once)).isEmpty();
  }

  @Test
  void classesRewrittenAtBuildTimeServeCallersAndSubclassesThatAreNot() throws Exception {
    loader.with(Parent.class.getName(), rewrite(Parent.class));
    var constructor = loader.loadClass(Neighbours.class.getName()).getDeclaredConstructor();
    Object program = constructor.newInstance();
    assertThat(((dev.basalt.agent.fixture.Program) program).run(object -> object))
        .isEqualTo(Neighbours.EXPECTED);
    assertThat(loader.rewritten)
        .containsKey(Neighbours.class.getName() + "$Child")
        .doesNotContainKey(Parent.class.getName());
    assertThat(RawAccesses.of(loader.rewritten.get(Neighbours.class.getName()))).isEmpty();
  }

  @Test
  void classLoadedBeforeTheAgentKeepsItsRawAccesses() {
    String parent = Parent.class.getName().replace('.', '/');
    ClassRewriter late =
        new ClassRewriter(
            getClass().getClassLoader()::getResourceAsStream,
            refusals::add,
            parent::equals,
            new Bases());
    assertThat(late.rewrite(RewritingLoader.classFile(Parent.class))).isEmpty();
    byte[] neighbours =
        late.rewrite(RewritingLoader.classFile(Neighbours.class)).orElse(new byte[0]);
    assertThat(neighbours).isEmpty();
    assertThat(refusals).isEmpty();
    late.rewrite(RewritingLoader.classFile(load(Neighbours.class.getName() + "$Child")));
    assertThat(refusals)
        .singleElement()
        .asString()
        .contains("which was loaded before the Basalt agent; start the agent earlier");
  }

  private static Class<?> load(String name) {
    try {
      return Class.forName(name, false, ClassRewriterTest.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void loadedClassesAreKnownThroughTheParentsOfALoader() {
    LoadedClasses loaded = new LoadedClasses(new Class<?>[] {Hidden.class, String.class});
    assertThat(loaded.contains(loader, "dev/basalt/agent/fixture/Hidden")).isTrue();
    assertThat(loaded.contains(loader, "dev/basalt/agent/fixture/Flow")).isFalse();
    assertThat(loaded.contains(null, "java/lang/String")).isFalse();
  }

  @Test
  void oldClassFileGetsAVersionThatHasDynamicConstants() throws Exception {
    loader.with(MADE + "Old", withField(V1_8, "Old"));
    assertThat(increment("Old")).isEqualTo(1);
  }

  @Test
  void markOfPreviewFeaturesIsKept() {
    byte[] preview = withField(V25 | V_PREVIEW, "Preview");
    byte[] rewritten = rewriter.rewrite(preview).orElseThrow();
    assertThat(rewritten).startsWith(java.util.Arrays.copyOf(preview, 8));
  }

  @Test
  void classFileWithoutStackMapsIsRefused() {
    rewriter.rewrite(withField(V1_5, "VeryOld"));
    assertThat(refusals)
        .containsExactly(
            MADE + "VeryOld was compiled for Java 5 or older; compile it for a newer one");
  }

  /** A class with a field {@code f} and a method that increments it. */
  private static byte[] withField(int version, String name) {
    String path = MADE_PATH + name;
    return TestClasses.persistent(
        version,
        MADE + name,
        writer -> {
          writer.visitField(ACC_PRIVATE, "f", "I", null, null).visitEnd();
          TestClasses.addConstructor(writer);
          TestClasses.addMethod(
              writer,
              ACC_PUBLIC,
              "increment",
              "()I",
              code -> {
                code.visitVarInsn(ALOAD, 0);
                code.visitInsn(DUP);
                code.visitFieldInsn(GETFIELD, path, "f", "I");
                code.visitInsn(ICONST_1);
                code.visitInsn(IADD);
                code.visitInsn(DUP_X1);
                code.visitFieldInsn(PUTFIELD, path, "f", "I");
                code.visitInsn(IRETURN);
                code.visitMaxs(3, 1);
              });
        });
  }

  private Object increment(String name) throws ReflectiveOperationException {
    Class<?> type = loader.loadClass(MADE + name);
    Object object = type.getDeclaredConstructor().newInstance();
    assertThat(object).isInstanceOf(PersistentObject.class);
    return type.getMethod("increment").invoke(object);
  }

  @Test
  void handleConstantsOfFieldsLeadToAccessors() throws Throwable {
    String path = MADE_PATH + "Handles";
    byte[] handles =
        TestClasses.persistent(
            MADE + "Handles",
            writer -> {
              writer.visitField(ACC_PRIVATE, "f", "J", null, null).visitEnd();
              TestClasses.addConstructor(writer);
              addHandleMethod(writer, "getter", new Handle(H_GETFIELD, path, "f", "J", false));
              addHandleMethod(writer, "setter", new Handle(H_PUTFIELD, path, "f", "J", false));
            });
    loader.with(MADE + "Handles", handles);
    Class<?> type = loader.loadClass(MADE + "Handles");
    Object object = type.getDeclaredConstructor().newInstance();
    MethodHandle getter = (MethodHandle) type.getMethod("getter").invoke(null);
    MethodHandle setter = (MethodHandle) type.getMethod("setter").invoke(null);
    setter.invoke(object, 7L);
    assertThat(getter.invoke(object)).isEqualTo(7L);
    assertThat(getter.toString()).isEqualTo("MethodHandle(Handles)long");
    var lookup = java.lang.invoke.MethodHandles.privateLookupIn(type, lookup());
    assertThat(lookup.revealDirect(getter).getName()).isEqualTo("$basalt$get$f");
    assertThat(lookup.revealDirect(setter).getName()).isEqualTo("$basalt$set$f");
  }

  private static java.lang.invoke.MethodHandles.Lookup lookup() {
    return java.lang.invoke.MethodHandles.lookup();
  }

  private static void addHandleMethod(
      net.bytebuddy.jar.asm.ClassWriter writer, String name, Handle handle) {
    TestClasses.addMethod(
        writer,
        ACC_PUBLIC | ACC_STATIC,
        name,
        "()Ljava/lang/invoke/MethodHandle;",
        code -> {
          code.visitLdcInsn(handle);
          code.visitInsn(ARETURN);
          code.visitMaxs(1, 0);
        });
  }

  /** The JVM resolves a field by name and type: the subclass may have got its own field later. */
  @Test
  void fieldsAreToldApartByTheirTypesToo() throws Exception {
    String base = MADE_PATH + "Base";
    String sub = MADE_PATH + "Sub";
    loader.with(
        MADE + "Base",
        TestClasses.persistent(
            MADE + "Base",
            writer -> {
              writer.visitField(ACC_PUBLIC, "x", "I", null, null).visitEnd();
              TestClasses.addConstructor(writer);
            }));
    loader.with(
        MADE + "Sub",
        TestClasses.persistent(
            V25,
            MADE + "Sub",
            MADE + "Base",
            writer -> {
              writer.visitField(ACC_PUBLIC, "x", "Ljava/lang/String;", null, null).visitEnd();
              TestClasses.addConstructor(writer, base);
              TestClasses.addMethod(
                  writer,
                  ACC_PUBLIC,
                  "inherited",
                  "()I",
                  code -> {
                    code.visitVarInsn(ALOAD, 0);
                    code.visitFieldInsn(GETFIELD, sub, "x", "I");
                    code.visitInsn(IRETURN);
                    code.visitMaxs(1, 1);
                  });
            }));
    Class<?> type = loader.loadClass(MADE + "Sub");
    Object object = type.getDeclaredConstructor().newInstance();
    hidden(loader.loadClass(MADE + "Base"), "x").setInt(object, 8);
    assertThat(type.getMethod("inherited").invoke(object)).isEqualTo(8);
    assertThat(RawAccesses.of(loader.rewritten.get(MADE + "Sub"))).isEmpty();
  }

  /** {@code this} is moved around before the superclass's constructor as no javac does it. */
  @Test
  void objectUnderConstructionIsFollowedThroughStackAndVariables() throws Exception {
    String path = MADE_PATH + "Odd";
    byte[] odd =
        TestClasses.persistent(
            MADE + "Odd",
            writer -> {
              writer.visitField(ACC_PUBLIC, "a", "J", null, null).visitEnd();
              writer.visitField(ACC_PUBLIC, "b", "I", null, null).visitEnd();
              writer.visitField(ACC_PUBLIC, "c", "L" + path + ";", null, null).visitEnd();
              TestClasses.addConstructor(writer);
              TestClasses.addMethod(
                  writer,
                  ACC_PUBLIC,
                  "<init>",
                  "(I)V",
                  code -> {
                    code.visitLdcInsn(5L); // a = 5, this under a long by DUP_X2
                    code.visitVarInsn(ALOAD, 0);
                    code.visitInsn(DUP_X2);
                    code.visitInsn(POP);
                    code.visitFieldInsn(PUTFIELD, path, "a", "J");
                    code.visitVarInsn(ALOAD, 0); // b = 1, through another variable and a swap
                    code.visitVarInsn(ASTORE, 2);
                    code.visitVarInsn(ILOAD, 1);
                    code.visitVarInsn(ALOAD, 2);
                    code.visitInsn(SWAP);
                    code.visitFieldInsn(PUTFIELD, path, "b", "I");
                    code.visitVarInsn(ALOAD, 2); // c = new Odd() with b = 9
                    code.visitTypeInsn(NEW, path);
                    code.visitInsn(DUP);
                    code.visitMethodInsn(INVOKESPECIAL, path, "<init>", "()V", false);
                    code.visitInsn(DUP);
                    code.visitIntInsn(BIPUSH, 9);
                    code.visitFieldInsn(PUTFIELD, path, "b", "I");
                    code.visitFieldInsn(PUTFIELD, path, "c", "L" + path + ";");
                    code.visitVarInsn(ALOAD, 2);
                    code.visitInsn(DUP);
                    code.visitMethodInsn(INVOKESPECIAL, "java/lang/Object", "<init>", "()V", false);
                    code.visitInsn(ICONST_2); // b = 2, after it
                    code.visitFieldInsn(PUTFIELD, path, "b", "I");
                    code.visitInsn(RETURN);
                    code.visitMaxs(5, 3);
                  });
            });
    loader.with(MADE + "Odd", odd);
    Class<?> type = loader.loadClass(MADE + "Odd");
    Object object = type.getConstructor(int.class).newInstance(1);
    assertThat(hidden(type, "a").get(object)).isEqualTo(5L);
    assertThat(hidden(type, "b").get(object)).isEqualTo(2);
    assertThat(hidden(type, "b").get(hidden(type, "c").get(object))).isEqualTo(9);
    assertThat(RawAccesses.of(loader.rewritten.get(MADE + "Odd")))
        .containsExactly(
            "<init>: putfield Odd.a", "<init>: putfield Odd.b", "<init>: putfield Odd.c");
  }

  /** Stored fields are private once their class is rewritten. */
  private static java.lang.reflect.Field hidden(Class<?> type, String name) throws Exception {
    java.lang.reflect.Field field = type.getDeclaredField(name);
    field.setAccessible(true);
    return field;
  }

  @Test
  void codeThatWasNotRewrittenCannotTouchStoredFields() throws Exception {
    RewritingLoader unaware =
        new RewritingLoader() {
          @Override
          boolean isRewritten(String name) {
            return !name.contains("Neighbours");
          }
        };
    Object program =
        unaware.loadClass(Neighbours.class.getName()).getDeclaredConstructor().newInstance();
    assertThatThrownBy(() -> ((dev.basalt.agent.fixture.Program) program).run(object -> object))
        .isInstanceOf(IllegalAccessError.class);
  }
}
