package dev.basalt.samples.packages;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Why packages are installed: the shortest chain of relations from a root to each. One
 * breadth-first search from all roots at once, the strongest first, so among equally short chains
 * one from a stronger root wins.
 */
final class Why {
  /**
   * A package that is reached.
   *
   * @param debPackage the package
   * @param from the link before this one, or {@code null} for a root
   * @param by how the package of that link brings this one, or {@code null} for a root
   * @param length the number of relations from the root to here
   */
  record Link(DebPackage debPackage, @Nullable Link from, @Nullable Relation by, int length) {}

  private final PackageGraph graph;
  private final Map<DebPackage, Link> reached = new HashMap<>();
  private final Queue<Link> frontier = new ArrayDeque<>();

  private Why(PackageGraph graph) {
    this.graph = graph;
  }

  /** Finds the chains to all packages of a graph. */
  static Why search(PackageGraph graph) {
    Why why = new Why(graph);
    why.roots().values().forEach(roots -> roots.forEach(root -> why.reach(root, null, null)));
    for (Link link = why.frontier.poll(); link != null; link = why.frontier.poll()) {
      why.follow(link);
    }
    return why;
  }

  private Map<RootReason, List<DebPackage>> roots() {
    Map<RootReason, List<DebPackage>> roots = new EnumMap<>(RootReason.class);
    for (DebPackage debPackage : graph.packages()) {
      RootReason reason = RootReason.of(debPackage, graph);
      if (reason != null) {
        roots.computeIfAbsent(reason, _ -> new ArrayList<>()).add(debPackage);
      }
    }
    return roots;
  }

  private void follow(Link link) {
    for (Version version : link.debPackage().versions()) {
      if (graph.counts(version)) {
        for (Relation relation : version.relations()) {
          if (relation.kind().brings()) {
            graph.satisfying(relation).forEach(to -> reach(to, link, relation));
          }
        }
      }
    }
  }

  private void reach(DebPackage debPackage, @Nullable Link from, @Nullable Relation by) {
    if (!reached.containsKey(debPackage)) {
      Link link = new Link(debPackage, from, by, from == null ? 0 : from.length() + 1);
      reached.put(debPackage, link);
      frontier.add(link);
    }
  }

  /**
   * The shortest chain to a package.
   *
   * @return the links from a root to the package, or an empty list if none leads there
   */
  List<Link> chainTo(DebPackage debPackage) {
    List<Link> chain = new ArrayList<>();
    for (Link link = reached.get(debPackage); link != null; link = link.from()) {
      chain.addFirst(link);
    }
    return chain;
  }

  /** The package with the longest shortest chain; the first by name if there are several. */
  @Nullable DebPackage deepest() {
    Link deepest = null;
    for (Link link : reached.values()) {
      if (deepest == null || isDeeper(link, deepest)) {
        deepest = link;
      }
    }
    return deepest == null ? null : deepest.debPackage();
  }

  private static boolean isDeeper(Link link, Link than) {
    return link.length() != than.length()
        ? link.length() > than.length()
        : link.debPackage().name().compareTo(than.debPackage().name()) < 0;
  }
}
