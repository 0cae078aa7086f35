package dev.basalt.samples.packages;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PackageSourceTest {
  private static final String TEXT = "Package: a\nVersion: 1\n\nPackage: b\nVersion: 2\n";

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void setUp() {
    file = folder.resolve("status");
  }

  @Test
  void bundledIndexIsRealAndCoherent() {
    List<PackageRecord> records = PackageSource.bundled().read();
    assertThat(records).hasSizeGreaterThan(1_000);
    assertThat(records)
        .extracting(PackageRecord::name)
        .contains("bash", "libc6")
        .doesNotHaveDuplicates();
    Loader loader = new Loader(Samples.IDENTITY, records, records.size());
    PackageGraph graph = new PackageGraph(loader.model(1));
    List<String> unsatisfied = new ArrayList<>();
    for (DebPackage debPackage : graph.packages()) {
      boolean satisfied = true;
      for (Relation relation : debPackage.versions().iterator().next().relations()) {
        if (relation.kind().isHard()) {
          boolean here = !graph.satisfying(relation).isEmpty();
          if (!relation.isAlternative() && !satisfied) {
            unsatisfied.add(debPackage.name());
          }
          satisfied = relation.isAlternative() ? satisfied || here : here;
        }
      }
    }
    assertThat(unsatisfied).isEmpty();
  }

  @Test
  void plainAndCompressedFilesAreTheSame() throws IOException {
    Files.writeString(file, TEXT);
    List<PackageRecord> plain = PackageSource.ofFile(file).read();
    Files.write(file, gzip(TEXT));
    assertThat(PackageSource.ofFile(file).read()).isEqualTo(plain).hasSize(2);
  }

  @Test
  void identityIsThatOfTheBytes() throws IOException {
    Files.writeString(file, TEXT);
    InputIdentity identity = PackageSource.ofFile(file).identity();
    Path copy = Files.writeString(folder.resolve("copy"), TEXT);
    assertThat(PackageSource.ofFile(copy).identity().isSameInput(identity)).isTrue();
    Files.writeString(file, TEXT.replace('1', '3'));
    assertThat(PackageSource.ofFile(file).identity().isSameInput(identity)).isFalse();
  }

  @Test
  void unusableFilesAreNamedWithTheCause() throws IOException {
    assertRefused("there is no such file");
    Files.createFile(file);
    assertRefused("describes no packages: it is empty");
    Files.write(file, Arrays.copyOf(gzip(TEXT.repeat(100)), 50));
    assertRefused("the compressed data is cut off");
    Files.write(file, new byte[] {(byte) 0xFD, '7', 'z', 'X', 'Z', 0, 1, 2, 3});
    assertRefused("is compressed, but not by gzip");
    Files.write(file, new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
    assertRefused("line 1 is not of the form 'Name: value'");
    Files.delete(file);
    Files.createDirectory(file);
    assertRefused("is a directory");
  }

  private void assertRefused(String cause) {
    assertThatThrownBy(() -> PackageSource.ofFile(file).read())
        .isInstanceOf(InputException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(cause);
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(UTF_8));
    }
    return bytes.toByteArray();
  }
}
