package dev.basalt.samples.packages;

import dev.basalt.annotation.Persistent;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One version of a package for one architecture, with everything that it says about itself. */
@Persistent
final class Version {
  private final DebPackage debPackage;
  private final String number;
  private final String architecture;
  private final String summary;
  private final Maintainer maintainer;
  private final Section section;
  private final int installedSizeKib;
  private final byte priority;
  private final boolean essential;
  private final boolean installed;
  private @Nullable Version nextOfPackage;
  private @Nullable Version nextOfMaintainer;
  private @Nullable Version nextOfSection;
  private @Nullable Relation firstRelation;

  Version(DebPackage debPackage, Maintainer maintainer, Section section, PackageRecord record) {
    this.debPackage = debPackage;
    this.maintainer = maintainer;
    this.section = section;
    this.number = Objects.requireNonNull(record.version(), "version");
    this.architecture = record.architecture();
    this.summary = record.summary();
    this.installedSizeKib = record.installedSizeKib();
    this.priority = record.priority().code();
    this.essential = record.essential();
    this.installed = record.installed();
  }

  DebPackage debPackage() {
    return debPackage;
  }

  String number() {
    return number;
  }

  String architecture() {
    return architecture;
  }

  String summary() {
    return summary;
  }

  Maintainer maintainer() {
    return maintainer;
  }

  Section section() {
    return section;
  }

  int installedSizeKib() {
    return installedSizeKib;
  }

  Priority priority() {
    return Priority.of(priority);
  }

  boolean isEssential() {
    return essential;
  }

  boolean isInstalled() {
    return installed;
  }

  /** The relations to other packages, in the order of the input. */
  Iterable<Relation> relations() {
    return Links.walk(firstRelation, Relation::nextOfOwner);
  }

  void startRelations(Relation first) {
    firstRelation = first;
  }

  @Nullable Version nextOfPackage() {
    return nextOfPackage;
  }

  @Nullable Version nextOfMaintainer() {
    return nextOfMaintainer;
  }

  @Nullable Version nextOfSection() {
    return nextOfSection;
  }

  void linkOfPackage(@Nullable Version next) {
    nextOfPackage = next;
  }

  void linkOfMaintainer(@Nullable Version next) {
    nextOfMaintainer = next;
  }

  void linkOfSection(@Nullable Version next) {
    nextOfSection = next;
  }

  @Override
  public String toString() {
    return debPackage.name() + " " + number + " " + architecture;
  }
}
