package dev.basalt.samples.packages;

import dev.basalt.Durability;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code basalt demo}: the command line of {@link Demo}. */
@Command(
    name = "demo",
    description = {
      "Loads the packages of a Debian-like system into a pool as a graph of objects, kills the"
          + " process that loads on the way, opens the pool again, checks it, goes on and answers"
          + " questions.",
      "Run again, it opens the pool at once and answers."
    },
    sortOptions = false,
    mixinStandardHelpOptions = true)
public final class DemoCommand implements Callable<Integer> {
  private static final int PACKAGES_PER_UPDATE = 1;

  @Option(
      names = "--file",
      paramLabel = "FILE",
      description =
          "Package descriptions to load, plain or .gz: a package database like"
              + " /var/lib/dpkg/status, or an index as 'apt-cache dumpavail' prints it. Default:"
              + " this system's database, or the bundled index if there is none.")
  private @Nullable Path file;

  @Option(names = "--bundled", description = "Load the index that ships with this program.")
  private boolean bundled;

  @Option(
      names = "--pool",
      paramLabel = "FILE",
      description =
          "The pool. Default: a file of its own for each input, in the folder basalt of the user's"
              + " cache folder ($XDG_CACHE_HOME or ~/.cache).")
  private @Nullable Path pool;

  @Option(
      names = "--why",
      paramLabel = "PACKAGE",
      description = "Explain why this one is installed.")
  private @Nullable String why;

  @Option(names = "--needs", paramLabel = "PACKAGE", description = "Show what needs this one.")
  private @Nullable String needs;

  @Option(
      names = "--durability",
      paramLabel = "SYNC|ASYNC",
      description =
          "What an update that has returned survives: a power cut (SYNC) or the death of the"
              + " process (ASYNC). Default: ${DEFAULT-VALUE}.")
  private Durability durability = Durability.SYNC;

  @Option(
      names = "--packages-per-update",
      paramLabel = "N",
      description = "How many packages one update adds. Default: ${DEFAULT-VALUE}.")
  private int packagesPerUpdate = PACKAGES_PER_UPDATE;

  @Option(
      names = "--kill",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Whether to kill the process that loads. Default: it is killed.")
  private boolean kill = true;

  @Option(names = "--fresh", description = "Delete the pool first and start over.")
  private boolean fresh;

  @Spec private @Nullable CommandSpec spec;

  /** For picocli. */
  public DemoCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    CommandSpec command = Objects.requireNonNull(spec);
    if (file != null && bundled) {
      throw new ParameterException(
          command.commandLine(), "--file and --bundled exclude each other");
    }
    if (packagesPerUpdate < 1) {
      throw new ParameterException(
          command.commandLine(), "--packages-per-update must be at least 1");
    }
    PackageSource source = source();
    InputIdentity input = source.identity();
    Path poolPath = pool == null ? defaultPool(source) : pool;
    if (fresh) {
      DemoPool.delete(poolPath, pool == null);
    }
    new Demo(
            command.commandLine().getOut(),
            source,
            input,
            new Demo.Options(poolPath, durability, packagesPerUpdate, kill, why, needs))
        .run();
    return 0;
  }

  private PackageSource source() {
    if (bundled) {
      return PackageSource.bundled();
    }
    return file == null ? PackageSource.ofThisSystem() : PackageSource.ofFile(file);
  }

  /** A file that no other input shares: its name has a part of a hash of the input's path. */
  private static Path defaultPool(PackageSource source) {
    Path input = source.file();
    String name = input == null ? "bundled" : String.valueOf(input.getFileName());
    UUID hash = UUID.nameUUIDFromBytes(source.name().getBytes(StandardCharsets.UTF_8));
    Path folder = cacheFolder().resolve("basalt");
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new DemoException(
          folder + " cannot be created (" + e.getMessage() + "): name a pool with --pool", e);
    }
    return folder.resolve("demo-%s-%s.pool".formatted(name, hash.toString().substring(0, 8)));
  }

  private static Path cacheFolder() {
    String xdg = System.getenv("XDG_CACHE_HOME");
    if (xdg != null && Path.of(xdg).isAbsolute()) {
      return Path.of(xdg);
    }
    Path home = Path.of(System.getProperty("user.home", ""));
    return home.isAbsolute()
        ? home.resolve(".cache")
        : Path.of(System.getProperty("java.io.tmpdir", "/tmp"));
  }
}
