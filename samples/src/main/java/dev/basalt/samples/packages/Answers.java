package dev.basalt.samples.packages;

import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Asks the questions of the demo and prints the answers. Runs in a view, on one snapshot. */
final class Answers {
  private static final int PLACES = 8;
  private static final int NAMES_SHOWN = 12;
  private static final int SUMMARY_WIDTH = 60;

  private final PrintWriter out;
  private final PackageGraph graph;
  private final Rankings rankings;

  Answers(PrintWriter out, Catalog catalog) {
    this.out = out;
    this.graph = new PackageGraph(catalog);
    this.rankings = new Rankings(catalog, graph);
  }

  /**
   * Prints everything.
   *
   * @param whyName the package to explain; {@code null} for the one that is hardest to explain
   * @param needsName the package whose dependents to count; {@code null} for the one with most of
   *     them
   * @throws DemoException if there is no such package
   */
  void print(@Nullable String whyName, @Nullable String needsName) {
    DebPackage why = whyName == null ? null : find(whyName);
    DebPackage needs = needsName == null ? null : find(needsName);
    printWhy(why);
    printNeeds(needs);
    printRankings();
  }

  private DebPackage find(String name) {
    DebPackage found = graph.find(name);
    if (found == null) {
      throw new DemoException("there is no package '" + name + "' in the pool");
    }
    return found;
  }

  private void printWhy(@Nullable DebPackage asked) {
    Why why = Why.search(graph);
    DebPackage debPackage = asked == null ? why.deepest() : asked;
    if (debPackage == null) {
      return; // nothing is installed
    }
    List<Why.Link> chain = why.chainTo(debPackage);
    String question = graph.isInstalledOnly() ? "is %s installed?" : "would %s be installed?";
    out.println();
    out.print("Why " + question.formatted(debPackage));
    out.println(asked == null ? " (no other package is farther from a root)" : "");
    for (Why.Link link : chain) {
      out.println(
          link.by() == null || link.from() == null
              ? "  " + link.debPackage() + " is " + rootText(link.debPackage())
              : "  " + link.from().debPackage() + " " + byText(link.by(), link.debPackage()));
    }
    if (chain.isEmpty()) {
      out.println(
          graph.counts(debPackage)
              ? "  only a cycle of packages leads to it, and nothing leads there"
              : "  it is not: there is only its name");
    }
  }

  private String rootText(DebPackage root) {
    RootReason reason = RootReason.of(root, graph);
    return reason == null ? "a root" : reason.text();
  }

  private static String byText(Relation by, DebPackage to) {
    String text = by.kind().verb() + " " + by.targetText();
    return by.target() == to ? text : text + ", which " + to + " provides";
  }

  private void printNeeds(@Nullable DebPackage asked) {
    List<Rankings.Place<DebPackage>> most = rankings.mostNeeded(PLACES);
    if (asked == null && most.isEmpty()) {
      return;
    }
    DebPackage debPackage = asked == null ? most.getFirst().what() : asked;
    Needs needs = Needs.of(debPackage, graph);
    out.printf("%nWhat needs %s?", debPackage);
    out.println(asked == null ? " (most packages depend on it)" : "");
    out.printf(
        "  %s on it directly, %s in all%n",
        Text.count(needs.direct().size(), "package depends", "packages depend"),
        Text.number(needs.transitive()));
    if (!needs.direct().isEmpty()) {
      String more = needs.direct().size() > NAMES_SHOWN ? ", ..." : "";
      out.println(
          "  " + String.join(", ", needs.direct().stream().limit(NAMES_SHOWN).toList()) + more);
    }
    needs.byKind().forEach((kind, n) -> out.printf("  %-12s %10s%n", kind.field(), Text.number(n)));

    out.printf("%nMost needed%n");
    Table table = new Table("package", ">needed by", "what it is");
    for (Rankings.Place<DebPackage> place : most) {
      table.row(place.what().name(), Text.number(place.amount()), summary(place.what()));
    }
    table.print(out);
  }

  private static String summary(DebPackage debPackage) {
    for (Version version : debPackage.versions()) {
      return Text.shorten(version.summary(), SUMMARY_WIDTH);
    }
    return "";
  }

  private void printRankings() {
    out.printf("%nLargest packages%n");
    Table largest = new Table("package", ">installed size", "what it is");
    for (Rankings.Place<Version> place : rankings.largest(PLACES)) {
      largest.row(
          place.what().debPackage().name(),
          Text.bytes(place.amount() << 10),
          Text.shorten(place.what().summary(), SUMMARY_WIDTH));
    }
    largest.print(out);

    out.printf("%nMaintainers with most packages%n");
    Table busiest = new Table("maintainer", ">packages");
    for (Rankings.Place<Maintainer> place : rankings.busiest(PLACES)) {
      busiest.row(place.what().name(), Text.number(place.amount()));
    }
    busiest.print(out);
  }
}
