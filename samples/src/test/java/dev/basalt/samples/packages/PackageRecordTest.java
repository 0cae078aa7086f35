package dev.basalt.samples.packages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.samples.packages.PackageRecord.RelationRecord;
import java.io.IOException;
import org.junit.jupiter.api.Test;

final class PackageRecordTest {
  @Test
  void everythingIsUnderstood() throws IOException {
    PackageRecord record =
        of(
            """
            Package: bash
            Essential: yes
            Status: install ok installed
            Priority: required
            Section: shells
            Installed-Size: 7164
            Maintainer: Matthias Klose <doko@debian.org>
            Architecture: amd64
            Version: 5.2.15-2+b8
            Depends: base-files (>= 2.1.12)
            Pre-Depends: libc6 (>= 2.36)
            Description: GNU Bourne Again SHell
             Bash is an sh-compatible command language interpreter.
            """);
    assertThat(record.name()).isEqualTo("bash");
    assertThat(record.version()).isEqualTo("5.2.15-2+b8");
    assertThat(record.architecture()).isEqualTo("amd64");
    assertThat(record.maintainer()).isEqualTo("Matthias Klose <doko@debian.org>");
    assertThat(record.section()).isEqualTo("shells");
    assertThat(record.priority()).isEqualTo(Priority.REQUIRED);
    assertThat(record.installedSizeKib()).isEqualTo(7164);
    assertThat(record.summary()).isEqualTo("GNU Bourne Again SHell");
    assertThat(record.essential()).isTrue();
    assertThat(record.installed()).isTrue();
    assertThat(record.relations())
        .extracting(RelationRecord::kind)
        .containsExactly(RelationKind.PRE_DEPENDS, RelationKind.DEPENDS);
  }

  @Test
  void removedPackagesMayHaveNoVersion() throws IOException {
    PackageRecord record = of("Package: gone\nStatus: deinstall ok not-installed\n");
    assertThat(record.version()).isNull();
    assertThat(record.installed()).isFalse();
  }

  @Test
  void removedPackagesWithConfigurationAreNotInstalled() throws IOException {
    assertThat(of("Package: gone\nStatus: deinstall ok config-files\nVersion: 1\n").installed())
        .isFalse();
  }

  @Test
  void alternativesForOtherArchitecturesDoNotCount() throws IOException {
    PackageRecord record =
        of("Package: a\nVersion: 1\nArchitecture: amd64\nDepends: b [arm64] | c | d, e [!amd64]\n");
    assertThat(record.relations())
        .extracting(relation -> relation.to().name() + " " + relation.alternative())
        .containsExactly("c false", "d true");
  }

  @Test
  void mistakesNameTheLine() {
    assertThatThrownBy(() -> of("\nVersion: 1\n"))
        .hasMessage("test: line 2: this paragraph has no field Package");
    assertThatThrownBy(() -> of("Package: a\n"))
        .hasMessageContaining("line 1: this paragraph has no field Version");
    assertThatThrownBy(() -> of("Package: a\nVersion: 1\nDepends: b (\n"))
        .isInstanceOf(InputException.class)
        .hasMessage("test: line 3: Depends: one of << <= = >= >> expected at the end of the field");
    assertThatThrownBy(() -> of("Package: a\nVersion: 1\nInstalled-Size: -3\n"))
        .hasMessage("test: line 3: Installed-Size: '-3' is not a number of KiB");
  }

  private static PackageRecord of(String text) throws IOException {
    return PackageRecord.of(ControlFileTest.read(text).getFirst());
  }
}
