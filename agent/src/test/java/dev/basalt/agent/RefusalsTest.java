package dev.basalt.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.basalt.Codec;
import dev.basalt.error.UnsupportedTypeException;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Classes that cannot be rewritten say why when they are first used. */
class RefusalsTest {
  private static final String REFUSED = "dev.basalt.agent.refused.";

  private final RewritingLoader loader = new RewritingLoader();

  /** Initialises a class and returns the message of its refusal. */
  private String refusal(String name) {
    Throwable thrown = catchThrowable(() -> Class.forName(REFUSED + name, true, loader));
    assertThat(thrown)
        .isInstanceOf(ExceptionInInitializerError.class)
        .hasCauseInstanceOf(UnsupportedTypeException.class);
    return thrown.getCause().getMessage();
  }

  @Test
  void allReasonsAreNamedAtOnceEachWithItsWayOut() {
    assertThat(refusal("BadFields").split("; (?=dev)"))
        .containsExactly(
            REFUSED
                + "BadFields.threads has type java.lang.Thread[], not storable; make it transient,"
                + " declare an interface or register a codec as a service",
            REFUSED
                + "BadFields.point has type dev.basalt.agent.refused.BadFields$Point, a record"
                + " whose component drawers has type java.lang.Thread[], not storable; make it"
                + " transient, declare an interface or register a codec as a service",
            REFUSED
                + "BadFields.date has type java.util.Date, not storable; make it transient, declare"
                + " an interface or register a codec as a service",
            REFUSED
                + "BadFields.other has type dev.basalt.agent.refused.BadFields$Other, not"
                + " @Persistent; annotate that type, make the field transient or register a codec"
                + " as a service",
            REFUSED
                + "BadFields.annotation has type java.lang.Override, an annotation; make it"
                + " transient");
  }

  @Test
  void fieldsThatCannotBeWeakAreRefused() {
    String why =
        ", to which no field can refer weakly, because its values are stored in the field; take the"
            + " annotation @Weak away";
    assertThat(refusal("BadWeak").split("; (?=dev)"))
        .containsExactly(
            REFUSED + "BadWeak.number has type int" + why,
            REFUSED + "BadWeak.text has type java.lang.String" + why,
            REFUSED + "BadWeak.array has type dev.basalt.agent.refused.BadWeak[]" + why,
            REFUSED + "BadWeak.constant has type dev.basalt.agent.refused.Kinds$AnEnum" + why,
            REFUSED + "BadWeak.pair has type dev.basalt.agent.refused.BadWeak$Pair" + why,
            REFUSED
                + "BadWeak.weakPair has type dev.basalt.agent.refused.BadWeak$WeakPair, a record"
                + " whose component y is @Weak, but records are stored by value");
  }

  @ParameterizedTest
  @CsvSource({
    "Kinds$ARecord, a record; only classes can be @Persistent",
    "Kinds$AnEnum, an enum; only classes can be @Persistent",
  })
  void onlyClassesCanBePersistent(String name, String reason) {
    assertThat(refusal(name)).isEqualTo(REFUSED + name + " is " + reason);
  }

  @ParameterizedTest
  @CsvSource({"Kinds$AnInterface, an interface", "Kinds$AnAnnotation, an annotation"})
  void interfacesAreRefusedWhenTheirConstantsAreUsed(String name, String kind) throws Exception {
    Class<?> type = loader.loadClass(REFUSED + name);
    Throwable thrown = catchThrowable(() -> type.getField("SET").get(null));
    assertThat(thrown.getCause())
        .isInstanceOf(UnsupportedTypeException.class)
        .hasMessage(REFUSED + name + " is " + kind + "; only classes can be @Persistent");
    assertThat(loader.refusals).hasSize(1);
  }

  @Test
  void superclassMustHaveAConstructorForHandles() {
    assertThat(refusal("Kinds$ExtendsNeedsArgument"))
        .isEqualTo(
            REFUSED
                + "Kinds$ExtendsNeedsArgument extends dev.basalt.agent.refused.Kinds$NeedsArgument,"
                + " which is not @Persistent and has no constructor without parameters that it"
                + " could call; annotate it or give it one");
  }

  /** The nest of a class reads its private fields; once it is defined so, they are not stored. */
  @Test
  void superclassWhoseNestIsDefinedAsItIsStaysPlain() throws Exception {
    Class<?> _ = Class.forName(REFUSED + "Kinds", true, loader);
    assertThat(refusal("OutsideOfTheNest")).contains("Kinds$ReadByItsNest.state; annotate it");

    RewritingLoader other = new RewritingLoader();
    Class<?> _ = Class.forName(REFUSED + "OutsideOfTheNest", true, other);
    Class<?> _ = Class.forName(REFUSED + "Kinds", true, other);
    assertThat(other.refusals).isEmpty();
    assertThat(other.rewritten).containsKeys(REFUSED + "Kinds", REFUSED + "Kinds$ReadByItsNest");
  }

