package dev.basalt.samples.packages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

final class TableTest {
  @Test
  void columnsAreAsWideAsTheirWidestCell() {
    StringWriter text = new StringWriter();
    new Table("name", ">n", "what")
        .row("a", "1,000", "x")
        .row("longer", "2", "")
        .print(new PrintWriter(text, true));
    assertThat(text.toString().lines())
        .containsExactly(
            "  name        n  what",
            "  ------  -----  ----",
            "  a       1,000  x",
            "  longer      2");
  }

  @Test
  void rowsHaveACellForEachColumn() {
    assertThatThrownBy(() -> new Table("a", "b").row("1"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void numbersAreReadable() {
    assertThat(Text.number(1234567)).isEqualTo("1,234,567");
    assertThat(Text.bytes(1023)).isEqualTo("1023 bytes");
    assertThat(Text.bytes(3L << 30)).isEqualTo("3.0 GiB");
    assertThat(Text.nanos(1_500_000)).isEqualTo("1.5 ms");
    assertThat(Text.nanos(12_340_000_000L)).isEqualTo("12.3 s");
    assertThat(Text.count(1, "ox", "oxen")).isEqualTo("1 ox");
    assertThat(Text.shorten("abcdefgh", 6)).isEqualTo("abc...");
  }
}
