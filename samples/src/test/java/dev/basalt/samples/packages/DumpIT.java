package dev.basalt.samples.packages;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.Durability;
import dev.basalt.Pool;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code basalt dump} shows what is in a pool, or says in one line why it cannot. */
final class DumpIT {
  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void makePool() {
    file = folder.resolve("packages.pool");
    Loader loader = new Loader(Samples.IDENTITY, Samples.bundled(100), 10);
    try (DemoPool demo = DemoPool.open(file, Durability.SYNC)) {
      demo.load(loader, _ -> {});
    }
  }

  @Test
  void everyObjectIsShownAndTheFileStaysAsItWas() throws Exception {
    byte[] before = Files.readAllBytes(file);
    Basalt result = Basalt.run("dump", file.toString());
    assertThat(result.err()).isEmpty();
    assertThat(result.status()).isZero();
    assertThat(result.out())
        .startsWith("pool " + file + "\nroot \"")
        .endsWith(", damaged places: 0\n");
    assertThat(result.out().lines().filter(line -> line.endsWith(" " + DebPackage.class.getName())))
        .hasSizeGreaterThanOrEqualTo(100);
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
  }

  @Test
  void damageIsSaidWhereItIsAndAtTheEnd() throws Exception {
    byte[] bytes = Files.readAllBytes(file);
    int at = indexOf(bytes, "libc6".getBytes(StandardCharsets.ISO_8859_1));
    bytes[at] ^= 1;
    Files.write(file, bytes);
    Basalt result = Basalt.run("dump", file.toString());
    assertThat(result.status()).isEqualTo(1);
    assertThat(result.out()).contains("<damaged: ").doesNotContain("damaged places: 0\n");
    assertThat(result.err()).startsWith("basalt: " + file + " has ").endsWith(" damaged places\n");
  }

  private static int indexOf(byte[] bytes, byte[] part) {
    for (int at = bytes.length - part.length; at > 0; at--) {
      if (Arrays.equals(bytes, at, at + part.length, part, 0, part.length)) {
        return at;
      }
    }
    throw new AssertionError("the pool does not hold what is looked for");
  }

  @Test
  void whatCannotBeDumpedIsOneLine() throws Exception {
    assertRefused(Basalt.run("dump"), "'FILE'");
    Path missing = folder.resolve("missing");
    assertRefused(Basalt.run("dump", missing.toString()), missing.toString());
    assertThat(missing).doesNotExist();
    Path letter = Files.writeString(folder.resolve("letter"), "Dear reader, ".repeat(1000));
    assertRefused(Basalt.run("dump", letter.toString()), "is not a Basalt pool");
    try (Pool open = Pool.open(file)) {
      assertRefused(Basalt.run("dump", file.toString()), "is already open");
      assertThat(open.isOpen()).isTrue();
    }
  }

  @Test
  void outputThatNobodyReadsIsAnError() throws Exception {
    Basalt result =
        Basalt.runIn(List.of("sh", "-c", "\"$@\" > /dev/full", "sh"), "dump", file.toString());
    assertRefused(result, "the output cannot be written");
  }

  private static void assertRefused(Basalt result, String cause) {
    assertThat(result.status()).as(result.out() + result.err()).isNotZero();
    assertThat(result.err().lines())
        .singleElement()
        .asString()
        .startsWith("basalt: ")
        .contains(cause);
  }
}
