package dev.basalt.samples.packages;

import dev.basalt.Durability;
import dev.basalt.PoolStats;
import dev.basalt.samples.packages.LoadProcess.KillPoint;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The demo, step by step: load, be killed, open, check, go on. Then, and at once next time: answer.
 */
final class Demo {
  /**
   * How to run it.
   *
   * @param poolPath the pool's file
   * @param durability what each update waits for
   * @param packagesPerUpdate how many packages one update adds
   * @param kill whether to kill the process that loads
   * @param why the package to explain, or {@code null} for the demo's choice
   * @param needs the package whose dependents to count, or {@code null} for the demo's choice
   */
  record Options(
      Path poolPath,
      Durability durability,
      int packagesPerUpdate,
      boolean kill,
      @Nullable String why,
      @Nullable String needs) {}

  private static final long KILL_DELAY_NANOS_MAX = 1_000_000;

  private final PrintWriter out;
  private final PackageSource source;
  private final InputIdentity input;
  private final Options options;

  Demo(PrintWriter out, PackageSource source, InputIdentity input, Options options) {
    this.out = out;
    this.source = source;
    this.input = input;
    this.options = options;
  }

  /**
   * Runs it.
   *
   * @throws DemoException if the pool is of another input, or what is asked for is not in it
   */
  void run() throws IOException, InterruptedException {
    out.println("input  " + input);
    out.println("pool   " + options.poolPath());
    LoadProcess loading = null;
    if (options.kill() && Files.notExists(options.poolPath())) {
      loading = loadAndKill();
    }
    try (DemoPool demo = DemoPool.open(options.poolPath(), options.durability())) {
      Optional<Catalog> catalog = demo.catalog();
      catalog.ifPresent(this::checkInput);
      printOpened(demo, catalog);
      if (loading != null || catalog.isEmpty() || !catalog.get().loadState().isComplete()) {
        checkAndLoad(demo, catalog, loading);
      }
      demo.pool().view(() -> answer(demo));
    }
    out.flush();
  }

  private Loader loader(int packagesPerUpdate) {
    return new Loader(input, source.read(), packagesPerUpdate);
  }

  private LoadProcess loadAndKill() throws IOException, InterruptedException {
    Loader loader = loader(options.packagesPerUpdate());
    ThreadLocalRandom random = ThreadLocalRandom.current();
    KillPoint killPoint =
        new KillPoint(
            Math.max(1, (int) (loader.updatesTotal() * random.nextDouble(0.3, 0.7))),
            random.nextLong(KILL_DELAY_NANOS_MAX));
    out.printf(
        "%nLoading in another JVM, %s per update, %s ...%n",
        Text.count(options.packagesPerUpdate(), "package", "packages"), options.durability());
    ProgressBar bar = new ProgressBar(out, 0, loader.updatesTotal());
    LoadProcess loading =
        LoadProcess.runAndKill(
            LoadCommand.arguments(
                source, options.poolPath(), options.durability(), options.packagesPerUpdate()),
            killPoint,
            bar::update);
    bar.finish(loading.returned());
    out.printf(
        loading.killed()
            ? "Killed process %d with SIGKILL: update %s of %s was the last that had returned.%n"
            : "Process %d had finished before it could be killed: %s of %s updates.%n",
        loading.pid(),
        Text.number(loading.returned()),
        Text.number(loader.updatesTotal()));
    return loading;
  }

  private void checkInput(Catalog catalog) {
    InputIdentity loaded = catalog.loadState().input();
    if (!loaded.isSameInput(input)) {
      throw new DemoException(
          "%s holds another input, %s, than this, %s: start over with --fresh or choose another --pool"
              .formatted(options.poolPath(), loaded, input));
    }
  }

  private void printOpened(DemoPool demo, Optional<Catalog> catalog) {
    PoolStats stats = demo.pool().stats();
    out.printf(
        "%nOpened in %s (%s in the log replayed in %s)%s%n",
        Text.nanos(demo.openNanos()),
        Text.count(stats.recovery().commits(), "commit", "commits"),
        Text.nanos(stats.recovery().took().toNanos()),
        catalog.isEmpty() ? ": a new pool." : ".");
    out.flush();
  }

  private void checkAndLoad(
      DemoPool demo, Optional<Catalog> present, @Nullable LoadProcess loading) {
    Loader loader =
        loader(
            present
                .map(catalog -> catalog.loadState().packagesPerUpdate())
                .orElse(options.packagesPerUpdate()));
    present.ifPresent(catalog -> check(demo, catalog, loader, loading));
    long startNanos = System.nanoTime();
    int done = present.map(catalog -> catalog.loadState().updatesDone()).orElse(0);
    if (done < loader.updatesTotal()) {
      out.printf(
          "%nLoading %s here, from update %s of %s ...%n",
          done == 0 ? "all" : "the rest",
          Text.number(done + 1),
          Text.number(loader.updatesTotal()));
      ProgressBar bar = new ProgressBar(out, done, loader.updatesTotal());
      demo.load(loader, bar::update);
      bar.finish(loader.updatesTotal());
    }
    if (loading != null || done == 0) {
      long nanos = System.nanoTime() - startNanos + (loading == null ? 0 : loading.loadNanos());
      long objects = demo.pool().stats().objects();
      out.printf(
          "Loaded in %s: %s objects, %s per second.%n",
          Text.nanos(nanos), Text.number(objects), Text.number((long) (objects * 1e9 / nanos)));
    }
    out.flush();
  }

  /**
   * Compares everything in the pool with a model, whether a process was killed just now or long
   * ago.
   */
  private void check(DemoPool demo, Catalog catalog, Loader loader, @Nullable LoadProcess loading) {
    int returned = loading == null ? 0 : loading.returned();
    int begun =
        loading == null || !loading.killed() ? loader.updatesTotal() : loading.returned() + 1;
    long startNanos = System.nanoTime();
    PrefixCheck check = demo.pool().view(() -> PrefixCheck.run(catalog, loader, returned, begun));
    out.printf(
        "Checked in %s: the pool holds updates 1 to %s and nothing else (%s compared with a"
            + " model).%n",
        Text.nanos(System.nanoTime() - startNanos),
        Text.number(check.updates()),
        Text.count(check.objects(), "object", "objects"));
    out.flush();
  }

  private void answer(DemoPool demo) throws IOException {
    Catalog catalog = demo.catalog().orElseThrow();
    Contents.print(out, demo, catalog);
    long startNanos = System.nanoTime();
    new Answers(out, catalog).print(options.why(), options.needs());
    out.printf("%nAnswered in %s.%n", Text.nanos(System.nanoTime() - startNanos));
  }
}
