package dev.basalt.samples.packages;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A catalog seen as a graph of packages. If the input says what is installed, only that counts; an
 * index does not say, so there everything counts. Limits on versions are not evaluated, except that
 * a virtual package without a version cannot satisfy one.
 */
final class PackageGraph {
  private final Catalog catalog;
  private final boolean installedOnly;

  PackageGraph(Catalog catalog) {
    this.catalog = catalog;
    this.installedOnly = catalog.installedCount() > 0;
  }

  /** Whether only installed packages count. */
  boolean isInstalledOnly() {
    return installedOnly;
  }

  /** Every package that counts. */
  Iterable<DebPackage> packages() {
    return () -> catalog.packages().values().stream().filter(this::counts).iterator();
  }

  /** The package of a name, whether it counts or not. */
  @Nullable DebPackage find(String name) {
    return catalog.find(name);
  }

  boolean counts(DebPackage debPackage) {
    for (Version version : debPackage.versions()) {
      if (counts(version)) {
        return true;
      }
    }
    return false;
  }

  boolean counts(Version version) {
    return version.isInstalled() || !installedOnly;
  }

  /** The packages that can satisfy a relation: its target, and those that provide it. */
  List<DebPackage> satisfying(Relation relation) {
    List<DebPackage> found = new ArrayList<>();
    if (counts(relation.target())) {
      found.add(relation.target());
    }
    for (Relation provision : relation.target().provisions()) {
      if (counts(provision.owner()) && (relation.limit() == null || provision.limit() != null)) {
        found.add(provision.owner().debPackage());
      }
    }
    return found;
  }

  /**
   * The relations that a package can satisfy: those to its name and to the names that it provides.
   */
  List<Relation> satisfiedBy(DebPackage debPackage) {
    List<Relation> found = new ArrayList<>();
    addReferences(found, debPackage, true);
    for (Version version : debPackage.versions()) {
      if (counts(version)) {
        for (Relation relation : version.relations()) {
          if (relation.kind() == RelationKind.PROVIDES && relation.target() != debPackage) {
            addReferences(found, relation.target(), relation.limit() != null);
          }
        }
      }
    }
    return found;
  }

  private void addReferences(List<Relation> found, DebPackage to, boolean hasVersion) {
    for (Relation relation : to.references()) {
      if (counts(relation.owner()) && (hasVersion || relation.limit() == null)) {
        found.add(relation);
      }
    }
  }
}
