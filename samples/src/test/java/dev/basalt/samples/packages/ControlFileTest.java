package dev.basalt.samples.packages;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class ControlFileTest {
  @Test
  void paragraphsAreSeparatedByEmptyLines() throws IOException {
    List<Paragraph> paragraphs = read("\n\nA: 1\nB: 2\n\n \t\n\nA: 3\n");
    assertThat(paragraphs).hasSize(2);
    assertThat(paragraphs.get(0).get("A")).isEqualTo("1");
    assertThat(paragraphs.get(0).get("B")).isEqualTo("2");
    assertThat(paragraphs.get(1).get("A")).isEqualTo("3");
    assertThat(paragraphs.get(1).get("B")).isNull();
  }

  @Test
  void lastLineNeedsNoEnd() throws IOException {
    assertThat(read("A: 1\nB: 2").getFirst().get("B")).isEqualTo("2");
  }

  @Test
  void continuationLinesBelongToTheFieldBefore() throws IOException {
    Paragraph paragraph = read("A: one\n two\n .\n\tthree\nB:\n only\nC: 1\n").getFirst();
    assertThat(paragraph.get("A")).isEqualTo("one\ntwo\n.\nthree");
    assertThat(paragraph.get("B")).isEqualTo("\nonly");
    assertThat(paragraph.get("C")).isEqualTo("1");
  }

  @Test
  void caseOfNamesDoesNotMatter() throws IOException {
    assertThat(read("pAcKaGe: x\n").getFirst().get("Package")).isEqualTo("x");
  }

  @Test
  void commentsAreSkipped() throws IOException {
    Paragraph paragraph = read("# before\nA: 1\n# within\nB: 2\n").getFirst();
    assertThat(paragraph.get("A")).isEqualTo("1");
    assertThat(paragraph.get("B")).isEqualTo("2");
  }

  @Test
  void valuesAreStrippedAndMayContainColons() throws IOException {
    assertThat(read("A:  http://x:1  \r\n").getFirst().get("A")).isEqualTo("http://x:1");
  }

  @Test
  void textIsUtf8() throws IOException {
    assertThat(read("A: Jérémy 漢字\n").getFirst().get("A")).isEqualTo("Jérémy 漢字");
  }

  @Test
  void linesMayBeLongerThanTheBuffer() throws IOException {
    String value = "x".repeat(200_000);
    assertThat(read("A: " + value + "\nB: 1\n").getFirst().get("A")).isEqualTo(value);
  }

  @Test
  void emptyInputHasNoParagraphs() throws IOException {
    assertThat(read("")).isEmpty();
    assertThat(read("\n\n")).isEmpty();
  }

  @ParameterizedTest
  @MethodSource
  void wrongLinesAreNamed(String text, String message) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("test: " + message);
  }

  static Stream<Arguments> wrongLinesAreNamed() {
    return Stream.of(
        arguments("A: 1\nnonsense\n", "line 2 is not of the form 'Name: value': 'nonsense'"),
        arguments(" x\n", "line 1 continues a field"),
        arguments("A: 1\n\n x: 1\n", "line 3 continues a field"),
        arguments("A: 1\na: 2\n", "line 2: the field a is there already in line 1"),
        arguments("A b: 1\n", "line 1 is not of the form"),
        arguments(": 1\n", "line 1 is not of the form"),
        arguments("-----BEGIN PGP SIGNED MESSAGE-----\n", "line 1 is not of the form"));
  }

  @Test
  void otherEncodingsAreRefused() {
    assertThatThrownBy(() -> read("A: 1\nB: é\n".getBytes(ISO_8859_1)))
        .isInstanceOf(InputException.class)
        .hasMessage("test: line 2 is not UTF-8 text");
  }

  @Test
  void endlessLinesAreRefused() {
    assertThatThrownBy(() -> read(new byte[2 << 20]))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("line 1 is longer than 1,048,576 bytes");
  }

  static List<Paragraph> read(String text) throws IOException {
    return read(text.getBytes(UTF_8));
  }

  private static List<Paragraph> read(byte[] bytes) throws IOException {
    List<Paragraph> paragraphs = new ArrayList<>();
    try (ControlFile control = new ControlFile("test", new ByteArrayInputStream(bytes))) {
      for (Paragraph p = control.next(); p != null; p = control.next()) {
        paragraphs.add(p);
      }
    }
    return paragraphs;
  }
}
