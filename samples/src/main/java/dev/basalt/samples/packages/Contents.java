package dev.basalt.samples.packages;

import dev.basalt.PoolStats;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;

/** Prints what is in the pool. */
final class Contents {
  private Contents() {}

  static void print(PrintWriter out, DemoPool demo, Catalog catalog) throws IOException {
    PoolStats stats = demo.pool().stats();
    Table table = new Table("in the pool", ">");
    int[] names = names(catalog);
    table.row("packages", Text.number(names[0]));
    table.row("virtual packages", Text.number(names[1]));
    table.row("names only mentioned", Text.number(names[2]));
    table.row("versions", Text.number(catalog.versionCount()));
    table.row("  of them installed", Text.number(catalog.installedCount()));
    table.row("relations", Text.number(catalog.relationCount()));
    table.row("maintainers", Text.number(catalog.maintainers().size()));
    table.row("sections", Text.number(catalog.sections().size()));
    table.row("objects, with strings and maps", Text.number(stats.objects()));
    table.row("their size", Text.bytes(stats.objectBytes()));
    table.row("log", Text.bytes(stats.logBytesMax()));
    table.row("pool file", Text.bytes(Files.size(demo.pool().path())));
    out.println();
    table.print(out);
  }

  /** Counts names with a version, names that are only provided, and the others. */
  private static int[] names(Catalog catalog) {
    int[] names = new int[3];
    for (DebPackage debPackage : catalog.packages().values()) {
      if (debPackage.versions().iterator().hasNext()) {
        names[0]++;
      } else if (debPackage.provisions().iterator().hasNext()) {
        names[1]++;
      } else {
        names[2]++;
      }
    }
    return names;
  }
}
