package dev.basalt.samples.packages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.samples.packages.DependencyParser.Alternative;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DependencyParserTest {
  @Test
  void commasSeparateClausesAndBarsAlternatives() {
    assertThat(DependencyParser.parse("a, b | c ,d|e"))
        .containsExactly(
            List.of(plain("a")), List.of(plain("b"), plain("c")), List.of(plain("d"), plain("e")));
  }

  @ParameterizedTest
  @CsvSource({
    "a (<< 1),EARLIER",
    "a (<= 1),EARLIER_OR_EQUAL",
    "a (< 1),EARLIER_OR_EQUAL",
    "a (= 1),EQUAL",
    "a(>=1),LATER_OR_EQUAL",
    "a (> 1),LATER_OR_EQUAL",
    "a ( >> 1 ),LATER"
  })
  void versionsAreLimited(String text, Operator operator) {
    assertThat(DependencyParser.parse(text))
        .containsExactly(List.of(new Alternative("a", false, operator, "1", List.of())));
  }

  @Test
  void versionsMayHaveEpochsAndRevisions() {
    assertThat(only("libc6 (>= 1:2.36~rc-9+deb12u4)").version()).isEqualTo("1:2.36~rc-9+deb12u4");
  }

  @Test
  void qualifierAnyIsKeptApart() {
    assertThat(only("python3:any (>= 3.11)").name()).isEqualTo("python3");
    assertThat(only("python3:any").anyArchitecture()).isTrue();
    assertThat(only("python3:i386").name()).isEqualTo("python3:i386");
    assertThat(only("python3:i386").anyArchitecture()).isFalse();
  }

  @Test
  void architecturesLimitAnAlternative() {
    assertThat(only("a [amd64 i386]").appliesTo("amd64")).isTrue();
    assertThat(only("a [amd64 i386]").appliesTo("arm64")).isFalse();
    assertThat(only("a (>= 1) [!amd64 !i386]").appliesTo("amd64")).isFalse();
    assertThat(only("a [!amd64]").appliesTo("arm64")).isTrue();
    assertThat(only("a [amd64]").appliesTo("all")).isTrue();
    assertThat(only("a").appliesTo("amd64")).isTrue();
  }

  @Test
  void buildProfilesAreSkipped() {
    assertThat(DependencyParser.parse("a <!nocheck> <cross>, b"))
        .containsExactly(List.of(plain("a")), List.of(plain("b")));
  }

  @Test
  void emptyClausesAndLineEndsAreHarmless() {
    assertThat(DependencyParser.parse("")).isEmpty();
    assertThat(DependencyParser.parse(" , a,\n b,, "))
        .containsExactly(List.of(plain("a")), List.of(plain("b")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "a (>= 1; ')' is missing at column 7",
        "a (>=); version expected at column 6",
        "a (1); one of << <= = >= >> expected at column 4",
        "a (=> 1); one of << <= = >= >> expected at column 4",
        "a b; ',' or '|' expected at column 3, before 'b'",
        "a | ; package name expected at the end of the field",
        "| a; package name expected at column 1",
        "a [amd64; ']' is missing",
        "a:; architecture expected"
      })
  void mistakesAreLocated(String text, String message) {
    assertThatThrownBy(() -> DependencyParser.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message.strip());
  }

  private static Alternative only(String text) {
    return DependencyParser.parse(text).getFirst().getFirst();
  }

  private static Alternative plain(String name) {
    return new Alternative(name, false, Operator.ANY, null, List.of());
  }
}
