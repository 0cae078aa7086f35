package dev.basalt;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static java.util.Map.entry;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The packages of the runtime are layers, and arrows between them point down only. */
class LayersTest {
  private static final String PUBLIC = "dev.basalt";

  /** What each package may use, beside itself, the annotations and other people's libraries. */
  private static final Map<String, Set<String>> MAY_USE =
      Map.ofEntries(
          entry("error", Set.of()),
          entry("medium", Set.of("error")),
          entry("format", Set.of("error")),
          entry("log", Set.of("error", "medium", "format")),
          entry("memory", Set.of("error", "medium", "format")),
          entry("tx", Set.of("error", "medium", "format", "log", "memory")),
          entry("object", Set.of("error", "medium", "format", "log", "memory", "tx")),
          entry("bridge", Set.of("error", "medium", "format", "log", "memory", "tx", "object")),
          entry("check", Set.of("error", "medium", "format", "log", "memory", "tx", "object")),
          entry("cycles", Set.of("error", "format", "memory", "tx", "object", "check")),
          entry("dump", Set.of("error", "format", "memory", "tx", "object", "check")),
          entry("recovery", Set.of("error", "medium", "format", "log", "memory", "tx")),
          entry("backup", Set.of("error", "medium", "format", "log", "memory", "tx", "recovery")),
          entry(
              "compact",
              Set.of(
                  "error",
                  "medium",
                  "format",
                  "log",
                  "memory",
                  "tx",
                  "object",
                  "check",
                  "recovery")));

  private static final JavaClasses RUNTIME =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(PUBLIC);

  @Test
  void everyPackageHasItsLayer() {
    Set<String> packages =
        RUNTIME.stream()
            .map(JavaClass::getPackageName)
            .filter(name -> !name.equals(PUBLIC) && !name.equals(PUBLIC + ".annotation"))
            .map(name -> name.substring(PUBLIC.length() + 1))
            .collect(toSet());
    assertThat(packages).isEqualTo(MAY_USE.keySet());
  }

  @ParameterizedTest
  @MethodSource("layers")
  void arrowsPointDownOnly(String layer) {
    String[] forbidden =
        Stream.concat(
                Stream.of(PUBLIC),
                layers().filter(other -> isAbove(layer, other)).map(LayersTest::packageOf))
            .toArray(String[]::new);
    mayNotUse(layer, forbidden).check(RUNTIME);
  }

  /** An arrow that is there, forbidden: if this passed, so would everything. */
  @Test
  void forbiddenArrowIsReported() {
    assertThatThrownBy(() -> mayNotUse("log", packageOf("medium")).check(RUNTIME))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("dev.basalt.medium.");
  }

  @Test
  void onlyTheMediumTouchesStorage() {
    noClasses()
        .that()
        .resideOutsideOfPackage(packageOf("medium"))
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.nio.channels.FileChannel")
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.lang.foreign.Linker")
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.lang.foreign.SymbolLookup")
        .check(RUNTIME);
  }

  @Test
  void onlyTransactionsAndRecoveryHoldBothLogAndHeap() {
    Set<String> both =
        layers().filter(layer -> uses(layer, "log") && uses(layer, "memory")).collect(toSet());
    assertThat(both).isSubsetOf("tx", "recovery").contains("tx");
  }

  private static Stream<String> layers() {
    return MAY_USE.keySet().stream().sorted();
  }

  private static boolean isAbove(String layer, String other) {
    return !other.equals(layer) && !MAY_USE.get(layer).contains(other);
  }

  private static ArchRule mayNotUse(String layer, String... packages) {
    return noClasses()
        .that()
        .resideInAPackage(packageOf(layer))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(packages);
  }

  private static boolean uses(String layer, String other) {
    return RUNTIME.stream()
        .filter(type -> type.getPackageName().equals(packageOf(layer)))
        .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
        .anyMatch(arrow -> arrow.getTargetClass().getPackageName().equals(packageOf(other)));
  }

  private static String packageOf(String layer) {
    return PUBLIC + "." + layer;
  }
}
