package dev.basalt.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.OpenMode;
import dev.basalt.Pool;
import dev.basalt.error.PoolAccessException;
import dev.basalt.error.PoolInUseException;
import dev.basalt.fixture.ChildJvm;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One process writes; the operating system sees to it, and to who may open what. */
class ProcessLockTest {
  @RegisterExtension final Pools pools = new Pools();

  /** Opens a pool, says so, and does not end. */
  static final class Holder {
    public static void main(String[] args) throws Exception {
      Pool pool = open(Path.of(args[0]), OpenMode.valueOf(args[1]));
      System.out.println("number " + pool.root("root", Item.class).orElseThrow().number());
      TimeUnit.HOURS.sleep(1);
      pool.close();
    }
  }

  /** Tries every mode and says how that ended. */
  static final class Opener {
    public static void main(String[] args) {
      Path file = Path.of(args[0]);
      if (Files.isWritable(file) || file.toFile().canWrite()) {
        System.out.println("may write");
        return;
      }
      for (OpenMode mode : OpenMode.values()) {
        try (Pool pool = open(file, mode)) {
          System.out.println(mode + " " + pool.root("root", Item.class).orElseThrow().number());
        } catch (PoolAccessException e) {
          System.out.println(mode + " refused: " + e.getMessage());
        }
      }
    }
  }

  private static Pool open(Path file, OpenMode mode) {
    return Pool.builder(file)
        .mode(mode)
        .maxSize(64L << 20)
        .classLoader(ProcessLockTest.class.getClassLoader())
        .open();
  }

  private Path poolWith(long number) {
    Pool pool = pools.open();
    pool.putRoot("root", new Item(number));
    pool.close();
    return pool.path();
  }

  @Test
  void otherProcessIsNamedAndAKilledOneLeavesNothingBehind() throws Exception {
    Path file = poolWith(5);
    try (ChildJvm child = ChildJvm.start(Holder.class, file, OpenMode.OPEN)) {
      assertThat(child.line()).isEqualTo("number 5");
      for (OpenMode mode : new OpenMode[] {OpenMode.OPEN, OpenMode.READ_ONLY}) {
        assertThatThrownBy(() -> open(file, mode))
            .isInstanceOf(PoolInUseException.class)
            .hasMessageContaining(file.toString())
            .hasMessageContaining("process " + child.pid());
      }
      child.kill();
    }
    try (Stream<Path> files = Files.list(pools.folder())) {
      assertThat(files).containsExactly(file);
    }
    try (Pool pool = open(file, OpenMode.OPEN)) {
      assertThat(pool.root("root", Item.class).orElseThrow().number()).isEqualTo(5);
    }
  }

  @Test
  void readersOfSeveralProcessesShareAPoolAndKeepWritersOut() throws Exception {
    Path file = poolWith(6);
    try (ChildJvm child = ChildJvm.start(Holder.class, file, OpenMode.READ_ONLY)) {
      assertThat(child.line()).isEqualTo("number 6");
      try (Pool pool = open(file, OpenMode.READ_ONLY)) {
        assertThat(pool.root("root", Item.class).orElseThrow().number()).isEqualTo(6);
      }
      assertThatThrownBy(() -> open(file, OpenMode.OPEN))
          .isInstanceOf(PoolInUseException.class)
          .hasMessageContaining("process " + child.pid());
      child.kill();
    }
    open(file, OpenMode.OPEN).close();
  }

  @Test
  void fileWithoutWritePermissionCanBeReadEvenIfItWasNotClosed() throws Exception {
    Pool pool = pools.open();
    pool.putRoot("root", new Item(8));
    Path file = pools.file("unclosed");
    Files.copy(pool.path(), file);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));
    byte[] before = Files.readAllBytes(file);
    List<String> lines;
    try (ChildJvm child = ChildJvm.start(withoutPrivileges(), Opener.class, file)) {
      lines = child.finish();
    }
    Assumptions.assumeFalse(
        lines.contains("may write"),
        "this process may write to every file, and so may its children");
    assertThat(lines)
        .containsExactlyInAnyOrder(
            "READ_ONLY 8",
            "OPEN refused: " + file + " cannot be opened: no permission to write it",
            "OPEN_OR_CREATE refused: " + file + " cannot be opened: no permission to write it",
            "CREATE_NEW refused: " + file + " exists already");
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
  }

  /** Takes from root what lets it write to any file. */
  private static List<String> withoutPrivileges() {
    boolean isRoot = System.getProperty("user.name").equals("root");
    Path setpriv = Path.of("/usr/bin/setpriv");
    return isRoot && Files.isExecutable(setpriv)
        ? List.of(
            setpriv.toString(),
            "--bounding-set=-dac_override,-dac_read_search",
            "--inh-caps=-dac_override,-dac_read_search")
        : List.of();
  }
}
