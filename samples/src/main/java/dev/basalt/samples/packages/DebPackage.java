package dev.basalt.samples.packages;

import dev.basalt.annotation.Persistent;
import org.jspecify.annotations.Nullable;

/**
 * A package by its name. One without versions is virtual if others provide it; otherwise it is only
 * mentioned, as many old packages are in conflicts.
 */
@Persistent
final class DebPackage {
  private final String name;
  private @Nullable Version firstVersion;
  private @Nullable Relation firstReference;
  private @Nullable Relation firstProvision;

  DebPackage(String name) {
    this.name = name;
  }

  String name() {
    return name;
  }

  /** The versions that the input describes, the last one first. */
  Iterable<Version> versions() {
    return Links.walk(firstVersion, Version::nextOfPackage);
  }

  /** The relations of others that point here, except {@link #provisions()}; the last one first. */
  Iterable<Relation> references() {
    return Links.walk(firstReference, Relation::nextOfTarget);
  }

  /** The relations by which others provide this package; the last one first. */
  Iterable<Relation> provisions() {
    return Links.walk(firstProvision, Relation::nextOfTarget);
  }

  void add(Version version) {
    version.linkOfPackage(firstVersion);
    firstVersion = version;
  }

  /** Adds the reverse edge of a relation. */
  void addReference(Relation relation) {
    if (relation.kind() == RelationKind.PROVIDES) {
      relation.linkOfTarget(firstProvision);
      firstProvision = relation;
    } else {
      relation.linkOfTarget(firstReference);
      firstReference = relation;
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
