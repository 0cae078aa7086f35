package dev.basalt.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.agent.elsewhere.Parent;
import dev.basalt.object.FieldWriter;
import dev.basalt.object.HandleMarker;
import dev.basalt.object.ObjectSpace;
import dev.basalt.object.PersistentObject;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the agent adds to a persistent class. */
class MembersTest {
  private static final String FIXTURE = "dev.basalt.agent.fixture.";

  private final RewritingLoader loader = new RewritingLoader();

  private Class<?> load(String name) throws ClassNotFoundException {
    return loader.loadClass(FIXTURE + name);
  }

  private static Object make(Class<?> type) throws ReflectiveOperationException {
    var constructor = type.getDeclaredConstructor();
    constructor.setAccessible(true);
    return constructor.newInstance();
  }

  /** Takes down the calls of a writer, without the offsets. */
  private static List<String> stored(Object object) {
    List<String> calls = new ArrayList<>();
    FieldWriter writer =
        (FieldWriter)
            Proxy.newProxyInstance(
                FieldWriter.class.getClassLoader(),
                new Class<?>[] {FieldWriter.class},
                (proxy, method, arguments) -> {
                  calls.add(method.getName() + " " + arguments[1]);
                  return null;
                });
    ((PersistentObject) object).$basalt$store(writer);
    return calls;
  }

  @Test
  void onlyTheTopmostClassHoldsTheState() throws Exception {
    Class<?> base = load("Hidden$Base");
    Class<?> derived = load("Hidden$Derived");
    assertThat(base.getInterfaces()).containsExactly(PersistentObject.class);
    assertThat(derived.getInterfaces()).isEmpty();
    assertThat(derived.getDeclaredFields()).extracting(Field::getName).containsExactly("x");
    assertThat(base.getDeclaredFields())
        .extracting(Field::getName)
        .containsExactlyInAnyOrder("x", "$basalt$space", "$basalt$offset");
    int modifiers = base.getDeclaredField("$basalt$space").getModifiers();
    assertThat(Modifier.isProtected(modifiers) && Modifier.isTransient(modifiers)).isTrue();
  }

  @Test
  void accessorsAreAsVisibleAsTheFieldWasAndTheFieldIsPrivate() throws Exception {
    Class<?> rewritten = loader.loadClass("dev.basalt.agent.elsewhere.Parent");
    for (Field original : Parent.class.getDeclaredFields()) {
      String name = original.getName();
      Method getter = rewritten.getDeclaredMethod("$basalt$get$" + name, rewritten);
      Method setter =
          rewritten.getDeclaredMethod("$basalt$set$" + name, rewritten, original.getType());
      for (Method accessor : List.of(getter, setter)) {
        assertThat(visibility(accessor)).isEqualTo(visibility(original));
        assertThat(Modifier.isStatic(accessor.getModifiers())).isTrue();
        assertThat(accessor.isSynthetic()).isTrue();
      }
      assertThat(visibility(rewritten.getDeclaredField(name))).isEqualTo(Modifier.PRIVATE);
    }
  }

  private static int visibility(Member member) {
    return member.getModifiers() & (Modifier.PUBLIC | Modifier.PROTECTED | Modifier.PRIVATE);
  }

  @Test
  void transientAndStaticFieldsGetNoAccessors() throws Exception {
    assertThat(load("References$All").getDeclaredMethods())
        .extracting(Method::getName)
        .contains("$basalt$get$text")
        .doesNotContain("$basalt$get$builder");
    assertThat(load("Constructors$Delegating").getDeclaredMethods())
        .extracting(Method::getName)
        .contains("$basalt$get$value")
        .doesNotContain("$basalt$get$SEEN");
  }

  @Test
  void storedFieldsAreNotFinalAnyMore() throws Exception {
    Class<?> type = load("Constructors$Delegating");
    assertThat(Modifier.isFinal(type.getDeclaredField("value").getModifiers())).isFalse();
    assertThat(Modifier.isFinal(type.getDeclaredField("SEEN").getModifiers())).isTrue();
  }

  @Test
  void storeWritesPlainValuesSuperclassFirst() throws Exception {
    assertThat(stored(make(load("Hidden$Derived"))))
        .containsExactly("putInt 1", "putInt 20", "putReference thirty");
    assertThat(stored(make(load("Primitives$Numbers"))))
        .containsExactly(
            "putBoolean false",
            "putByte 127",
            "putChar a",
            "putShort 0",
            "putInt 2",
            "putLong 5",
            "putFloat 1.5",
            "putDouble -1.0",
            "putInt 1");
  }

