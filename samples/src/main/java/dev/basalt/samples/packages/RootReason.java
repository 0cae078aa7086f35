package dev.basalt.samples.packages;

import org.jspecify.annotations.Nullable;

/**
 * Why a package is there without another one that brings it. The package database does not tell
 * what the user has asked for; these rules find it well enough. The strongest reason is first.
 */
enum RootReason {
  ESSENTIAL("essential"),
  BASE("part of the base system"),
  COLLECTION("a task or metapackage"),
  UNNEEDED("wanted for itself: no package brings it");

  private final String text;

  RootReason(String text) {
    this.text = text;
  }

  String text() {
    return text;
  }

  /** Why a package is a root, or {@code null} if it is none. */
  static @Nullable RootReason of(DebPackage debPackage, PackageGraph graph) {
    RootReason reason = null;
    for (Version version : debPackage.versions()) {
      RootReason found = graph.counts(version) ? of(version) : null;
      if (found != null && (reason == null || found.compareTo(reason) < 0)) {
        reason = found;
      }
    }
    return reason == null && !isBrought(debPackage, graph) ? UNNEEDED : reason;
  }

  private static @Nullable RootReason of(Version version) {
    if (version.isEssential()) {
      return ESSENTIAL;
    }
    if (version.priority().isBase()) {
      return BASE;
    }
    return switch (version.section().name()) {
      case "tasks", "metapackages" -> COLLECTION;
      default -> null;
    };
  }

  private static boolean isBrought(DebPackage debPackage, PackageGraph graph) {
    for (Relation relation : graph.satisfiedBy(debPackage)) {
      if (relation.kind().brings() && relation.owner().debPackage() != debPackage) {
        return true;
      }
    }
    return false;
  }
}
