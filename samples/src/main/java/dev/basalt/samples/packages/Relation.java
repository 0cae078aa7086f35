package dev.basalt.samples.packages;

import dev.basalt.annotation.Persistent;
import dev.basalt.samples.packages.PackageRecord.RelationRecord;
import org.jspecify.annotations.Nullable;

/**
 * An edge of the graph: a version depends on, provides, breaks ... a package. It is in two lists,
 * that of the version which says it and that of the package which it points at.
 */
@Persistent
final class Relation {
  private final Version owner;
  private final DebPackage target;
  private final byte kind;
  private final byte operator;
  private final boolean alternative;
  private final boolean anyArchitecture;
  private final @Nullable String limit;
  private @Nullable Relation nextOfOwner;
  private @Nullable Relation nextOfTarget;

  Relation(Version owner, DebPackage target, RelationRecord record) {
    this.owner = owner;
    this.target = target;
    this.kind = record.kind().code();
    this.alternative = record.alternative();
    this.anyArchitecture = record.to().anyArchitecture();
    this.operator = record.to().operator().code();
    this.limit = record.to().version();
  }

  Version owner() {
    return owner;
  }

  DebPackage target() {
    return target;
  }

  RelationKind kind() {
    return RelationKind.of(kind);
  }

  /** Whether this is another way to satisfy what the relation before it asks for. */
  boolean isAlternative() {
    return alternative;
  }

  boolean isAnyArchitecture() {
    return anyArchitecture;
  }

  Operator operator() {
    return Operator.of(operator);
  }

  /** What {@link #operator()} compares the target's version with; {@code null} if any will do. */
  @Nullable String limit() {
    return limit;
  }

  /** The next relation of the same version. */
  @Nullable Relation nextOfOwner() {
    return nextOfOwner;
  }

  /** The next relation that points at the same package. */
  @Nullable Relation nextOfTarget() {
    return nextOfTarget;
  }

  void linkOfOwner(Relation next) {
    nextOfOwner = next;
  }

  void linkOfTarget(@Nullable Relation next) {
    nextOfTarget = next;
  }

  /** The target as the input writes it. */
  String targetText() {
    String name = target.name() + (anyArchitecture ? ":any" : "");
    return limit == null ? name : name + " (" + operator().symbol() + " " + limit + ")";
  }

  @Override
  public String toString() {
    return owner.debPackage() + " " + kind().verb() + " " + targetText();
  }
}
