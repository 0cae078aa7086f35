package dev.basalt.samples.packages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.basalt.Durability;
import dev.basalt.Pool;
import dev.basalt.format.Geometry;
import dev.basalt.format.Structure;
import dev.basalt.format.Superblock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever file the demo is given, it answers with one line that names the file and the cause and
 * with an exit status, and leaves the file as it was.
 */
final class BadInputIT {
  @TempDir private Path folder;
  private Path pool;

  @BeforeEach
  void setUp() {
    pool = folder.resolve("bad.pool");
  }

  @Test
  void inputThatIsMissing() throws Exception {
    Path missing = folder.resolve("missing");
    assertRefused(Basalt.run("demo", "--file", missing.toString()), missing, "no such file");
    assertThat(missing).doesNotExist();
  }

  @Test
  void inputThatIsADirectory() throws Exception {
    assertRefused(Basalt.run("demo", "--file", folder.toString()), folder, "is a directory");
  }

  @Test
  void inputInAnotherFormat() throws Exception {
    Path input = Files.writeString(folder.resolve("input"), "Package: a\nVersion: 1\nnonsense\n");
    assertRefused(
        Basalt.run("demo", "--file", input.toString(), "--pool", pool.toString()),
        input,
        "line 3 is not of the form 'Name: value': 'nonsense'");
    assertThat(pool).doesNotExist();
  }

  @Test
  void poolInAFolderThatIsMissing() throws Exception {
    Path lost = folder.resolve("none").resolve("lost.pool");
    assertRefused(demo(lost), lost, "folder does not exist");
  }

  @Test
  void poolThatIsADirectory() throws Exception {
    Files.createDirectory(pool);
    Files.createFile(pool.resolve("content"));
    assertRefused(demo(pool), pool, "is a directory");
    assertThat(pool.resolve("content")).exists();
  }

  @Test
  void poolThatIsEmpty() throws Exception {
    Files.createFile(pool);
    assertRefusedUnchanged("is empty, not a Basalt pool");
  }

  @Test
  void poolThatIsNone() throws Exception {
    Files.writeString(pool, "This is a letter to my grandmother.\n".repeat(1_000));
    assertRefusedUnchanged("is not a Basalt pool");
  }

  @Test
  void poolThatIsNoneIsNotDeletedForAFreshStart() throws Exception {
    Files.writeString(pool, "This is a letter to my grandmother.\n".repeat(1_000));
    String before = digest();
    assertRefused(demo(pool, "--fresh"), pool, "is not a Basalt pool");
    assertThat(digest()).isEqualTo(before);
  }

  @Test
  void poolThatIsCutInHalf() throws Exception {
    makePool();
    try (FileChannel file = FileChannel.open(pool, StandardOpenOption.WRITE)) {
      file.truncate(file.size() / 2);
    }
    assertRefusedUnchanged("is cut off");
  }

  @Test
  void poolOfANewerFormat() throws Exception {
    makePool();
    int versionOffset =
        Superblock.structure().fields().stream()
            .filter(field -> field.name().equals("version"))
            .mapToInt(Structure.Field::offset)
            .findFirst()
            .orElseThrow();
    try (FileChannel file = FileChannel.open(pool, StandardOpenOption.WRITE)) {
      for (int copy = 0; copy < 2; copy++) {
        ByteBuffer version = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
        version.putInt(0, Superblock.VERSION + 1);
        file.write(version, (long) copy * Geometry.PAGE_SIZE + versionOffset);
      }
    }
    assertRefusedUnchanged("has format version " + (Superblock.VERSION + 1));
  }

  @Test
  void poolWithoutPermission() throws Exception {
    makePool();
    Files.setPosixFilePermissions(pool, PosixFilePermissions.fromString("---------"));
    List<String> wrapper = List.of();
    if (Files.isReadable(pool)) { // we are root; without these rights even root is bound by modes
      wrapper = List.of("setpriv", "--bounding-set=-dac_override,-dac_read_search");
      assumeFalse(
          canRead(wrapper), "this user can read any file, and setpriv cannot take that right away");
    }
    Basalt result = Basalt.runIn(wrapper, "demo", "--bundled", "--pool", pool.toString());
    assertRefused(result, pool, "no permission");
  }

  private boolean canRead(List<String> wrapper) throws InterruptedException {
    try {
      List<String> command = new ArrayList<>(wrapper);
      command.addAll(List.of("head", "-c", "1", pool.toString()));
      return new ProcessBuilder(command)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return true; // no setpriv here
    }
  }

  @Test
  void poolThatIsOpenElsewhere() throws Exception {
    try (Pool open = Pool.open(pool)) {
      open.checkpoint();
      assertRefusedUnchanged("is already open");
      assertRefused(demo(pool, "--fresh"), pool, "is already open");
      assertThat(open.isOpen()).isTrue();
    }
  }

  @Test
  void poolOfAnotherProgram() throws Exception {
    try (Pool other = Pool.open(pool)) {
      other.putRoot("accounts", new Section("not a catalog"));
    }
    assertRefused(demo(pool), pool, "not one of this demo");
    assertRefused(demo(pool, "--fresh"), pool, "not one of this demo");
    try (Pool other = Pool.open(pool)) {
      assertThat(other.rootNames()).containsExactly("accounts");
    }
  }

  @Test
  void poolOfAnotherInput() throws Exception {
    Path input = Files.writeString(folder.resolve("input"), "Package: a\nVersion: 1\n");
    assertThat(demo(pool).status()).isZero();
    assertRefused(
        Basalt.run("demo", "--file", input.toString(), "--pool", pool.toString()),
        pool,
        "holds another input");
  }

  private void makePool() {
    Loader loader = new Loader(Samples.IDENTITY, Samples.bundled(100), 10);
    try (DemoPool demo = DemoPool.open(pool, Durability.SYNC)) {
      demo.load(loader, _ -> {});
    }
  }

  private static Basalt demo(Path pool, String... more) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("demo", "--bundled", "--no-kill"));
    arguments.addAll(List.of("--pool", pool.toString()));
    arguments.addAll(List.of(more));
    return Basalt.run(arguments.toArray(String[]::new));
  }

  private void assertRefusedUnchanged(String cause) throws Exception {
    String before = digest();
    assertRefused(demo(pool), pool, cause);
    assertThat(digest()).isEqualTo(before);
  }

  private static void assertRefused(Basalt result, Path file, String cause) {
    assertThat(result.status()).as(result.out() + result.err()).isNotZero();
    assertThat(result.err().lines())
        .singleElement()
        .asString()
        .startsWith("basalt: ")
        .contains(file.toString())
        .contains(cause);
  }

  private String digest() throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    return Files.size(pool)
        + " "
        + HexFormat.of().formatHex(digest.digest(Files.readAllBytes(pool)));
  }
}
