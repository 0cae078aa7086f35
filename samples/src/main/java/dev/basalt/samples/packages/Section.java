package dev.basalt.samples.packages;

import dev.basalt.annotation.Persistent;
import org.jspecify.annotations.Nullable;

/** What a group of packages is about: games, libs, net ... */
@Persistent
final class Section {
  private final String name;
  private int versionCount;
  private @Nullable Version firstVersion;

  Section(String name) {
    this.name = name;
  }

  String name() {
    return name;
  }

  int versionCount() {
    return versionCount;
  }

  /** The versions in it, the last one first. */
  Iterable<Version> versions() {
    return Links.walk(firstVersion, Version::nextOfSection);
  }

  void add(Version version) {
    version.linkOfSection(firstVersion);
    firstVersion = version;
    versionCount++;
  }
}