  @Test
  void clearForgetsThePlainReferencesOnly() throws Exception {
    Class<?> type = load("Clones$Dolly");
    Object dolly = make(type);
    for (Class<?> at = type; at != Object.class; at = at.getSuperclass()) {
      for (Field field : at.getDeclaredFields()) {
        field.setAccessible(true);
        switch (field.getName()) {
          case "name" -> field.set(dolly, "Dolly");
          case "age" -> field.set(dolly, 6);
          case "mother" -> field.set(dolly, dolly);
          default -> {}
        }
      }
    }
    ((PersistentObject) dolly).$basalt$clear();
    assertThat(stored(dolly))
        .containsExactly(
            "putReference null",
            "putLong 6",
            "putBoolean true",
            "putFloat 0.0",
            "putReference null");
  }

  @Test
  void handleConstructorRunsNoInitialiser() throws Exception {
    for (String name : List.of("Hidden$Derived", "Primitives$Numbers", "Insiders$Secret$Inner")) {
      var constructor = load(name).getConstructor(HandleMarker.class);
      constructor.setAccessible(true);
      Object handle = constructor.newInstance(new Object[] {null});
      assertThat(stored(handle))
          .allSatisfy(call -> assertThat(call).matches("put\\w+ (0|0\\.0|false|null|\0)"));
    }
  }

  @Test
  void handleMakesABoundInstanceOfExactlyTheClass() throws Exception {
    ObjectSpace space = null; // a real one is in ProgramTest
    Object derived = make(load("Hidden$Derived"));
    PersistentObject handle = ((PersistentObject) derived).$basalt$handle(space, 48);
    assertThat(handle.getClass()).isSameAs(derived.getClass());
    assertThat(handle.$basalt$space()).isNull();
  }

  @Test
  void abstractClassHasNoHandleMethod() throws Exception {
    assertThat(load("Hidden$Middle").getDeclaredMethods())
        .extracting(Method::getName)
        .contains("$basalt$store", "$basalt$clear")
        .doesNotContain("$basalt$handle");
  }

  @Test
  void genericSignatureStaysReadable() throws Exception {
    Class<?> cell = load("Interfaces$Cell");
    assertThat(Arrays.toString(cell.getGenericInterfaces()))
        .contains("Interfaces$Named", "PersistentObject");
    assertThat(cell.getTypeParameters()).hasSize(1);
  }

  @Test
  void noRawAccessToStoredFieldsIsLeft() throws Exception {
    for (String name :
        List.of(
            "Primitives",
            "Hidden",
            "Hidden$Base",
            "Hidden$Middle",
            "Hidden$Derived",
            "Insiders",
            "Insiders$Secret",
            "Insiders$Secret$Nested",
            "Insiders$Secret$Inner",
            "Neighbours",
            "Neighbours$Child",
            "Neighbours$Child$Helper",
            "Interfaces",
            "Interfaces$Cell",
            "Interfaces$Named",
            "References",
            "Flow",
            "Flow$State",
            "Clones",
            "Constructors")) {
      load(name);
      byte[] original = RewritingLoader.classFile(FIXTURE + name);
      assertThat(RawAccesses.of(loader.rewritten.getOrDefault(FIXTURE + name, original)))
          .as(name)
          .filteredOn(access -> !access.matches(".*(this\\$\\d+|val\\$\\w+|builder)"))
          .isEmpty();
    }
  }

  @Test
  void onlyStoresBeforeTheSuperConstructorStayRaw() throws Exception {
    load("Constructors$Early");
    assertThat(RawAccesses.of(loader.rewritten.get(FIXTURE + "Constructors$Early")))
        .containsExactly(
            "<init>: putfield Constructors$Early.number",
            "<init>: putfield Constructors$Early.number",
            "<init>: putfield Constructors$Early.ratio",
            "<init>: putfield Constructors$Early.nested",
            "<init>: putfield Constructors$Early.label",
            "<init>: putfield Constructors$Early.nested",
            "<init>: putfield Constructors$Early.number",
            "<init>: putfield Constructors$Early.ratio",
            "<init>: putfield Constructors$Early.number",
            "<init>: putfield Constructors$Early.ratio",
            "<init>: putfield Constructors$Early.nested");
  }
}
