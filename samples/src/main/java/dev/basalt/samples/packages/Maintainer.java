package dev.basalt.samples.packages;

import dev.basalt.annotation.Persistent;
import org.jspecify.annotations.Nullable;

/** A person or team that maintains packages; the packages share it. */
@Persistent
final class Maintainer {
  private final String name;
  private int versionCount;
  private @Nullable Version firstVersion;

  Maintainer(String name) {
    this.name = name;
  }

  String name() {
    return name;
  }

  int versionCount() {
    return versionCount;
  }

  /** The versions maintained by it, the last one first. */
  Iterable<Version> versions() {
    return Links.walk(firstVersion, Version::nextOfMaintainer);
  }

  void add(Version version) {
    version.linkOfMaintainer(firstVersion);
    firstVersion = version;
    versionCount++;
  }
}
