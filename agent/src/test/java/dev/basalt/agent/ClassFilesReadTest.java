package dev.basalt.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.MethodHandleDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Which other class files the rewriter reads to know what becomes of a class: as few as it can. */
class ClassFilesReadTest {
  private static final ClassDesc CALLER = ClassDesc.of("dev.basalt.agent.made.Caller");
  private static final ClassDesc PARENT = ClassDesc.of("dev.basalt.agent.elsewhere.Parent");
  private static final String PARENT_FILE = "dev/basalt/agent/elsewhere/Parent.class";

  private final List<String> read = new ArrayList<>();
  private final ClassRewriter rewriter = new ClassRewriter(this::open, refusal -> {});

  private InputStream open(String path) {
    read.add(path);
    return getClass().getClassLoader().getResourceAsStream(path);
  }

  private boolean isRewritten(byte[] classFile) {
    return rewriter.rewrite(classFile).isPresent();
  }

  private static byte[] caller(Consumer<CodeBuilder> code) {
    Consumer<ClassBuilder> members =
        type ->
            type.withMethodBody(
                "run",
                MethodTypeDesc.of(ConstantDescs.CD_void, PARENT),
                ClassFile.ACC_STATIC,
                body -> {
                  code.accept(body);
                  body.return_();
                });
    return ClassFile.of().build(CALLER, members);
  }

  @Test
  void staticFieldsOfAnotherClassDoNotMatter() {
    byte[] caller = caller(code -> code.getstatic(PARENT, "COUNT", ConstantDescs.CD_int).pop());
    assertThat(isRewritten(caller)).isFalse();
    assertThat(read).doesNotContain(PARENT_FILE);
  }

  @Test
  void classThatTouchesNothingReadsNothing() {
    assertThat(isRewritten(caller(code -> code.loadConstant("text").pop()))).isFalse();
    assertThat(read).isEmpty();
  }

  @Test
  void anInstanceFieldIsFoundAmongStaticOnes() {
    byte[] caller =
        caller(
            code ->
                code.getstatic(PARENT, "COUNT", ConstantDescs.CD_int)
                    .pop()
                    .aload(0)
                    .getfield(PARENT, "open", ConstantDescs.CD_long)
                    .pop2());
    assertThat(isRewritten(caller)).isTrue();
    assertThat(read).contains(PARENT_FILE);
  }

  @Test
  void anAssignedFieldIsFound() {
    byte[] caller =
        caller(
            code -> code.aload(0).loadConstant(1L).putfield(PARENT, "open", ConstantDescs.CD_long));
    assertThat(isRewritten(caller)).isTrue();
  }

  @Test
  void aMethodHandleOfAFieldIsFound() {
    DirectMethodHandleDesc getter =
        MethodHandleDesc.ofField(
            DirectMethodHandleDesc.Kind.GETTER, PARENT, "open", ConstantDescs.CD_long);
    assertThat(isRewritten(caller(code -> code.loadConstant(getter).pop()))).isTrue();
  }

  /** An index of two bytes that are not zero: with so many constants before it. */
  @Test
  void aFieldWithALargeConstantIndexIsFound() {
    byte[] caller =
        caller(
            code -> {
              for (int i = 0; i < 3000; i++) {
                code.loadConstant("constant " + i).pop();
              }
              code.aload(0).getfield(PARENT, "open", ConstantDescs.CD_long).pop2();
            });
    assertThat(isRewritten(caller)).isTrue();
  }
}