  @Test
  void stateOfASuperclassIsNotLostSilently() {
    String kinds = REFUSED + "Kinds$";
    assertThat(refusal("Kinds$ExtendsState").split("; (?=dev)"))
        .containsExactly(
            kinds
                + "ExtendsState extends "
                + kinds
                + "Named, which is not @Persistent, so what it has would not be stored: "
                + kinds
                + "Named.name, "
                + kinds
                + "Counted.count, "
                + kinds
                + "Counted.process; annotate it and mend what is refused then, make the fields"
                + " transient, hold one in a field"
                + " instead of extending it, or accept that with"
                + " @Persistent(withoutSuperclassState = true)",
            kinds
                + "ExtendsState.runtime has type java.lang.Runtime, not storable; make it"
                + " transient, declare an interface or register a codec as a service");
    assertThat(refusal("Kinds$ExtendsList"))
        .contains("would not be stored: java.util.ArrayList.elementData, java.util.ArrayList.size")
        .contains("; hold one in a field instead of extending it")
        .doesNotContain("annotate it");
    assertThat(refusal("Kinds$ExtendsTransientState"))
        .contains("would not be stored: java.util.LinkedList.size, java.util.LinkedList.first");
  }

  @Test
  void superclassWithoutStateOrWithStateThatMayBeLostIsAccepted() throws Exception {
    Class.forName(REFUSED + "Kinds$ExtendsNoState", true, loader);
    Class.forName(REFUSED + "Kinds$AcceptsTheLoss", true, loader);
    assertThat(loader.refusals).isEmpty();
  }

  @Test
  void subclassOfARefusedClassFailsWithTheReasonsOfItsSuperclass() {
    assertThat(refusal("Kinds$ExtendsRefused"))
        .contains("BadFields.threads has type java.lang.Thread[]");
    assertThat(loader.refusals).anyMatch(r -> r.contains("Kinds$ExtendsRefused.runtime"));
  }

  @Test
  void annotationsOfMethodsThatCannotHaveTheirEffectAreRefused() {
    assertThat(refusal("BadMethods").split("; (?=dev)"))
        .containsExactly(
            REFUSED
                + "BadMethods.notWritten is @Transactional, but an abstract method cannot be;"
                + " annotate the methods that implement it",
            REFUSED
                + "BadMethods.elsewhere is @Transactional, but a native method cannot be; call it"
                + " from a method that is",
            REFUSED
                + "BadMethods.notPersistent is @OnHandle, but its class is not @Persistent;"
                + " annotate the class");
  }

  @Test
  void reasonsOfMethodsAndFieldsAreNamedTogether() {
    String rule =
        " is @OnHandle, but not an instance method without parameters and result; make it one";
    assertThat(refusal("BadMethods$Handles").split("; (?=dev)"))
        .containsExactly(
            REFUSED + "BadMethods$Handles.noInstance" + rule,
            REFUSED + "BadMethods$Handles.parameter" + rule,
            REFUSED + "BadMethods$Handles.result" + rule,
            REFUSED
                + "BadMethods$Handles has 3 @OnHandle methods; call the others from one of them",
            REFUSED
                + "BadMethods$Handles.runtime has type java.lang.Runtime, not storable; make it"
                + " transient, declare an interface or register a codec as a service");
  }

  @Test
  void constructorCannotBeTransactional() {
    byte[] bad =
        TestClasses.persistent(
            "dev.basalt.agent.refused.Made",
            writer -> {
              var constructor = writer.visitMethod(1, "<init>", "()V", null, null);
              constructor.visitAnnotation(Names.TRANSACTIONAL, true).visitEnd();
              constructor.visitCode();
              constructor.visitInsn(net.bytebuddy.jar.asm.Opcodes.RETURN);
              constructor.visitMaxs(0, 1);
              constructor.visitEnd();
            });
    new ClassRewriter(path -> null, loader.refusals::add).rewrite(bad);
    assertThat(loader.refusals)
        .containsExactly(
            REFUSED
                + "Made is @Transactional, but a constructor cannot be; make the object inside an"
                + " update");
  }

  @Test
  void typeWithoutAClassFileIsNotFound() {
    byte[] original = RewritingLoader.classFile(dev.basalt.agent.refused.BadFields.class);
    StringBuilder refusals = new StringBuilder();
    new ClassRewriter(path -> null, refusals::append).rewrite(original);
    assertThat(refusals)
        .contains(
            "BadFields.alsoFine has type java.util.List, type not found; add its class file to the"
                + " class path or make the field transient");
  }

  /** A codec as a program would write it. */
  public abstract static class DateCodec implements Supplier<String>, Codec<java.util.Date> {}

  @Test
  void typeOfACodecServiceCanBeStored() {
    byte[] original = RewritingLoader.classFile(dev.basalt.agent.refused.BadFields.class);
    StringBuilder refusals = new StringBuilder();
    byte[] services =
        ("# codecs\n\n" + DateCodec.class.getName() + " # of dates\n")
            .getBytes(StandardCharsets.UTF_8);
    new ClassRewriter(
            path ->
                path.equals("META-INF/services/dev.basalt.Codec")
                    ? new ByteArrayInputStream(services)
                    : loader.getResourceAsStream(path),
            refusals::append)
        .rewrite(original);
    assertThat(refusals).contains("BadFields.threads").doesNotContain("BadFields.date");
  }

  @Test
  void veryLongMessageIsCutOff() throws Exception {
    byte[] many =
        TestClasses.persistent(
            "dev.basalt.agent.refused.Many",
            writer -> {
              for (int i = 0; i < 3000; i++) {
                writer.visitField(0, "f" + i, "Ljava/lang/Thread;", null, null).visitEnd();
              }
            });
    loader.with(REFUSED + "Many", many);
    assertThat(refusal("Many")).endsWith("...").hasSizeLessThan(21_000);
  }
}
