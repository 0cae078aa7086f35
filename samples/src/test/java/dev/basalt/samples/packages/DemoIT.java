package dev.basalt.samples.packages;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.Durability;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo as a newcomer runs it. */
final class DemoIT {
  @TempDir private Path folder;

  @Test
  void demoIsKilledGoesOnAndStartsAtOnceNextTime() throws Exception {
    Path pool = folder.resolve("demo.pool");
    Basalt first = demo(pool);
    assertThat(first.out())
        .contains("with SIGKILL", "the pool holds updates 1 to", "and nothing else")
        .contains("Loading the rest here", " per second")
        .contains("Why would", "What needs", "Largest packages", "Maintainers with most packages");
    long size = Files.size(pool);

    Basalt second = demo(pool);
    assertThat(second.out())
        .doesNotContain("Loading", "Killed", "Loaded", "Checked")
        .contains("Opened in", "Why would", "What needs");
    assertThat(answers(second)).isEqualTo(answers(first));
    assertThat(Files.size(pool)).isEqualTo(size);

    Basalt fresh = demo(pool, "--fresh", "--no-kill", "--durability", "async");
    assertThat(fresh.out()).contains("a new pool", "Loaded in").doesNotContain("Killed");
    assertThat(answers(fresh)).isEqualTo(answers(first));
  }

  @Test
  void loadThatWasInterruptedIsCheckedAndFinished() throws Exception {
    Path pool = folder.resolve("demo.pool");
    PackageSource source = PackageSource.bundled();
    LoadProcess.runAndKill(
        LoadCommand.arguments(source, pool, Durability.SYNC, 3),
        new LoadProcess.KillPoint(100, 0),
        _ -> {});
    assertThat(demo(pool).out())
        .contains("and nothing else", "Loading the rest here")
        .doesNotContain("Killed");
  }

  @Test
  void questionsAreAnswered() throws Exception {
    Path pool = folder.resolve("demo.pool");
    assertThat(demo(pool, "--why", "libc6", "--needs", "perl").out())
        .contains("Why would libc6 be installed?", "What needs perl?");
    Basalt unknown =
        Basalt.run("demo", "--bundled", "--pool", pool.toString(), "--why", "no-such-package");
    assertThat(unknown.status()).isNotZero();
    assertThat(unknown.err()).contains("there is no package 'no-such-package'");
  }

  @Test
  void commandLineIsExplained() throws Exception {
    assertThat(Basalt.run("--help").out()).contains("Usage: basalt", "demo");
    assertThat(Basalt.run("demo", "--help").out()).contains("--file", "--fresh", "--[no-]kill");
    assertThat(Basalt.run("--version").out()).startsWith("basalt ");
    Basalt wrong = Basalt.run("demo", "--nonsense");
    assertThat(wrong.status()).isNotZero();
    assertThat(wrong.err().lines()).hasSize(1);
    assertThat(Basalt.run().status()).isNotZero();
  }

  private static String answers(Basalt demo) {
    String out = demo.out();
    return out.substring(out.indexOf("\nWhy"), out.indexOf("\nAnswered"));
  }

  private static Basalt demo(Path pool, String... more) throws Exception {
    String[] arguments = new String[more.length + 4];
    arguments[0] = "demo";
    arguments[1] = "--bundled";
    arguments[2] = "--pool";
    arguments[3] = pool.toString();
    System.arraycopy(more, 0, arguments, 4, more.length);
    Basalt result = Basalt.run(arguments);
    assertThat(result.status()).as(result.out() + result.err()).isZero();
    assertThat(result.err()).isEmpty();
    return result;
  }
}
