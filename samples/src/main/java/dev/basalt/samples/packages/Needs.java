package dev.basalt.samples.packages;

import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;

/**
 * What needs a package.
 *
 * @param byKind how many packages refer to it, by the kind of relation
 * @param direct the names of the packages that depend on it themselves
 * @param transitive how many packages depend on it themselves or through others
 */
record Needs(Map<RelationKind, Integer> byKind, Set<String> direct, int transitive) {

  static Needs of(DebPackage debPackage, PackageGraph graph) {
    Map<RelationKind, Set<DebPackage>> byKind = new EnumMap<>(RelationKind.class);
    Set<String> direct = new TreeSet<>();
    for (Relation relation : graph.satisfiedBy(debPackage)) {
      DebPackage referrer = relation.owner().debPackage();
      if (referrer != debPackage) {
        byKind.computeIfAbsent(relation.kind(), _ -> new HashSet<>()).add(referrer);
        if (relation.kind().isHard()) {
          direct.add(referrer.name());
        }
      }
    }
    Map<RelationKind, Integer> counts = new EnumMap<>(RelationKind.class);
    byKind.forEach((kind, packages) -> counts.put(kind, packages.size()));
    return new Needs(counts, direct, dependents(debPackage, graph).size());
  }

  private static Set<DebPackage> dependents(DebPackage debPackage, PackageGraph graph) {
    Set<DebPackage> found = new HashSet<>(Set.of(debPackage));
    Queue<DebPackage> frontier = new ArrayDeque<>(found);
    for (DebPackage next = frontier.poll(); next != null; next = frontier.poll()) {
      for (Relation relation : graph.satisfiedBy(next)) {
        if (relation.kind().isHard() && found.add(relation.owner().debPackage())) {
          frontier.add(relation.owner().debPackage());
        }
      }
    }
    found.remove(debPackage);
    return found;
  }
}
