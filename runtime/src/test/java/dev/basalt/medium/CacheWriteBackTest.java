package dev.basalt.medium;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.fixture.ChildJvm;
import org.junit.jupiter.api.Test;

/** A JVM that cannot write cache lines back is told apart from one that can. */
class CacheWriteBackTest {
  /** The children of tests have no optimizing compiler. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) {
      System.out.println(CacheWriteBack.findObstacle());
    }
  }

  @Test
  void jvmWithItsOptimizingCompilerCanDoIt() {
    assertThat(CacheWriteBack.findObstacle()).isNull();
  }

  @Test
  void jvmWithoutItCannot() throws Exception {
    try (ChildJvm child = ChildJvm.start(Child.class)) {
      assertThat(child.line()).contains("without its optimizing compiler");
    }
  }
}
