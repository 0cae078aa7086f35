package dev.basalt.samples.packages;

import dev.basalt.Durability;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The process that the demo kills: loads packages into a pool and reports each update that has
 * returned by a line with its number. {@link LoadProcess} is the other end.
 */
@Command(name = LoadCommand.NAME, hidden = true, description = "Loads packages for 'basalt demo'.")
public final class LoadCommand implements Callable<Integer> {
  static final String NAME = "demo-load";

  /** The line that says that loading begins. */
  static final String READY = "ready";

  @Option(names = "--file")
  private @Nullable Path file;

  @Option(names = "--pool", required = true)
  private Path pool = Path.of("");

  @Option(names = "--durability", required = true)
  private Durability durability = Durability.SYNC;

  @Option(names = "--packages-per-update", required = true)
  private int packagesPerUpdate;

  /** For picocli. */
  public LoadCommand() {}

  /** The arguments that make another process load. */
  static List<String> arguments(
      PackageSource source, Path pool, Durability durability, int packagesPerUpdate) {
    List<String> arguments = new ArrayList<>(List.of(NAME));
    Path file = source.file();
    if (file != null) {
      arguments.addAll(List.of("--file", file.toString()));
    }
    arguments.addAll(List.of("--pool", pool.toString()));
    arguments.addAll(List.of("--durability", durability.name()));
    arguments.addAll(List.of("--packages-per-update", String.valueOf(packagesPerUpdate)));
    return arguments;
  }

  @Override
  public Integer call() {
    PackageSource source = file == null ? PackageSource.bundled() : PackageSource.ofFile(file);
    Loader loader = new Loader(source.identity(), source.read(), packagesPerUpdate);
    try (DemoPool demo = DemoPool.open(pool, durability)) {
      report(READY);
      demo.load(loader, update -> report(String.valueOf(update)));
    }
    return 0;
  }

  private static void report(String line) {
    PrintStream out = System.out;
    out.println(line);
    if (out.checkError()) { // this flushes
      throw new DemoException("nobody is listening any more, so loading stops");
    }
  }
}
